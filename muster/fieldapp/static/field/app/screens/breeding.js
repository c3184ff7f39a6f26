// @ts-check
/** Standing water outside homes: what, where, whose, until when, a photograph before and one after. */
import { newId } from "../bytes.js";
import { fill, h, wear } from "../dom.js";
import { house, houses, said } from "../houses.js";
import { photoField } from "../photo.js";
import { done, me, now, record, row, rows } from "../phone.js";
import { go, to } from "../routes.js";
import { t, when } from "../t.js";
import { glyph } from "../words.js";
import { inWords, rules } from "./mosquito.js";

const DAY = 86_400_000;

/** @param {string[]} rest */
export const title = ([id]) => (id === "new" ? t("Where is water outside homes?") : t("Is the water gone?"));

/** @param {string} code */
const kindWord = (code) => {
  const kind = rules()?.containers.find((/** @type {any} */ one) => one.code === code);
  return kind ? inWords(kind) : t("other container");
};

/** Sites of the list and those written down here, each as the newest look says. @returns {any[]} */
function sites() {
  const looks = said("inspect_breeding_site", "site");
  const listed = rows("breeding");
  const known = new Set(listed.map((one) => one.id));
  const mine = done("report_breeding_site").map((deed) => ({ ...deed.body, state: "open", last_at: deed.at })).filter((one) => !known.has(one.id));
  return [...listed, ...mine].map((one) => {
    const last = looks.get(one.id)?.at(-1);
    const newer = last && (!one.last_at || last.at > new Date(one.last_at).getTime());
    return newer ? { ...one, state: last.body.state, last_at: last.at } : one;
  });
}

/** Those still there, the first due first. */
export const open = () => sites().filter((one) => one.state === "open").sort((a, b) => new Date(a.deadline_at).getTime() - new Date(b.deadline_at).getTime());

/** @param {any} one */
const where = (one) => one.place || house(one.building)?.name || "";

/** The part of a board that lists them. */
export function list() {
  const listed = [...open(), ...sites().filter((one) => one.state === "cleared")].slice(0, 60);
  return h("section", {}, h("h2", {}, t("Breeding sites outside homes ({n})", { n: open().length })),
    listed.length ? h("ul", { class: "cards" }, listed.map((one) => {
      const state = one.state === "cleared" ? "done" : new Date(one.deadline_at).getTime() < now() ? "late" : "open";
      return h("li", {}, h("a", { class: `card card-${state}`, href: to("breeding", one.id) },
        h("span", { class: `shape shape-${state}`, "aria-hidden": "true" }, glyph(state)),
        h("span", { class: "card-words" }, h("b", {}, kindWord(one.kind)), h("span", { class: "detail" }, where(one))),
        h("span", { class: "card-kind" }, state === "done" ? t("gone") : t("by {time}", { time: when(one.deadline_at) }), state === "late" ? h("span", { class: "card-state" }, t("late")) : null)));
    })) : h("p", { class: "empty" }, t("No site is known.")),
    h("a", { class: "key", id: "new-site", href: to("breeding", "new") }, t("Breeding site outside")));
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id, building]) {
  wear("ground");
  if (!rules()) { fill(place, h("p", { class: "empty" }, t("The protocol of this incident says nothing of mosquitoes."))); return; }
  if (id === "new") report(place, building);
  else look(place, id);
}

/** @param {HTMLElement} place @param {string} [near] a building */
function report(place, near) {
  const kind = /** @type {HTMLSelectElement} */ (h("select", { id: "b-kind" }, rules().containers.map((/** @type {any} */ one) => h("option", { value: one.code }, inWords(one)))));
  const spot = /** @type {HTMLInputElement} */ (h("input", { id: "b-place", maxlength: 200, autocomplete: "off", required: true }));
  const at = /** @type {HTMLSelectElement} */ (h("select", { id: "b-building" }, h("option", { value: "" }, t("at no building")), houses().map((one) => h("option", { value: one.id, selected: one.id === near }, one.name))));
  const owner = /** @type {HTMLInputElement} */ (h("input", { id: "b-owner", maxlength: 200, autocomplete: "off" }));
  const day = new Date(now() + rules().days * DAY - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const until = /** @type {HTMLInputElement} */ (h("input", { id: "b-until", type: "date", required: true, value: day }));
  const photo = photoField(t("Photograph before"));
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const site = newId(now());
    const area = house(at.value)?.area ?? me().area_code;
    const taken = await photo.keep(site, area);
    const body = { id: site, area, kind: kind.value, place: spot.value.trim(), building: at.value || null, deadline_at: new Date(`${until.value}T18:00`).toISOString(), photo: taken };
    await record("report_breeding_site", { ...body, owner: owner.value.trim() }, { deed: body });
    go("mosquito");
  };
  fill(place, h("form", { onsubmit: send },
    h("label", { for: "b-kind" }, t("What it is")), kind,
    h("label", { for: "b-place" }, t("Where exactly")), spot,
    h("label", { for: "b-building" }, t("Next to building")), at,
    h("label", { for: "b-owner" }, t("Whose (is sealed, not shown on phones)")), owner,
    h("label", { for: "b-until" }, t("Gone by the evening of")), until,
    photo.part,
    h("button", { type: "submit", class: "key key-main", id: "b-save" }, t("Write it down"))));
}

/** @param {HTMLElement} place @param {string} id */
function look(place, id) {
  const one = sites().find((site) => site.id === id);
  if (!one) { fill(place, h("p", { class: "empty" }, t("This site is not on the phone."))); return; }
  const photo = photoField(t("Photograph of how it is now"));
  const tell = async (/** @type {string} */ state) => {
    const taken = await photo.keep(id, one.area ?? house(one.building)?.area ?? me().area_code);
    await record("inspect_breeding_site", { site: id, state, photo: taken });
    go("mosquito");
  };
  fill(place,
    h("section", { class: "sheet-card" }, h("h2", { class: "big" }, kindWord(one.kind)), h("p", {}, [where(one), one.place ? house(one.building)?.name : ""].filter(Boolean).join(" · ")),
      h("p", { class: "detail" }, one.state === "cleared" ? t("gone, seen {time}", { time: when(one.last_at) }) : t("to be gone by {time}", { time: when(one.deadline_at) }))),
    photo.part,
    h("div", { class: "choices" },
      h("button", { type: "button", class: "key choice-key state-done", id: "b-gone", onclick: () => tell("cleared") }, h("span", { "aria-hidden": "true" }, "✓"), t("It is gone")),
      h("button", { type: "button", class: "key choice-key state-late", id: "b-there", onclick: () => tell("open") }, h("span", { "aria-hidden": "true" }, "!"), t("It is still there"))));
}
