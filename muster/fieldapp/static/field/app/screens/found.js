// @ts-check
/** A building that nobody had on a list: written down on the spot, in the order of the walk, and ready at once. */
import { newId } from "../bytes.js";
import { fill, h, wear } from "../dom.js";
import { doorsOf, houses, labelsOf } from "../houses.js";
import { photoField } from "../photo.js";
import { done, me, now, record, rows } from "../phone.js";
import { to } from "../routes.js";
import { t } from "../t.js";

const MOST_FLOORS = 100, MOST_UNITS = 60;
const UNLUCKY = [4, 13, 14];

export const title = () => t("Which building is not on the list?");

export const cards = () => (rows("ground").length ? [{
  to: to("found"), kind: t("building"), title: t("Not on the list"), detail: t("write a building down while walking"), state: "open", order: 95,
}] : []);

/** A number with keys for less and more. @param {string} words @param {number} most @param {number} first @param {() => void} changed */
function stepper(words, most, first, changed) {
  let value = first;
  const number = h("output", { class: "number" }, value);
  const step = (/** @type {number} */ by) => { value = Math.min(most, Math.max(0, value + by)); number.textContent = String(value); changed(); };
  const key = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ said) =>
    h("button", { type: "button", class: "key", "aria-label": `${words}: ${said}`, onclick: () => step(by) }, sign);
  return { value: () => value, part: h("div", { class: "stepper" }, h("span", {}, words), key(-1, "−", t("one less")), number, key(1, "+", t("one more"))) };
}

/** @param {HTMLElement} place */
export function show(place) {
  wear("ground");
  const walk = done("add_building").map((deed) => deed.body);
  const last = walk.at(-1) ?? {};
  const name = /** @type {HTMLInputElement} */ (h("input", { id: "f-name", maxlength: 120, autocomplete: "off", required: true }));
  const compound = /** @type {HTMLInputElement} */ (h("input", { id: "f-compound", maxlength: 120, autocomplete: "off", value: last.compound ?? "" }));
  const written = /** @type {HTMLInputElement} */ (h("input", { id: "f-labels", maxlength: 400, autocomplete: "off", oninput: () => tell() }));
  const skipped = UNLUCKY.map((floor) => /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", value: floor, onchange: () => tell() })));
  const floors = stepper(t("Floors"), MOST_FLOORS, last.floors ?? 6, () => tell());
  const units = stepper(t("Doors on a floor"), MOST_UNITS, last.units_per_floor ?? 2, () => tell());
  const photo = photoField(t("Photograph of the door or the landmark"));
  const preview = h("p", { class: "sum", role: "status" });
  const without = () => skipped.filter((one) => one.checked).map((one) => Number(one.value));
  const labels = () => {
    const given = [...new Set(written.value.split(/[,，、;；]+/).map((one) => one.trim()).filter(Boolean))];
    return given.length ? given.map((one) => one.slice(0, 40)) : labelsOf(floors.value(), units.value(), without());
  };
  const tell = () => {
    const found = labels();
    fill(preview, h("b", {}, t("{n} doors", { n: found.length })), found.length ? ` · ${found[0]} … ${found.at(-1)}` : "");
  };
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const found = labels();
    const id = newId(now());
    const size = written.value.trim() ? {} : { floors: floors.value(), units_per_floor: units.value() };
    const body = { id, area: me().area_code, name: name.value.trim(), compound: compound.value.trim(), labels: found, ...size, source: "walk", walk: walk.length + 1 };
    await record("add_building", body, { deed: { ...body, doors: await doorsOf(id, found) } });
    await photo.keep(id, body.area);
    show(place);
  };
  const held = new Set(houses().map((one) => one.id));
  fill(place,
    h("form", { onsubmit: save },
      h("label", { for: "f-name" }, t("Name or number; without one, what everybody sees")), name,
      h("p", { class: "note" }, t("blue iron gate opposite the well")),
      h("label", { for: "f-compound" }, t("Compound or village")), compound,
      floors.part, units.part,
      h("fieldset", {}, h("legend", {}, t("Floors it does not have")), UNLUCKY.map((floor, at) => h("label", { class: "choice choice-slim" }, skipped[at], h("span", {}, floor)))),
      h("details", {}, h("summary", {}, t("Doors by name instead")), h("label", { for: "f-labels" }, t("What stands on them, with commas: 1A, 1B, attic")), written),
      photo.part, preview,
      h("button", { type: "submit", class: "key key-main", id: "f-save" }, t("Write it down"))),
    walk.length ? h("section", {}, h("h2", {}, t("This walk: {n} buildings", { n: walk.length })), h("ol", { class: "rows walk" }, walk.map((one) => h("li", {},
      held.has(one.id) ? h("a", { class: "key", href: to("sweep", one.id) }, one.name, " · ", t("{n} doors", { n: one.labels.length })) : one.name)))) : null);
  tell();
}
