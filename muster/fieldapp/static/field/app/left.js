// @ts-check
/** Who is left untested: the tests at homes that were given to this phone, with what was said here of each person. */
import { done, row, rows } from "./phone.js";

/** What was said stays readable for a shift, though the command post has taken the work off the list. */
const KEPT = 18 * 3_600_000;
const SAYS = ["take_sample", "explain_untested"];

/** Whether a task is done on the screen of those left, not on its own. @param {any} task */
export const isAtHome = (task) => task.round !== undefined && Boolean(row("line", "rules"));

/** @typedef {{subject: string, name: string, round: string | null, single: boolean, first: boolean, due_at?: string, task?: string,
 *   dwelling?: string, label?: string, floor?: number | null, unit?: number | null, building?: string, house?: string}} Home
 *   `single`: resampled, alone in a tube @typedef {Home & {standing: string, reason: string, deed?: any}} Person */

/** One entry for each person, however much work asks for them. @param {any} one @param {Home} [before] @returns {Home} */
const joined = (one, before) => ({
  subject: one.subject, name: one.name, task: one.id, due_at: one.due_at, dwelling: one.dwelling, label: one.label,
  floor: one.floor, unit: one.unit, building: one.building ?? undefined, house: one.house,
  round: before?.round ?? one.round, single: Boolean(before?.single) || one.kind === "resample",
  first: Boolean(before?.first) || one.priority <= 2,
});

/** Everybody of the list, and those who were on it when something was said of them here. @returns {Person[]} */
export function people() {
  /** @type {Map<string, Home>} */
  const homes = new Map();
  for (const one of rows("tasks").filter(isAtHome)) homes.set(one.subject, joined(one, homes.get(one.subject)));
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  /** @type {Map<string, any>} */
  const said = new Map();
  for (const deed of done().filter((one) => SAYS.includes(one.name) && !gone.has(one.id))) {
    const { resident, left } = deed.body;
    if (left && !homes.has(resident) && deed.at > Date.now() - KEPT) homes.set(resident, left);
    if (deed.name === "take_sample" || said.get(resident)?.name !== "take_sample") said.set(resident, deed);
  }
  return [...homes.values()].map((home) => ({ ...home, ...standing(said.get(home.subject)), deed: said.get(home.subject) }));
}

/** Where somebody stands by what was said last; a sample counts more than any word. @param {any} deed */
function standing(deed) {
  if (!deed) return { standing: "unknown", reason: "" };
  return deed.name === "take_sample" ? { standing: "done", reason: "" } : { standing: deed.body.standing, reason: deed.body.reason ?? "" };
}

/** The door behind which somebody lives, where this phone knows it. @param {string} resident */
export const doorOf = (resident) => people().find((one) => one.subject === resident)?.dwelling;

/** People by what they share, in the order of the walk: the top floor first. @param {Person[]} found @param {"building" | "dwelling"} by */
export function grouped(found, by) {
  /** @type {Map<string, Person[]>} */
  const groups = new Map();
  const inOrder = [...found].sort((a, b) => (b.floor ?? -99) - (a.floor ?? -99) || (a.unit ?? 0) - (b.unit ?? 0) || (a.label ?? "").localeCompare(b.label ?? ""));
  for (const one of inOrder) groups.set(one[by] ?? "none", [...(groups.get(one[by] ?? "none") ?? []), one]);
  return groups;
}

/** How many stand where. @param {Person[]} found */
export function counts(found) {
  const has = (/** @type {string} */ ...standings) => found.filter((one) => standings.includes(one.standing)).length;
  return { all: found.length, done: has("done"), said: has("exempt", "away", "refused"), left: has("unknown"), over: found.length - has("unknown") };
}
