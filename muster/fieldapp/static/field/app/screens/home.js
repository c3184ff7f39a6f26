// @ts-check
/** The household card: how many live here; what they need, when they agree that it is written down. */
import { fill, h, wear } from "../dom.js";
import { door, house, said } from "../houses.js";
import { record, retract, row } from "../phone.js";
import { go, to } from "../routes.js";
import { language, t, when } from "../t.js";
import { NEEDS, needWord, SPOKEN, spokenWord } from "../words.js";

const MOST_PERSONS = 30;

export const title = () => t("Who lives here, what is needed?");

/** A group of ticks; what is ticked, by its code. @param {string} words @param {{code: string, title: string}[]} choices @param {string[]} before */
function ticks(words, choices, before) {
  const boxes = choices.map((one) => /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", value: one.code, checked: before.includes(one.code) })));
  const part = h("fieldset", {}, h("legend", {}, words), choices.map((one, at) => h("label", { class: "choice" }, boxes[at], h("span", {}, one.title))));
  return { part, chosen: () => boxes.filter((one) => one.checked).map((one) => one.value) };
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id]) {
  wear("ground");
  const found = door(id);
  if (!found) { fill(place, h("p", { class: "empty" }, t("This door is not on the phone."))); return; }
  const mine = said("record_household", "dwelling").get(id)?.at(-1);
  const before = mine?.body ?? {};
  let persons = before.persons ?? found.persons ?? found.home ?? 1;
  const number = h("output", { class: "number", id: "persons" }, persons);
  const step = (/** @type {number} */ by) => { persons = Math.min(MOST_PERSONS, Math.max(0, persons + by)); number.textContent = String(persons); };
  const coded = (/** @type {any} */ one) => ({ code: one.code, title: language === "en" ? one.en : one.zh });
  const spoken = ticks(t("Spoken here"), SPOKEN.map((code) => ({ code, title: spokenWord(code) })), before.languages ?? []);
  const classes = ticks(t("Who needs help first"), (row("ground", "rules")?.vulnerable ?? []).map(coded), before.vulnerabilities ?? []);
  const needs = ticks(t("What is needed now"), NEEDS.map((code) => ({ code, title: needWord(code) })), before.needs ?? []);
  const more = h("div", { class: "more", id: "with-consent" }, spoken.part, classes.part, needs.part,
    h("p", { class: "note" }, t("Each need becomes a request that the helpline answers; several of one kind are one request.")));
  const consent = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", id: "consent", checked: before.consent, onchange: () => tell() }));
  const none = h("p", { class: "note" }, t("Without their consent only the number of persons is kept."));
  const tell = () => { more.hidden = !consent.checked; none.hidden = consent.checked; };
  const save = async () => {
    const agreed = consent.checked ? { consent: true, languages: spoken.chosen(), vulnerabilities: classes.chosen(), needs: needs.chosen() } : { consent: false };
    await record("record_household", { dwelling: id, persons, ...agreed });
    go("sweep", found.building);
  };
  fill(place,
    h("h2", {}, house(found.building)?.name ?? "", " ", found.label),
    mine || found.card_at ? h("p", { class: "age" }, t("Last card {time}", { time: when(mine?.at ?? found.card_at) })) : null,
    h("div", { class: "stepper" }, h("span", {}, t("Persons who live here"), found.home ? h("span", { class: "detail" }, t("{n} registered", { n: found.home })) : null),
      h("button", { type: "button", class: "key", "aria-label": t("one less"), onclick: () => step(-1) }, "−"), number,
      h("button", { type: "button", class: "key", "aria-label": t("one more"), onclick: () => step(1) }, "+")),
    h("label", { class: "choice" }, consent, h("span", {}, t("They agree that languages, vulnerable people and needs are written down"))),
    none, more,
    h("div", { class: "ways" },
      mine ? h("button", { type: "button", class: "key", onclick: async () => { await retract(mine.id, "worklists.householdcard"); show(place, [id]); } }, t("Take back my card")) : null,
      h("a", { class: "key", href: to("sweep", found.building) }, t("Close")),
      h("button", { type: "button", class: "key key-main", id: "save-card", onclick: save }, t("Save the card"))));
  tell();
}
