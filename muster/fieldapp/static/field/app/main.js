// @ts-check
/** Start: language, enrolment, PIN, screens, and the worker that makes it start without a network. */
import { banners, look } from "./health.js";
import { fill, h } from "./dom.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import * as pack from "./pack.js";
import { person, phone, setPerson, setPhone } from "./phone.js";
import * as routes from "./routes.js";
import * as door from "./door.js";
import { ready } from "./scan.js";
import { wake } from "./signals.js";
import * as sync from "./sync.js";
import { LANGUAGES, language, speak, t } from "./t.js";
import * as update from "./update.js";

const IDLE = 10 * 60_000;
const root = /** @type {HTMLElement} */ (document.getElementById("field"));
/** @type {void | (() => void)} */
let leave;
let lastTouch = Date.now();
let turn = 0;

/** Wear the look that was chosen. */
export function dress() {
  const hour = new Date().getHours();
  const chosen = localStorage.getItem("theme") ?? "auto";
  const dark = chosen === "auto" ? hour >= 19 || hour < 6 : chosen === "night";
  document.documentElement.dataset.theme = dark ? "night" : "day";
  document.documentElement.dataset.size = localStorage.getItem("size") ?? "plain";
}

/** Speak another language on the screen that is open. @param {string} code */
async function turnTo(code) {
  await speak(code);
  await show();
}

/** The head: way back, title, state of the line, language. @param {string} title @param {boolean} inside */
function head(title, inside) {
  const name = location.hash.split("/")[1] || "shift";
  const other = LANGUAGES.find(([code]) => code !== language) ?? LANGUAGES[0];
  return h("header", { class: "head" },
    inside && name !== "shift" ? h("a", { class: "back", href: routes.to("shift"), "aria-label": t("Back to my shift") }, "‹") : null,
    inside ? h("a", { class: "line-state", href: routes.to("outbox"), id: "line" }) : null,
    h("button", { class: "tongue", type: "button", lang: other[0] === "en" ? "en" : "zh-Hans", onclick: () => turnTo(other[0]) }, other[1]),
    h("h1", {}, title));
}

/** The dot, its word and the number unsent: three channels, never colour alone. */
async function line() {
  const place = document.getElementById("line");
  const found = phone();
  if (!place || !found) return;
  const { unsent } = await outbox.count(found.device).catch(() => ({ unsent: 0 }));
  const words = {
    waiting: t("asking"), online: t("online"), offline: t("offline"), portal: t("sign-in page"), busy: t("busy"),
    revoked: t("out of service"), fault: t("fault"),
  };
  place.className = `line-state line-${sync.state.line}`;
  fill(place, h("span", { class: "dot", "aria-hidden": "true" }), h("span", {}, words[sync.state.line]),
    h("b", { class: unsent ? "is-waiting" : "" }, unsent ? t("unsent {n}", { n: unsent }) : t("all sent")));
}

async function bannersNow() {
  const place = document.getElementById("banners");
  const found = phone();
  if (!place || !found) return;
  const listed = await banners(found.device);
  const ready = update.ready();
  if (ready) listed.push({ id: "update", level: "doing", words: t("A new version is ready."), act: { words: t("Use it"), run: ready } });
  if (update.preparing()) listed.push({ id: "offline", level: "doing", words: t("Getting ready to work without a network…") });
  const marks = { late: "!", absent: "○", doing: "…" };
  const drawn = listed.map((one) => h("div", { class: `banner banner-${one.level}`, "data-banner": one.id },
    h("b", { "aria-hidden": "true" }, marks[one.level]), h("span", {}, one.words),
    one.act ? h("button", { type: "button", class: "key key-small", onclick: one.act.run }, one.act.words) : null));
  if (place.textContent !== drawn.map((one) => one.textContent).join("")) fill(place, drawn);
}

/** Draw the page for the address. */
export async function show() {
  const mine = ++turn;
  if (typeof leave === "function") leave();
  leave = undefined;
  document.querySelectorAll("dialog").forEach((one) => one.remove());
  const [name, ...rest] = location.hash.startsWith("#/") ? location.hash.slice(2).split("/").map(decodeURIComponent) : ["shift"];
  const found = phone();
  if (!found || location.hash.startsWith("#join=") || !pack.isOpen() || !person()) {
    const part = await door.part(found, show);
    if (mine === turn) fill(root, head(part.title, false), h("div", { id: "banners" }), h("main", {}, part.content));
    part.focus?.();
    return;
  }
  const screen = routes.screens.get(name) ?? routes.screens.get("shift");
  const place = h("main", { tabindex: "-1" });
  fill(root, head(screen ? screen.title(rest) : "", true), h("div", { id: "banners" }), place);
  line();
  bannersNow();
  const after = await screen?.show(place, rest);
  if (mine !== turn && typeof after === "function") after();
  else leave = after;
}

/** Draw again what the data changed, unless somebody is in the middle of something. */
function changed() {
  line();
  bannersNow();
  const busy = document.querySelector("dialog[open]") || document.querySelector("main :is(input, textarea, video)");
  if (!busy && pack.isOpen() && sync.state.pulledAt !== drawnAt) { drawnAt = sync.state.pulledAt; show(); }
}
let drawnAt = 0;

function idle() {
  bannersNow();
  if (pack.isOpen() && Date.now() - lastTouch > IDLE) lockNow();
  else if (pack.isOpen() && pack.isOver()) pack.wipe(true).then(show);
}

/** Lock: the PIN is asked again. What was captured goes on being sent. */
export function lockNow() {
  pack.lock();
  setPerson(null);
  location.hash = "#/";
  show();
}

/** The server asked: what can be read goes, what was captured stays. */
async function onWipe() {
  if (phone()?.locked && !pack.isOpen()) return; // done: said again with every answer
  const kept = await identity.phone();
  if (kept?.device !== phone()?.device) { location.reload(); return; } // joined anew in another tab: that is not meant
  await pack.wipe();
  await identity.lockOut();
  setPhone((await identity.phone()) ?? null);
  setPerson(null);
  await show();
}

async function start() {
  dress();
  await speak();
  await routes.load();
  try {
    setPhone((await identity.phone()) ?? null);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const part = door.broken(async () => location.reload(), error);
    fill(root, head(part.title, false), h("main", {}, part.content));
    return;
  }
  window.addEventListener("hashchange", show);
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { lastTouch = Date.now(); wake(); }, { passive: true });
  }
  window.addEventListener("online", changed);
  sync.listeners.add(changed);
  update.begin(bannersNow);
  await show();
  if (phone()) ready().catch((error) => console.warn(error)); // while somebody types the PIN
  door.onJoined(() => { begin(); });
  begin();
  setInterval(idle, 5_000);
}

function begin() {
  const found = phone();
  if (found) sync.begin({ phone: found, onWipe, health: async () => ({ ...(await look()), pack: !phone()?.locked }) });
}

window.addEventListener("muster:dress", dress);
window.addEventListener("muster:lock", lockNow);
start();
