// @ts-check
/** Hand over: open work acknowledged piece by piece, what is unsent said, then the next person. */
import { fill, h } from "../dom.js";
import * as outbox from "../outbox.js";
import { done, person, phone, record, rows } from "../phone.js";
import { go, to } from "../routes.js";
import { t, when } from "../t.js";
import { kindWord, outcomeWord } from "../words.js";
import { mine } from "./duty.js";

export const title = () => t("Hand over: what goes to whom?");

/** Hand-overs to me that I have not taken. */
function waiting() {
  const taken = new Set(done("take_over").map((deed) => deed.body.handover));
  return rows("handovers").filter((one) => one.to === person()?.id && !taken.has(one.id));
}

export function cards() {
  return waiting().map((one) => ({
    to: to("handover"), kind: t("hand-over"), order: 5, state: "absent", title: t("{n} open tasks from {who}", { n: one.open_items, who: one.code || "?" }),
    detail: when(one.at), word: t("to be taken"),
  }));
}

/** @param {HTMLElement} place */
export async function show(place) {
  const me = person()?.id;
  const shift = mine().find((one) => one.began && !one.ended);
  const said = new Set(done("record_attempt").map((deed) => deed.body.item));
  const open = rows("tasks").filter((one) => !said.has(one.id));
  const { unsent } = await outbox.count(phone()?.device ?? "");
  const others = rows("team").filter((one) => one.id !== me);
  const alert = h("p", { role: "alert", class: "said" });
  const give = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    if (form.getAll("item").length < open.length) { alert.textContent = t("Go through every open task: tick each one."); return; }
    if (!form.get("to")) { alert.textContent = t("Choose who takes over."); return; }
    await record("hand_over", { shift: shift.shift, to: form.get("to"), open_items: open.map((one) => one.id) });
    go("duty", shift.id);
  };
  fill(place,
    waiting().map((one) => h("section", { class: "sheet-card" }, h("h2", {}, t("{n} open tasks from {who}", { n: one.open_items, who: one.code || "?" })),
      h("button", { type: "button", class: "key key-main", onclick: async () => { await record("take_over", { handover: one.id }); show(place); } }, t("I take them")))),
    unsent ? h("p", { class: "banner banner-absent" }, h("b", { "aria-hidden": "true" }, "○"), h("span", {}, t("Unsent on this phone: {n} records. They go on being sent, whoever has it.", { n: unsent }))) : null,
    shift ? h("form", { onsubmit: give },
      h("h2", {}, t("Open tasks: {n}", { n: open.length })),
      open.length ? h("ul", { class: "ticks" }, open.map((one) => h("li", {}, h("label", { class: "choice" },
        h("input", { type: "checkbox", name: "item", value: one.id }),
        h("span", {}, one.name, h("span", { class: "detail" }, `${kindWord(one.kind)} · ${outcomeWord(one.last_outcome)}`)))))) : h("p", {}, t("Nothing is open.")),
      others.length ? h("fieldset", {}, h("legend", {}, t("Who takes over?")), others.map((one) => h("label", { class: "choice" },
        h("input", { type: "radio", name: "to", value: one.id }), h("span", {}, one.code, h("span", { class: "detail" }, one.organisation))))) : h("p", { class: "note" }, t("Nobody else of your team is known on this phone.")),
      alert,
      others.length ? h("button", { type: "submit", class: "key key-main" }, t("Hand over")) : null)
      : h("p", { class: "note" }, t("You have not begun a shift on this phone: there is no work to hand over.")),
    h("a", { class: "key", href: to("people") }, t("Give this phone to another person")));
}
