// @ts-check
/**
 * The registration line, without a screen: what a scanned code means after what was recorded so far. Everything
 * follows from the records of this phone and the tubes it knows, so a reload or a change of hands loses nothing.
 */

/** @typedef {{id: string, code: string, resident: string, key: string, seat: number, tail: string, home: boolean}} Seat `home`: sampled at a home */
/** @typedef {{code: string, size: number, seats: Seat[]}} Open */
/** @typedef {import("./pack.js").Deed} Deed */

const DOCUMENT = /^[1-9]\d{16}[\dX]$/;
const PERSON = /^MUSR:([0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12})$/;
const PHONE = /^1[3-9]\d{9}$/;
const TUBE = /^(?=.*\d)[A-Z0-9-]{4,40}$/;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** The check sign of an 18-digit identity number (GB 11643). @param {string} text */
export const holds = (text) => "10X98765432"[WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(text[at]), 0) % 11] === text[17];

/**
 * What was scanned: a tube, a person by number, telephone or household slip, or nothing we know.
 * @param {string} text @returns {{kind: "tube" | "document" | "phone" | "person" | "misread" | "unknown", value: string}}
 */
export function meaning(text) {
  const value = text.trim().toUpperCase();
  const slip = PERSON.exec(value);
  if (slip) return { kind: "person", value: slip[1].toLowerCase() };
  if (DOCUMENT.test(value)) return { kind: holds(value) ? "document" : "misread", value };
  if (PHONE.test(value)) return { kind: "phone", value };
  return { kind: TUBE.test(value) ? "tube" : "unknown", value };
}

/**
 * The tubes of this phone from its records: who sits in which, which are closed, who was sampled today.
 * @param {Deed[]} deeds everything recorded here, oldest first @param {{code: string, state: string, site: string}[]} known tubes of the bundle
 * @param {string} [site] where this phone stands
 */
export function state(deeds, known, site) {
  const gone = new Set(deeds.filter((one) => one.name === "retract_fact").map((one) => one.body.target));
  const alive = deeds.filter((one) => !gone.has(one.id));
  /** @type {Map<string, string>} resident → what was scanned of them */
  const keys = new Map(alive.filter((one) => one.name === "register_person").map((one) => [one.body.id, one.body.document || one.body.phone || one.body.id]));
  /** @type {Map<string, Seat[]>} */
  const tubes = new Map();
  for (const one of alive.filter((deed) => deed.name === "take_sample" && deed.body.code)) {
    const { code, resident, seat } = one.body;
    const key = keys.get(resident) ?? resident;
    tubes.set(code, [...(tubes.get(code) ?? []), { id: one.id, code, resident, key, seat, tail: key.slice(-4), home: one.body.place === "home" }]);
  }
  const closed = new Set(alive.filter((one) => one.name === "seal_tube").map((one) => one.body.code));
  const elsewhere = new Set(known.filter((one) => one.state !== "open" && !tubes.has(one.code)).map((one) => one.code));
  const foreign = new Set(known.filter((one) => one.state === "open" && site && one.site !== site && !tubes.has(one.code)).map((one) => one.code));
  return { tubes, closed, elsewhere, foreign, today: new Set([...tubes.values()].flat().map((one) => one.key)) };
}

/**
 * What the next scan does. `open` is the tube in hand, if any; where each household has a tube of its own, the next
 * tube closes the one in hand, and nobody from behind another door sits in it: `homes` tells the door of a person.
 * @param {ReturnType<typeof state>} known @param {Open | null} open @param {{kind: string, value: string}} scanned
 * @param {((resident: string) => string | undefined) | null} [homes]
 * @returns {{does: "begin" | "turn" | "seat" | "again" | "refuse", reason?: string}}
 */
export function next(known, open, scanned, homes = null) {
  const { kind, value } = scanned;
  if (kind === "unknown" || kind === "misread") return { does: "refuse", reason: kind };
  if (kind === "tube") {
    if (open?.code === value) return { does: "again" };
    if (known.closed.has(value)) return { does: "refuse", reason: "closed" };
    if (known.elsewhere.has(value)) return { does: "refuse", reason: "used" };
    if (known.foreign.has(value)) return { does: "refuse", reason: "foreign" };
    if (open?.seats.length) return homes ? { does: "turn" } : { does: "refuse", reason: "close_first" };
    return { does: "begin" };
  }
  if (!open) return { does: "refuse", reason: "tube_first" };
  if (open.seats.some((one) => one.key === value)) return { does: "refuse", reason: "in_this_tube" };
  if (known.today.has(value)) return { does: "refuse", reason: "sampled_today" };
  const door = homes?.(value);
  if (door && open.seats.some((one) => (homes?.(one.resident) ?? door) !== door)) return { does: "refuse", reason: "other_home" };
  return open.seats.length >= open.size ? { does: "refuse", reason: "full" } : { does: "seat" };
}

/**
 * The tube that was begun and not closed, after a reload: the one last sat in, at the site or at homes.
 * @param {ReturnType<typeof state>} known @param {number} size @param {boolean} [home] @returns {Open | null}
 */
export function inHand(known, size, home = false) {
  const open = [...known.tubes].filter(([code, seats]) => seats[0].home === home && !known.closed.has(code)).at(-1);
  return open ? { code: open[0], size, seats: open[1] } : null;
}

/** Under 18 on this day, as an identity number says; others say nothing. @param {string} value @param {number} now */
export function isMinor(value, now) {
  if (!DOCUMENT.test(value)) return false;
  return new Date(Number(value.slice(6, 10)) + 18, Number(value.slice(10, 12)) - 1, Number(value.slice(12, 14))).getTime() > now;
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The code of the slip under which the result is found: made from the record's id alone. @param {string} id */
export function receipt(id) {
  let number = BigInt(`0x${id.slice(-12)}`);
  let body = "";
  for (let place = 0; place < 10; place += 1) {
    body = ALPHABET[Number(number % 32n)] + body;
    number /= 32n;
  }
  const sum = [...body].reduce((found, sign, place) => found + (place + 1) * ALPHABET.indexOf(sign), 0);
  return body + ALPHABET[sum % 31];
}

/**
 * Tubes on the table against tubes of this site that were closed and not handed over.
 * @param {string[]} scanned @param {{code: string, state: string, site: string}[]} known @param {Deed[]} deeds @param {string} site
 */
export function table(scanned, known, deeds, site) {
  const mine = deeds.filter((one) => one.name === "seal_tube").map((one) => one.body.code);
  const given = new Set(deeds.filter((one) => one.name === "hand_over_tube").map((one) => one.body.code));
  const due = new Set([...mine, ...known.filter((one) => one.site === site && ["sealed", "counted"].includes(one.state)).map((one) => one.code)]);
  for (const code of given) due.delete(code);
  const there = new Set(scanned);
  return { due: [...due].sort(), missing: [...due].filter((code) => !there.has(code)).sort(), extra: [...there].filter((code) => !due.has(code)).sort() };
}
