// @ts-check
/** A building: floors × units, top floor first. A tap says what was found; holding a floor says it for all of it. */
import { fill, h, onHold, sheet } from "../dom.js";
import { done, record, retract, row, rows, toast } from "../phone.js";
import { to } from "../routes.js";
import { t, when } from "../t.js";
import { meta } from "../pack.js";
import { glyph, outcomeWord, stateOf } from "../words.js";

const MOST_PERSONS = 30;

/** @param {string[]} rest */
export const title = ([id]) => (id && row("buildings", id) ? row("buildings", id).name : t("Which building?"));

/** What was said here and not taken back, by door. */
function said() {
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  /** @type {Map<string, import("../pack.js").Deed[]>} */
  const found = new Map();
  for (const deed of done("record_visit")) {
    if (gone.has(deed.id)) continue;
    found.set(deed.body.dwelling, [...(found.get(deed.body.dwelling) ?? []), deed]);
  }
  return found;
}

/**
 * A door as all know it: the latest visit wins for display, every visit is kept. What this phone said since the list
 * was made is not in the list yet, so it counts on top.
 * @param {any} door @param {import("../pack.js").Deed[]} mine
 */
export function merged(door, mine) {
  const listed = meta().issued_at ? new Date(meta().issued_at).getTime() : 0;
  const last = mine.at(-1);
  const newer = last && (!door.last_at || last.at > new Date(door.last_at).getTime());
  return {
    outcome: newer ? last.body.outcome : door.outcome ?? "",
    persons: newer ? last.body.persons ?? 0 : door.persons ?? 0,
    visits: (door.visits ?? 0) + mine.filter((deed) => deed.at > listed).length,
    by: newer ? "me" : "",
    at: newer ? last.at : door.last_at,
  };
}

/** Doors of a building by floor, the top one first. @param {string} id */
function floors(id) {
  const mine = said();
  /** @type {Map<string, any[]>} */
  const found = new Map();
  const doors = rows("doors").filter((one) => one.building === id);
  doors.sort((a, b) => (b.floor ?? -99) - (a.floor ?? -99) || (a.unit ?? 0) - (b.unit ?? 0) || a.label.localeCompare(b.label));
  for (const door of doors) {
    const floor = door.floor === null ? "" : String(door.floor);
    found.set(floor, [...(found.get(floor) ?? []), { ...door, now: merged(door, mine.get(door.id) ?? []) }]);
  }
  return found;
}

/** @param {any[]} doors */
function counts(doors) {
  const has = (/** @type {string[]} */ ...outcomes) => doors.filter((one) => outcomes.includes(one.now.outcome)).length;
  return { all: doors.length, done: has("done", "empty"), absent: has("absent"), refused: has("refused"),
    persons: doors.reduce((sum, one) => sum + one.now.persons, 0) };
}

export function cards() {
  return rows("buildings").sort((a, b) => a.order - b.order).map((one) => {
    const n = counts([...floors(one.id).values()].flat());
    const state = n.all && n.done === n.all ? "done" : n.refused ? "refused" : n.done + n.absent ? "doing" : "open";
    return {
      to: to("sweep", one.id), kind: t("building"), title: one.name, detail: one.compound || one.address,
      state, order: state === "done" ? 90 : 40, word: t("{done} of {all}", n),
    };
  });
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id, view]) {
  const building = row("buildings", id);
  if (!building) { fill(place, h("p", { class: "empty" }, t("This building is not on the phone. It comes with the next list if it is yours."))); return; }
  const found = floors(id);
  const n = counts([...found.values()].flat());
  const again = () => show(place, [id, view]);
  fill(place,
    h("p", { class: "age" }, [building.compound, building.address].filter(Boolean).join(" · ")),
    h("p", { class: "sum" }, h("b", {}, t("{done} of {all}", n)), " ", t("done"), " · ○ ", n.absent, " · ! ", n.refused, " · ", t("{n} persons", { n: n.persons })),
    h("div", { class: "tabs", role: "group", "aria-label": t("View") },
      h("a", { class: "key key-small", href: to("sweep", id), "aria-current": view ? null : "page" }, t("All doors")),
      h("a", { class: "key key-small", href: to("sweep", id, "again"), "aria-current": view ? "page" : null }, t("Go back to ({n})", { n: n.absent }))),
    view === "again" ? goBack(found, again) : grid(found, again));
}

/** @param {Map<string, any[]>} found @param {() => void} again */
function grid(found, again) {
  if (!found.size) return h("p", { class: "empty" }, t("No doors are known in this building. Tell the desk how many floors and units it has."));
  return h("div", { class: "grid-wrap", tabindex: "0", role: "region", "aria-label": t("Doors by floor") }, h("table", { class: "grid" },
    h("caption", { class: "quiet" }, t("Doors by floor")),
    h("tbody", {}, [...found].map(([floor, doors]) => {
      const n = counts(doors);
      const all = () => wholeFloor(floor, doors, again);
      const name = h("button", { type: "button", class: "floor", onclick: all, "aria-label": t("Floor {floor}: {done} of {all} done. All doors of the floor.", { floor, ...n }) },
        floor ? t("{n}F", { n: floor }) : "·", h("small", {}, `${n.done}/${n.all}`));
      onHold(name, all);
      return h("tr", {}, h("th", { scope: "row" }, name), doors.map((door) => h("td", {}, cell(door, again))));
    }))));
}

/** @param {any} door @param {() => void} again */
function cell(door, again) {
  const state = door.now.outcome === "empty" ? "blocked" : stateOf(door.now.outcome);
  const sign = door.now.outcome === "empty" ? "—" : glyph(state);
  return h("button", {
    type: "button", class: `cell cell-${state}`, "data-door": door.label, onclick: () => ask(door, again),
    "aria-label": t("{label}: {outcome}", { label: door.label, outcome: outcomeWord(door.now.outcome) }),
  }, h("b", {}, door.label), h("span", { "aria-hidden": "true" }, sign, state === "absent" && door.now.visits > 1 ? door.now.visits : "",
    state === "done" && door.now.persons ? h("small", {}, `${door.now.persons}${t("p.")}`) : ""));
}

/** The sheet of one door. @param {any} door @param {() => void} again */
function ask(door, again) {
  let persons = door.now.persons || 1;
  const number = h("output", { class: "number", id: "persons" }, persons);
  const step = (/** @type {number} */ by) => { persons = Math.min(MOST_PERSONS, Math.max(0, persons + by)); number.textContent = String(persons); };
  const mine = said().get(door.id)?.at(-1);
  const tell = (/** @type {string} */ outcome, /** @type {number} */ people) => async () => {
    shut.close();
    await record("record_visit", { dwelling: door.id, outcome, persons: people });
    again();
  };
  const keys = [["done", t("Done")], ["absent", t("Nobody there")], ["refused", t("Refuses / needs help")], ["empty", t("Empty, nobody lives here")]];
  const shut = sheet(t("Door {label}", { label: door.label }), [
    door.now.at ? h("p", { class: "detail" }, t("{outcome}, {time}, {n} visits", { outcome: outcomeWord(door.now.outcome), time: when(door.now.at), n: door.now.visits })) : null,
    h("div", { class: "stepper" }, h("span", {}, t("Persons who live here")),
      h("button", { type: "button", class: "key", "aria-label": t("one less"), onclick: () => step(-1) }, "−"), number,
      h("button", { type: "button", class: "key", "aria-label": t("one more"), onclick: () => step(1) }, "+")),
    h("div", { class: "choices" }, keys.map(([outcome, words]) => h("button", {
      type: "button", class: `key choice-key state-${stateOf(outcome)}`, "data-outcome": outcome,
      onclick: () => tell(outcome, outcome === "done" ? persons : 0)(),
    }, h("span", { "aria-hidden": "true" }, outcome === "empty" ? "—" : glyph(stateOf(outcome))), " ", words))),
    mine ? h("button", { type: "button", class: "key", onclick: async () => { shut.close(); await retract(mine.id, "worklists.visit"); again(); } }, t("Take back what I said")) : null,
    h("button", { type: "button", class: "key", onclick: () => shut.close() }, t("Close")),
  ]);
}

/** The sheet of a floor: one word for every door that has none yet. @param {string} floor @param {any[]} doors @param {() => void} again */
function wholeFloor(floor, doors, again) {
  const left = doors.filter((one) => !one.now.outcome || one.now.outcome === "absent");
  const tell = async (/** @type {string} */ outcome) => {
    shut.close();
    for (const door of left) await record("record_visit", { dwelling: door.id, outcome, persons: 0 }, { quiet: true });
    toast(t("{n} doors saved on this phone", { n: left.length }), "done");
    again();
  };
  const shut = sheet(t("Floor {floor}", { floor }), [
    h("p", {}, t("{n} doors of this floor are not done.", { n: left.length })),
    left.length ? h("div", { class: "choices" },
      h("button", { type: "button", class: "key choice-key state-absent", onclick: () => tell("absent") }, "○ ", t("Nobody there, whole floor")),
      h("button", { type: "button", class: "key choice-key state-done", onclick: () => tell("empty") }, "— ", t("Empty, whole floor"))) : null,
    h("button", { type: "button", class: "key", onclick: () => shut.close() }, t("Close")),
  ]);
}

/** Doors to go back to, those tried least first. @param {Map<string, any[]>} found @param {() => void} again */
function goBack(found, again) {
  const listed = [...found.values()].flat().filter((one) => ["absent", "refused"].includes(one.now.outcome));
  listed.sort((a, b) => a.now.visits - b.now.visits);
  if (!listed.length) return h("p", { class: "empty" }, t("No door waits for another visit."));
  return h("ul", { class: "cards" }, listed.map((door) => h("li", {}, h("button", {
    type: "button", class: `card card-${stateOf(door.now.outcome)}`, onclick: () => ask(door, again),
  }, h("span", { class: `shape shape-${stateOf(door.now.outcome)}`, "aria-hidden": "true" }, glyph(stateOf(door.now.outcome))),
  h("span", { class: "card-words" }, h("b", {}, door.label), h("span", { class: "detail" }, `${outcomeWord(door.now.outcome)} · ${when(door.now.at)}`)),
  h("span", { class: "card-kind" }, t("{n} visits", { n: door.now.visits }))))));
}
