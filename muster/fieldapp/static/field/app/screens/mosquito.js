// @ts-check
/** Mosquitoes: what was looked into at each door, the index of every block as it stands, and where to look again. */
import { fill, h, sheet, wear } from "../dom.js";
import { byFloor, doors, house, houses, said } from "../houses.js";
import { now, record, retract, row, rows } from "../phone.js";
import { to } from "../routes.js";
import { language, t, when } from "../t.js";
import { after, bandOf, counted } from "../vector.js";
import { glyph, markWord } from "../words.js";
import * as breeding from "./breeding.js";

const SOON = 86_400_000;
const LOOKS = { "": "open", clear: "done", water: "absent", larvae: "late" };

export const rules = () => row("ground", "rules")?.vector;
/** @param {{zh: string, en: string}} one */
export const inWords = (one) => (language === "en" ? one.en : one.zh);

/** @param {string[]} rest */
export const title = ([id]) => (id && house(id) ? t("Mosquitoes: {name}", { name: house(id).name }) : t("Where do mosquitoes breed?"));

/** Every door of every building with its mark. @returns {Map<string, any[]>} */
function marked() {
  const mine = said("survey_containers", "dwelling");
  return new Map([...doors()].map(([id, held]) => [id, held.map((door) => ({ ...door, now: after(door, mine.get(door.id) ?? [], rules().days) }))]));
}

/** Doors to look at again by tomorrow, the first due first. @param {any[]} held */
const due = (held) => held.filter((one) => one.now.look && one.now.look < now() + SOON).sort((a, b) => a.now.look - b.now.look);

export function cards() {
  if (!rules()) return [];
  const held = [...marked().values()].flat();
  const { index } = counted(held.map((one) => one.now), rules().per);
  const again = due(held).length, sites = breeding.open().length;
  return [{
    to: to("mosquito"), kind: t("mosquitoes"), title: t("Mosquito survey"), state: again ? "late" : "open", order: 25,
    detail: [again ? t("look again at {n}", { n: again }) : "", sites ? t("{n} breeding sites outside", { n: sites }) : ""].filter(Boolean).join(" · "),
    word: index === null ? t("nothing surveyed yet") : t("index {n}", { n: index.toFixed(1) }),
  }];
}

/** The index of a block in number and word. @param {any[]} held */
function figure(held) {
  const n = counted(held.map((one) => one.now), rules().per);
  const band = bandOf(rules().bands, n.index);
  const worst = band ? rules().bands.indexOf(band) : 0;
  return h("dl", { class: "figures", "data-index": n.index === null ? "" : n.index.toFixed(1) },
    h("div", { class: `figure band-${worst}` }, h("dt", {}, t("Breteau index")), h("dd", {}, n.index === null ? "–" : n.index.toFixed(1)), band ? h("dd", { class: "band-word" }, inWords(band)) : null),
    h("div", { class: "figure" }, h("dt", {}, t("homes surveyed")), h("dd", {}, n.houses, h("small", {}, `/${held.length}`))),
    h("div", { class: "figure" }, h("dt", {}, t("with larvae")), h("dd", {}, n.positive, h("small", {}, `/${n.containers}`))));
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id, view]) {
  wear("ground");
  if (!rules()) { fill(place, h("p", { class: "empty" }, t("The protocol of this incident says nothing of mosquitoes."))); return; }
  const again = () => show(place, [id, view]);
  const found = marked();
  if (id) fill(place, ...block(id, view, found.get(id) ?? [], again));
  else fill(place, ...board(found, again));
}

/** All blocks, the worst first; what to look at again; sites outside. @param {Map<string, any[]>} found @param {() => void} again */
function board(found, again) {
  const all = [...found.values()].flat();
  const listed = houses().map((one) => ({ one, held: found.get(one.id) ?? [], ...counted((found.get(one.id) ?? []).map((door) => door.now), rules().per) }));
  listed.sort((a, b) => (b.index ?? -1) - (a.index ?? -1) || a.one.order - b.one.order);
  return [
    figure(all),
    h("p", { class: "note" }, t("Goal: below {n}. Containers with larvae per {all} homes.", { n: rules().goal, all: rules().per })),
    h("section", {}, h("h2", {}, t("Look again ({n})", { n: due(all).length })), lookAgain(all, again)),
    breeding.list(),
    h("section", {}, h("h2", {}, t("Buildings")), h("ul", { class: "cards" }, listed.map(({ one, index, houses: seen, held }) => {
      const band = bandOf(rules().bands, index);
      return h("li", {}, h("a", { class: "card", href: to("mosquito", one.id) }, h("span", { class: "card-words" }, h("b", {}, one.name), h("span", { class: "detail" }, one.compound || one.address || "")),
        h("span", { class: "card-kind" }, t("{done} of {all}", { done: seen, all: held.length }), band ? h("span", { class: "card-state" }, `${Number(index).toFixed(1)} · ${inWords(band)}`) : null)));
    }))),
  ];
}

/** One building. @param {string} id @param {string} view @param {any[]} held @param {() => void} again */
function block(id, view, held, again) {
  return [
    figure(held),
    h("div", { class: "tabs", role: "group", "aria-label": t("View") },
      h("a", { class: "key key-small", href: to("mosquito", id), "aria-current": view ? null : "page" }, t("All doors")),
      h("a", { class: "key key-small", href: to("mosquito", id, "again"), "aria-current": view ? "page" : null }, t("Look again ({n})", { n: due(held).length }))),
    view === "again" ? lookAgain(held, again) : grid(held, again),
    h("div", { class: "ways" }, h("a", { class: "key", href: to("sweep", id) }, t("Visits")),
      h("a", { class: "key", href: to("breeding", "new", id) }, t("Breeding site outside"))),
  ];
}

/** @param {any[]} held @param {() => void} again */
function grid(held, again) {
  if (!held.length) return h("p", { class: "empty" }, t("No doors are known in this building."));
  return h("div", { class: "grid-wrap", tabindex: "0", role: "region", "aria-label": t("Doors by floor") }, h("table", { class: "grid" },
    h("caption", { class: "quiet" }, t("Doors by floor")),
    h("tbody", {}, [...byFloor(held)].map(([floor, line]) => h("tr", {},
      h("th", { scope: "row", class: "floor-name" }, floor ? t("{n}F", { n: floor }) : "·"),
      line.map((door) => h("td", {}, cell(door, again))))))));
}

/** @param {any} door @param {() => void} again */
function cell(door, again) {
  const look = LOOKS[/** @type {keyof LOOKS} */ (door.now.mark)];
  return h("button", { type: "button", class: `cell cell-${look}`, "data-door": door.label, onclick: () => ask(door, again),
    "aria-label": [t("{label}: {outcome}", { label: door.label, outcome: markWord(door.now.mark) }), door.now.look ? t("look again {time}", { time: when(door.now.look) }) : ""].filter(Boolean).join(", ") },
  h("b", {}, door.label), h("span", { "aria-hidden": "true" }, glyph(look), door.now.positive ? `${door.now.positive}/${door.now.inspected}` : door.now.inspected || "", door.now.look && look !== "late" ? " ↻" : ""));
}

/** @param {any[]} held @param {() => void} again */
function lookAgain(held, again) {
  const listed = due(held);
  if (!listed.length) return h("p", { class: "empty" }, t("No door is due by tomorrow."));
  return h("ul", { class: "cards" }, listed.map((door) => {
    const late = door.now.look <= now();
    return h("li", {}, h("button", { type: "button", class: `card card-${late ? "late" : "absent"}`, "data-again": door.label, onclick: () => ask(door, again) },
      h("span", { class: `shape shape-${late ? "late" : "absent"}`, "aria-hidden": "true" }, glyph(late ? "late" : "absent")),
      h("span", { class: "card-words" }, h("b", {}, house(door.building)?.name ?? "", " ", door.label), h("span", { class: "detail" }, markWord(door.now.mark))),
      h("span", { class: "card-kind" }, when(door.now.look), late ? h("span", { class: "card-state" }, t("due now")) : null)));
  }));
}

/** The sheet of one door: a tap on a kind counts one looked into. @param {any} door @param {() => void} again */
function ask(door, again) {
  /** @type {Map<string, [number, number]>} kind → looked into, with larvae */
  const told = new Map();
  let chosen = rules().containers[0].code;
  const kinds = h("div", { class: "kinds" });
  const panel = h("section", { class: "sheet-card" }); // always there: a key must not move between two taps
  const emptied = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", id: "emptied" }));
  const save = h("button", { type: "button", class: "key key-main", id: "save-survey", onclick: () => tell() });
  const sum = () => [...told.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  const change = (/** @type {number} */ at, /** @type {number} */ by) => {
    const [all, bad] = told.get(chosen) ?? [0, 0];
    const next = at === 0 ? [Math.max(0, all + by), bad] : [all, Math.max(0, bad + by)];
    told.set(chosen, at === 0 ? [next[0], Math.min(next[1], next[0])] : [Math.max(next[0], next[1]), next[1]]);
    draw();
  };
  const stepper = (/** @type {string} */ words, /** @type {number} */ at) => h("div", { class: "stepper", "data-step": at }, h("span", {}, words),
    h("button", { type: "button", class: "key", "aria-label": `${words}: ${t("one less")}`, onclick: () => change(at, -1) }, "−"),
    h("output", { class: "number" }, (told.get(chosen) ?? [0, 0])[at]),
    h("button", { type: "button", class: "key", "aria-label": `${words}: ${t("one more")}`, onclick: () => change(at, 1) }, "+"));
  const draw = () => {
    fill(kinds, rules().containers.map((/** @type {any} */ one) => {
      const [all, bad] = told.get(one.code) ?? [0, 0];
      return h("button", { type: "button", class: `key kind ${bad ? "has-larvae" : ""}`, "data-kind": one.code, "aria-pressed": String(chosen === one.code), onclick: () => { chosen = one.code; change(0, 1); } },
        inWords(one), all ? h("b", {}, bad ? `! ${bad}/${all}` : all) : null);
    }));
    const kind = rules().containers.find((/** @type {any} */ one) => one.code === chosen);
    fill(panel, h("h3", {}, inWords(kind)), stepper(t("Looked into"), 0), stepper(t("With larvae"), 1));
    const [all, bad] = sum();
    save.textContent = all ? t("Save: {n} looked into, {bad} with larvae", { n: all, bad }) : t("Save: no water here");
  };
  const tell = async () => {
    shut.close();
    const [inspected, positive] = sum();
    const some = [...told].filter(([, [all]]) => all);
    await record("survey_containers", { dwelling: door.id, inspected, positive, cleared: emptied.checked, kinds: Object.fromEntries(some) });
    again();
  };
  const mine = said("survey_containers", "dwelling").get(door.id)?.at(-1);
  const shut = sheet(t("Door {label}: containers with water", { label: door.label }), [
    door.now.mark ? h("p", { class: "detail" }, `${markWord(door.now.mark)} · ${when(door.now.at)}`, door.now.look ? ` · ${t("look again {time}", { time: when(door.now.look) })}` : "") : null,
    kinds, panel, h("label", { class: "choice" }, emptied, h("span", {}, t("All water was poured away"))), save,
    mine ? h("button", { type: "button", class: "key", onclick: async () => { shut.close(); await retract(mine.id, "worklists.containersurvey"); again(); } }, t("Take back what I said")) : null,
    h("button", { type: "button", class: "key", onclick: () => shut.close() }, t("Close"))]);
  draw();
}
