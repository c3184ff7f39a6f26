// @ts-check
/** Several people, one phone: who may unlock it, and giving it to the next. The outbox is nobody's and stays. */
import { fill, h } from "../dom.js";
import { pinForm } from "../door.js";
import * as identity from "../identity.js";
import * as outbox from "../outbox.js";
import * as pack from "../pack.js";
import { person, phone, rows, toast } from "../phone.js";
import { go } from "../routes.js";
import { t } from "../t.js";

export const title = () => t("Who works with this phone?");

/** @param {HTMLElement} place @param {string[]} rest */
export async function show(place, [id]) {
  const known = await identity.persons();
  if (id) { adding(place, id); return; }
  const others = rows("team").filter((one) => !known.some((person) => person.id === one.id));
  const { unsent } = await outbox.count(phone()?.device ?? "");
  fill(place,
    h("section", { class: "sheet-card" },
      h("h2", {}, t("Now: {name}", { name: person()?.name ?? "" })),
      h("p", {}, unsent ? t("Unsent: {n} records. They go on being sent, whoever has the phone; nobody can read them here.", { n: unsent }) : t("Everything was sent.")),
      h("button", { type: "button", class: "key key-main", onclick: () => window.dispatchEvent(new Event("muster:lock")) }, t("Lock, and let another person unlock"))),
    h("h2", {}, t("On this phone")),
    h("ul", { class: "rows" }, known.map((one) => h("li", { class: "row" }, h("span", {}, one.name), one.id === person()?.id ? h("span", { class: "chip chip-doing" }, t("now")) : null))),
    others.length ? h("h2", {}, t("Add somebody of the team")) : h("p", { class: "note" }, t("People of your team appear here when the command post has formed it.")),
    h("ul", { class: "cards" }, others.map((one) => h("li", {}, h("button", { type: "button", class: "card", onclick: () => go("people", one.id) },
      h("span", { class: "shape shape-open", "aria-hidden": "true" }, "+"), h("span", { class: "card-words" }, h("b", {}, one.code), h("span", { class: "detail" }, one.organisation)))))));
}

/** @param {HTMLElement} place @param {string} id */
function adding(place, id) {
  const one = rows("team").find((member) => member.id === id);
  const key = pack.keyInHand();
  if (!one || !key) { go("people"); return; }
  const asked = pinForm(t("Add"), async (pin) => {
    await identity.addPerson(one.id, one.code, pin, key);
    toast(t("{name} can unlock this phone now.", { name: one.code }), "done");
    go("people");
  });
  fill(place, h("p", {}, t("{name}, choose a PIN of your own. What you record carries your code.", { name: one.code })), asked.form);
  asked.focus();
}
