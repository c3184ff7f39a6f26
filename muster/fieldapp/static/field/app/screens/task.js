// @ts-check
/** One task: whom, why, a call by one touch, and how it ended by another. */
import { fill, h } from "../dom.js";
import { done, me, now, record, retract, row, rows } from "../phone.js";
import { go, to } from "../routes.js";
import { t, when } from "../t.js";
import { kindWord, outcomeWord, stateOf, stepWord } from "../words.js";

export const title = () => t("Task: how did it end?");
const CALL = ["reached_verified", "no_answer", "busy", "wrong_number", "moved", "refused", "needs_interpreter", "needs_help"];
const VISIT = ["reached_verified", "no_answer", "moved", "refused", "needs_interpreter", "needs_help"];

/** What this phone said of a task last. @param {string} id */
const last = (id) => {
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  return done("record_attempt").filter((deed) => deed.body.item === id && !gone.has(deed.id)).at(-1);
};

export function cards() {
  return rows("tasks").map((one) => {
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
const following = (id) => rows("tasks").find((one) => one.id !== id && !last(one.id));

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id]) {
  const one = row("tasks", id);
  if (!one) { fill(place, h("p", { class: "empty" }, t("This task is no longer yours: done, given back, or given to somebody else."))); return; }
  const said = last(id);
  const call = one.step !== "visit";
  const end = async (/** @type {string} */ outcome, callback = "") => {
    const body = { item: id, outcome, channel: call ? "phone" : "door", ...(callback ? { callback_at: callback } : {}) };
    await record("record_attempt", body);
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
        h("button", { type: "button", class: "key key-small", onclick: async () => { await retract(said.id, "worklists.attempt"); show(place, [id]); } }, t("Take back"))) : null),
    call && one.phone ? h("a", { class: "key key-main key-call", href: `tel:${one.phone}` }, h("span", { "aria-hidden": "true" }, "☎"), " ", t("Call {number}", { number: one.phone })) : null,
    call && !one.phone ? h("p", { class: "note" }, t("No number is known. Ask the desk, or make it a visit.")) : null,
    one.building && row("buildings", one.building) ? h("a", { class: "key", href: to("sweep", one.building) }, t("Building {name}", { name: row("buildings", one.building).name })) : null,
    h("h3", {}, t("How did it end?")),
    h("div", { class: "choices" }, (call ? CALL : VISIT).map((outcome, number) => h("button", {
      type: "button", class: `key choice-key state-${stateOf(outcome)}`, onclick: () => end(outcome),
    }, h("kbd", { "aria-hidden": "true" }, number + 1), outcomeWord(outcome)))),
    h("form", { class: "later", onsubmit: (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const asked = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("at") ?? "");
      if (asked) end("busy", new Date(asked).toISOString());
    } }, h("label", { for: "at" }, t("Asked to be called at")), h("input", { id: "at", name: "at", type: "datetime-local" }),
    h("button", { type: "submit", class: "key" }, t("Call again then"))),
    h("p", { class: "note" }, me().area ?? ""));
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const outcome = (call ? CALL : VISIT)[Number(event.key) - 1];
    if (outcome && !(event.target instanceof HTMLInputElement)) end(outcome);
  };
  document.addEventListener("keydown", keys);
  return () => document.removeEventListener("keydown", keys);
}
