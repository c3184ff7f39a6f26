// @ts-check
/** One task: whom, why, a call by one touch, and how it ended by another. */
import { fill, h } from "../dom.js";
import { isAtHome } from "../left.js";
import { done, me, now, record, retract, row, rows } from "../phone.js";
import { go, to } from "../routes.js";
import { t, when } from "../t.js";
import { kindWord, outcomeWord, stateOf, stepWord } from "../words.js";

export const title = () => t("Task: how did it end?");
const CALL = ["reached_verified", "no_answer", "busy", "wrong_number", "moved", "refused", "needs_interpreter", "needs_help", "already_verified"];
const VISIT = ["reached_verified", "no_answer", "moved", "refused", "needs_interpreter", "needs_help"];

const UNMET = ["no_answer", "busy", "wrong_number"];
/** @typedef {{key: number, outcome: string, health: string, word: string, state: string}} Choice */

/** The keys of a task; somebody whose follow-up it is, is asked how they feel: 1 well, 0 unwell. @param {any} one @returns {Choice[]} */
const choices = (one) => (one.step !== "visit" ? CALL : VISIT).flatMap((outcome, at) => {
  const usual = { key: at + 1, outcome, health: "", word: outcomeWord(outcome), state: stateOf(outcome) };
  if (outcome !== "reached_verified" || !one.contacts?.length) return [usual];
  return [{ ...usual, health: "seen_ok", word: t("well") }, { ...usual, key: 0, health: "seen_not_ok", word: t("unwell"), state: "refused" }];
});

/** How the contacts of a task are, as the call said it. @param {any} one @param {Choice} said @param {boolean} call */
async function follow(one, said, call) {
  const outcome = UNMET.includes(said.outcome) ? "missed" : said.health;
  if (!outcome) return;
  for (const contact of one.contacts ?? []) {
    await record("record_follow_up", { contact, outcome, channel: call ? "call" : "visit" }, { quiet: true });
  }
}

/** A slip: the call goes, and what it said of the contacts. @param {any} one @param {any} said */
async function takeBack(one, said) {
  const followed = done("record_follow_up").filter((deed) => one.contacts?.includes(deed.body.contact) && deed.at >= said.at);
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  for (const deed of followed) if (!gone.has(deed.id)) await retract(deed.id, "cases.followedup");
  await retract(said.id, "worklists.attempt");
}

/** What this phone said of a task last. @param {string} id */
const last = (id) => {
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  return done("record_attempt").filter((deed) => deed.body.item === id && !gone.has(deed.id)).at(-1);
};

export function cards() {
  return rows("tasks").filter((one) => !isAtHome(one)).map((one) => {
    const said = last(one.id);
    const late = one.due_at && new Date(one.due_at).getTime() < now();
    const state = said ? stateOf(said.body.outcome) : late ? "late" : one.last_outcome ? stateOf(one.last_outcome) : "open";
    return {
      to: to("task", one.id), kind: kindWord(one.kind), title: one.name || one.id.slice(-6), state,
      order: state === "done" ? 80 : late ? 20 : 30,
      detail: [stepWord(one.step), one.due_at ? t("due {time}", { time: when(one.due_at) }) : ""].filter(Boolean).join(" · "),
      word: said ? outcomeWord(said.body.outcome) : late ? t("late") : outcomeWord(one.last_outcome),
    };
  });
}

/** The next task that nobody has said anything of. @param {string} id the one that is left */
const following = (id) => rows("tasks").find((one) => one.id !== id && !isAtHome(one) && !last(one.id));

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id]) {
  const one = row("tasks", id);
  if (!one) { fill(place, h("p", { class: "empty" }, t("This task is no longer yours: done, given back, or given to somebody else."))); return; }
  const said = last(id);
  const call = one.step !== "visit";
  const keyed = choices(one);
  const end = async (/** @type {Choice} */ choice, callback = "") => {
    const body = { item: id, outcome: choice.outcome, channel: call ? "phone" : "door", ...(callback ? { callback_at: callback } : {}) };
    await record("record_attempt", body);
    await follow(one, choice, call);
    const next = following(id);
    if (next) go("task", next.id);
    else go("shift");
  };
  fill(place,
    h("section", { class: "sheet-card" },
      h("p", { class: "detail" }, kindWord(one.kind), " · ", stepWord(one.step), one.due_at ? ` · ${t("due {time}", { time: when(one.due_at) })}` : ""),
      h("h2", { class: "big" }, one.name || t("no name")),
      one.attempts ? h("p", {}, t("Tried {n} times, last: {outcome}", { n: one.attempts, outcome: outcomeWord(one.last_outcome) })) : null,
      said ? h("p", { class: `said-now state-${stateOf(said.body.outcome)}` }, t("You said: {outcome}", { outcome: outcomeWord(said.body.outcome) }), " ",
        h("button", { type: "button", class: "key key-small", onclick: async () => { await takeBack(one, said); show(place, [id]); } }, t("Take back"))) : null),
    call && one.phone ? h("a", { class: "key key-main key-call", href: `tel:${one.phone}` }, h("span", { "aria-hidden": "true" }, "☎"), " ", t("Call {number}", { number: one.phone })) : null,
    call && !one.phone ? h("p", { class: "note" }, t("No number is known. Ask the desk, or make it a visit.")) : null,
    one.building && row("buildings", one.building) ? h("a", { class: "key", href: to("sweep", one.building) }, t("Building {name}", { name: row("buildings", one.building).name })) : null,
    h("h3", {}, t("How did it end?")),
    h("div", { class: "choices" }, keyed.map((choice) => h("button", {
      type: "button", class: `key choice-key state-${choice.state}`, onclick: () => end(choice),
    }, h("kbd", { "aria-hidden": "true" }, choice.key), choice.word))),
    h("form", { class: "later", onsubmit: (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const asked = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("at") ?? "");
      const busy = keyed.find((choice) => choice.outcome === (call ? "busy" : "no_answer"));
      if (asked && busy) end({ ...busy, outcome: "busy" }, new Date(asked).toISOString());
    } }, h("label", { for: "at" }, t("Asked to be called at")), h("input", { id: "at", name: "at", type: "datetime-local" }),
    h("button", { type: "submit", class: "key" }, t("Call again then"))),
    h("p", { class: "note" }, me().area ?? ""));
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const choice = keyed.find((each) => String(each.key) === event.key);
    if (choice && !(event.target instanceof HTMLInputElement)) end(choice);
  };
  document.addEventListener("keydown", keys);
  return () => document.removeEventListener("keydown", keys);
}
