// @ts-check
/** Buildings and doors: those of the list, and those that were found and written down with this phone. */
import { derivedId } from "./bytes.js";
import { done, row, rows } from "./phone.js";

const MOST_DOORS = 5_000;

/** The usual labels: floor 5, second unit is 502. The server makes the same. @param {number} floors @param {number} units @param {number[]} [skipped] */
export function labelsOf(floors, units, skipped = []) {
  const found = [];
  for (let floor = 1; floor <= floors; floor += 1) {
    if (skipped.includes(floor)) continue;
    for (let unit = 1; unit <= units; unit += 1) found.push(`${floor}${String(unit).padStart(units > 99 ? 3 : 2, "0")}`);
  }
  return found.slice(0, MOST_DOORS);
}

/** Doors with the ids the server will give them. @param {string} building @param {string[]} labels */
export const doorsOf = (building, labels) => Promise.all(labels.map(async (label) => {
  const digits = label.replace(/\D/g, "");
  const told = digits.length >= 3 && digits.length <= 5;
  return { id: await derivedId(building, label), building, label, floor: told ? Number(digits.slice(0, -2)) : null, unit: told ? Number(digits.slice(-2)) : null };
}));

/** What was added here and is not on the list yet. @param {string} name */
const added = (name) => done(name).map((deed) => deed.body);

/** All buildings of this phone. @returns {any[]} */
export function houses() {
  const listed = rows("buildings");
  const known = new Set(listed.map((one) => one.id));
  const mine = added("add_building").filter((one) => !known.has(one.id));
  return [...listed, ...mine.map((one, number) => ({ order: 1_000 + number, mine: true, ...one }))];
}

/** @param {string} id */
export const house = (id) => row("buildings", id) ?? houses().find((one) => one.id === id);

/** Every door of every building, by building; a door of the list wins over the same one added here. @returns {Map<string, any[]>} */
export function doors() {
  const found = new Map(rows("doors").map((one) => [one.id, one]));
  for (const body of [...added("add_building"), ...added("add_doors")]) {
    for (const door of body.doors ?? []) if (!found.has(door.id)) found.set(door.id, door);
  }
  /** @type {Map<string, any[]>} */
  const by = new Map();
  for (const one of found.values()) by.set(one.building, [...(by.get(one.building) ?? []), one]);
  for (const held of by.values()) held.sort(inOrder);
  return by;
}

/** Top floor first, then along the corridor. @param {any} a @param {any} b */
const inOrder = (a, b) => (b.floor ?? -99) - (a.floor ?? -99) || (a.unit ?? 0) - (b.unit ?? 0) || a.label.localeCompare(b.label);

/** One door. @param {string} id */
export const door = (id) => row("doors", id) ?? [...doors().values()].flat().find((one) => one.id === id);

/** Doors by floor, the top one first. @template {{floor: number | null}} D @param {D[]} held @returns {Map<string, D[]>} */
export function byFloor(held) {
  const found = new Map();
  for (const one of held) {
    const floor = one.floor === null ? "" : String(one.floor);
    found.set(floor, [...(found.get(floor) ?? []), one]);
  }
  return found;
}

/** What was said here under a name and not taken back, by what it is about. @param {string} name @param {string} about field of the body @returns {Map<string, import("./pack.js").Deed[]>} */
export function said(name, about) {
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  const found = new Map();
  for (const deed of done(name)) {
    if (!gone.has(deed.id)) found.set(deed.body[about], [...(found.get(deed.body[about]) ?? []), deed]);
  }
  return found;
}
