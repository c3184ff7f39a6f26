// @ts-check
/**
 * The screens of the phone. A new one is a module in `screens/` and a row here: docs/how-to/write-a-phone-screen.md.
 * A screen that fails to load takes nothing else with it.
 */

/**
 * @typedef {{to: string, kind: string, title: string, detail?: string, state?: string, word?: string, order?: number,
 *   count?: number}} Card one line of "my shift": `state` is one of LOOK's states, `word` says it, `to` opens it
 * @typedef {{title: (rest: string[]) => string, show: (place: HTMLElement, rest: string[]) => void | (() => void) |
 *   Promise<void | (() => void)>, cards?: () => Card[]}} Screen `show` may return what to do when it is left
 * @typedef {{name: string, load: () => Promise<any>}} Route
 */

/** @type {Route[]} */
export const ROUTES = [
  { name: "shift", load: () => import("./screens/shift.js") },
  { name: "duty", load: () => import("./screens/duty.js") },
  { name: "task", load: () => import("./screens/task.js") },
  { name: "sweep", load: () => import("./screens/sweep.js") },
  { name: "home", load: () => import("./screens/home.js") },
  { name: "found", load: () => import("./screens/found.js") },
  { name: "mosquito", load: () => import("./screens/mosquito.js") },
  { name: "breeding", load: () => import("./screens/breeding.js") },
  { name: "place", load: () => import("./screens/place.js") },
  { name: "left", load: () => import("./screens/left.js") },
  { name: "line", load: () => import("./screens/line.js") },
  { name: "queue", load: () => import("./screens/queue.js") },
  { name: "table", load: () => import("./screens/table.js") },
  { name: "gate", load: () => import("./screens/gate.js") },
  { name: "handover", load: () => import("./screens/handover.js") },
  { name: "outbox", load: () => import("./screens/outbox.js") },
  { name: "carry", load: () => import("./screens/carry.js") },
  { name: "people", load: () => import("./screens/people.js") },
  { name: "scanner", load: () => import("./screens/scanner.js") },
  { name: "settings", load: () => import("./screens/settings.js") },
];

/** @type {Map<string, Screen>} */
export const screens = new Map();
/** @type {string[]} */
export const failed = [];

/** Load every screen; what fails is named and left out. */
export async function load() {
  const found = await Promise.allSettled(ROUTES.map((route) => route.load()));
  found.forEach((one, number) => {
    const name = ROUTES[number].name;
    if (one.status === "fulfilled") screens.set(name, one.value);
    else { failed.push(name); console.error(`screen ${name}: ${one.reason}`); }
  });
}

/** All lines of "my shift", in their order. @returns {Card[]} */
export function cards() {
  const found = [...screens.values()].flatMap((one) => one.cards?.() ?? []);
  return found.sort((a, b) => (a.order ?? 50) - (b.order ?? 50));
}

/** The address of a screen. @param {string} name @param {...string} rest */
export const to = (name, ...rest) => `#/${[name, ...rest].map(encodeURIComponent).join("/")}`;

/** Go to a screen. @param {string} name @param {...string} rest */
export const go = (name, ...rest) => { location.hash = to(name, ...rest); };
