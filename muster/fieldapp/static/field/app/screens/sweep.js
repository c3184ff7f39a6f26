// @ts-check
/** A building: floors × units, top floor first. A tap says what was found; holding a floor says it for all of it. */
import { fill, h, onHold, sheet } from "../dom.js";
import { byFloor, doors, doorsOf, house, houses, said } from "../houses.js";
import { record, retract, row, signal, toast } from "../phone.js";
import { to } from "../routes.js";
import { t, when } from "../t.js";
import { meta } from "../pack.js";
import { glyph, outcomeWord, stateOf } from "../words.js";

const MOST_PERSONS = 30;

/** @param {string[]} rest */
export const title = ([id]) => (id && house(id) ? house(id).name : t("Which building?"));

const visits = () => said("record_visit", "dwelling");
const HOUR = 3_600_000;

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
    at: newer ? last.at : door.last_at,
  };
}

/** When somebody is to come again: the protocol's hours after the last visit, for a door that stayed shut. @param {any} now */
function againAt(now) {
  const hours = row("ground", "rules")?.recheck_hours;
  return hours && now.at && ["absent", "refused"].includes(now.outcome) ? new Date(now.at).getTime() + hours * HOUR : 0;
}

/** Doors of a building by floor, the top one first, each with what it is now. @param {any[]} held */
function floors(held) {
  const mine = visits();
  return byFloor(held.map((door) => ({ ...door, now: merged(door, mine.get(door.id) ?? []) })));
}

/** @param {any[]} doors */
function counts(doors) {
  const has = (/** @type {string[]} */ ...outcomes) => doors.filter((one) => outcomes.includes(one.now.outcome)).length;
  return { all: doors.length, done: has("done", "empty"), absent: has("absent"), refused: has("refused"),
    persons: doors.reduce((sum, one) => sum + one.now.persons, 0) };
}

export function cards() {
  const held = doors();
  return houses().sort((a, b) => a.order - b.order).map((one) => {
    const n = counts([...floors(held.get(one.id) ?? []).values()].flat());
    const state = n.all && n.done === n.all ? "done" : n.refused ? "refused" : n.done + n.absent ? "doing" : "open";
    return {
      to: to("sweep", one.id), kind: t("building"), title: one.name, detail: one.compound || one.address || (one.mine ? t("written down on this phone") : ""),
      state, order: state === "done" ? 90 : 40, word: t("{done} of {all}", n),
    };
  });
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id, view]) {
  const building = house(id);
  if (!building) { fill(place, h("p", { class: "empty" }, t("This building is not on the phone. It comes with the next list if it is yours."))); return; }
  const found = floors(doors().get(id) ?? []);
  const n = counts([...found.values()].flat());
  const again = () => show(place, [id, view]);
  fill(place,
    h("p", { class: "age" }, [building.compound, building.address].filter(Boolean).join(" · ")),
    h("p", { class: "sum" }, h("b", {}, t("{done} of {all}", n)), " ", t("done"), " · ○ ", n.absent, " · ! ", n.refused, " · ", t("{n} persons", { n: n.persons })),
    h("div", { class: "tabs", role: "group", "aria-label": t("View") },
      h("a", { class: "key key-small", href: to("sweep", id), "aria-current": view ? null : "page" }, t("All doors")),
      h("a", { class: "key key-small", href: to("sweep", id, "again"), "aria-current": view ? "page" : null }, t("Go back to ({n})", { n: n.absent }))),
    view === "again" ? goBack(found, again) : grid(found, again),
    h("div", { class: "ways" },
      h("button", { type: "button", class: "key", id: "add-door", onclick: () => addDoors(id, again) }, t("Add a door")),
      row("ground", "rules")?.vector ? h("a", { class: "key", href: to("mosquito", id) }, t("Mosquito survey")) : null));
}

/** @param {Map<string, any[]>} found @param {() => void} again */
function grid(found, again) {
  if (!found.size) return h("p", { class: "empty" }, t("No doors are known in this building. Add them one by one, or tell the desk how many floors and units it has."));
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
    "aria-label": [t("{label}: {outcome}", { label: door.label, outcome: outcomeWord(door.now.outcome) }),
      door.doubled ? t("visited by two teams") : "", door.home ? t("{n} registered", { n: door.home }) : ""].filter(Boolean).join(", "),
  }, h("b", {}, door.label), h("span", { "aria-hidden": "true" }, sign, state === "absent" && door.now.visits > 1 ? door.now.visits : "",
    door.doubled ? "×2" : ""), people(door, state));
}

/** Persons met against persons registered, where either is known. @param {any} door @param {string} state */
function people(door, state) {
  const met = state === "done" ? door.now.persons : 0;
  const said = door.home ? `${met}/${door.home}` : met ? `${met}${t("p.")}` : "";
  return said ? h("small", { "aria-hidden": "true" }, said) : null;
}

/** The sheet of one door. @param {any} door @param {() => void} again */
function ask(door, again) {
  let persons = door.now.persons || door.home || 1;
  const number = h("output", { class: "number", id: "persons" }, persons);
  const step = (/** @type {number} */ by) => { persons = Math.min(MOST_PERSONS, Math.max(0, persons + by)); number.textContent = String(persons); };
  const mine = visits().get(door.id)?.at(-1);
  const next = againAt(door.now);
  const tell = (/** @type {string} */ outcome, /** @type {number} */ people) => async () => {
    shut.close();
    await record("record_visit", { dwelling: door.id, outcome, persons: people });
    again();
  };
  const keys = [["done", t("Done")], ["absent", t("Nobody there")], ["refused", t("Refuses / needs help")], ["empty", t("Empty, nobody lives here")]];
  const shut = sheet(t("Door {label}", { label: door.label }), [
    door.now.at ? h("p", { class: "detail" }, t("{outcome}, {time}, {n} visits", { outcome: outcomeWord(door.now.outcome), time: when(door.now.at), n: door.now.visits })) : null,
    next ? h("p", { class: "detail" }, t("Come again from {time}", { time: when(next) })) : null,
    door.doubled ? h("p", { class: "note" }, "×2 ", t("Two teams were here. Both visits are kept; the desk compares them.")) : null,
    h("div", { class: "stepper" }, h("span", {}, t("Persons who live here"), door.home ? h("span", { class: "detail" }, t("{n} registered", { n: door.home })) : null),
      h("button", { type: "button", class: "key", "aria-label": t("one less"), onclick: () => step(-1) }, "−"), number,
      h("button", { type: "button", class: "key", "aria-label": t("one more"), onclick: () => step(1) }, "+")),
    h("div", { class: "choices" }, keys.map(([outcome, words]) => h("button", {
      type: "button", class: `key choice-key state-${stateOf(outcome)}`, "data-outcome": outcome,
      onclick: () => tell(outcome, outcome === "done" ? persons : 0)(),
    }, h("span", { "aria-hidden": "true" }, outcome === "empty" ? "—" : glyph(stateOf(outcome))), " ", words))),
    h("a", { class: "key", href: to("home", door.id) }, t("Household card"), door.card_at ? ` · ${when(door.card_at)}` : ""),
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
    h("p", {}, t("Not done on this floor: {n} doors.", { n: left.length })),
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
  h("span", { class: "card-words" }, h("b", {}, door.label), h("span", { class: "detail" }, [outcomeWord(door.now.outcome), when(door.now.at), againAt(door.now) ? t("again from {time}", { time: when(againAt(door.now)) }) : ""].filter(Boolean).join(" · "))),
  h("span", { class: "card-kind" }, t("{n} visits", { n: door.now.visits }))))));
}

/** Doors that nobody had on a list. @param {string} building @param {() => void} again */
function addDoors(building, again) {
  const input = /** @type {HTMLInputElement} */ (h("input", { id: "labels", maxlength: 200, autocomplete: "off", required: true }));
  const shut = sheet(t("Add a door"), [h("form", { onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    const labels = [...new Set(input.value.split(/[,，、;；\s]+/).filter(Boolean))];
    if (!labels.length || labels.some((one) => one.length > 40)) { signal("bad"); return; }
    shut.close();
    await record("add_doors", { building, labels }, { deed: { building, labels, doors: await doorsOf(building, labels) } });
    again();
  } }, h("label", { for: "labels" }, t("What stands on it; several with a comma")), input,
  h("button", { type: "submit", class: "key key-main" }, t("Add")),
  h("button", { type: "button", class: "key", onclick: () => shut.close() }, t("Close")))]);
  input.focus();
}
