// @ts-check
/** Who is left untested, door by door: sampled at home by a pair, or why not. */
import { fill, h, sheet, wear } from "../dom.js";
import { house, said as toldOf } from "../houses.js";
import { counts, doorOf, grouped, people } from "../left.js";
import { inHand, meaning, next, receipt, state } from "../line.js";
import { done, me, now, person, record, retract, row, rows, signal } from "../phone.js";
import { to } from "../routes.js";
import { wedge } from "../scan.js";
import { language, t, when } from "../t.js";
import { alarm, drawTube, inTurn, mixedNote, openEyes, poolWord, words } from "../tube.js";
import { walkIn } from "../walkin.js";
import { glyph } from "../words.js";

/** @typedef {import("../left.js").Person} Person */

const PAIR = "home-pair", POOL = "home-pool", SITE = "home-site";
const HOME = "home"; // no site: a tube begun at one is foreign here

/** @param {string[]} rest */
export const title = ([, door]) => (door ? t("Who is sampled behind this door?") : t("Who is left untested?"));

const STATE = /** @type {Record<string, string>} */ ({ done: "done", exempt: "blocked", away: "absent", refused: "refused", unknown: "open" });
const SIGN = /** @type {Record<string, string>} */ ({ exempt: "—", unknown: "" });
/** @param {string} standing */
const sign = (standing) => SIGN[standing] ?? glyph(STATE[standing]);
/** @param {string} standing */
const standingWord = (standing) => ({
  done: t("sampled"), exempt: t("exempt"), away: t("away"), refused: t("refuses"), unknown: t("unknown"),
})[standing] ?? standing;

const excuses = () => row("line", "rules")?.excuses ?? [];
/** @param {any} one */
const named = (one) => (language === "en" ? one.en : one.zh);
/** @param {Person} one */
const stand = (one) => {
  const why = excuses().find((/** @type {any} */ excuse) => excuse.code === one.reason);
  return [standingWord(one.standing), why ? named(why) : ""].filter(Boolean).join(" · ");
};
/** @param {Person} one */
const pressing = (one) => one.first && one.standing === "unknown";
/** @param {Person[]} found */
const houseName = (found) => (found[0].building ? house(found[0].building)?.name ?? found[0].house : "") || t("Without a door");
/** @param {Person[]} found */
const doorName = (found) => found[0].label ?? t("Without a door");
/** How a group of people looks in a list. @param {Person[]} found */
const looks = (found) => {
  const n = counts(found);
  const late = found.some((one) => one.standing === "unknown" && one.due_at && new Date(one.due_at).getTime() < now());
  return n.left === 0 ? "done" : late ? "late" : n.over ? "doing" : "open";
};

export function cards() {
  return [...grouped(people(), "building")].map(([building, found]) => ({
    to: to("left", building), kind: t("home tests"), title: houseName(found), state: looks(found), order: looks(found) === "done" ? 85 : 15,
    detail: t("{n} people at {doors} doors", { n: found.length, doors: grouped(found, "dwelling").size }),
    word: t("{done} of {all}", { done: counts(found).over, all: found.length }),
  }));
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [building, door]) {
  wear("line");
  const all = people().filter((one) => !building || (one.building ?? "none") === building);
  const here = all.filter((one) => (one.dwelling ?? "none") === door);
  if (door && here.length) return atDoor(place, building, door);
  if (!all.length) fill(place, h("p", { class: "empty" }, t("Nobody is left for you here. The command post sends pairs to those who are; then they appear.")));
  else doors(place, building, all);
  return undefined;
}

/** The doors of a building, those with somebody left first. @param {HTMLElement} place @param {string} building @param {Person[]} all */
function doors(place, building, all) {
  const n = counts(all);
  const figure = (/** @type {string} */ said, /** @type {number} */ value, /** @type {string} */ state) =>
    h("div", { class: `figure state-${state}` }, h("dt", {}, said), h("dd", {}, value));
  const listed = [...grouped(all, "dwelling")].sort(([, a], [, b]) => Number(!counts(a).left) - Number(!counts(b).left));
  fill(place,
    h("h2", {}, building ? houseName(all) : ""), mixedNote(rows("tubes")),
    h("dl", { class: "figures" }, figure(t("left"), n.left, n.left ? "absent" : "done"), figure(t("sampled"), n.done, "done"), figure(t("explained"), n.said, "refused")),
    h("ul", { class: "cards" }, listed.map(([door, found]) => h("li", {}, h("a", { class: `card card-${looks(found)}`, href: to("left", found[0].building ?? "none", door) },
      h("span", { class: `shape shape-${looks(found)}`, "aria-hidden": "true" }, glyph(looks(found))),
      h("span", { class: "card-words" }, h("b", {}, doorName(found), " ", found.some(pressing) ? h("span", { class: "chip chip-absent" }, "★ ", t("first")) : null),
        h("span", { class: "detail" }, found.slice(0, 6).map((one) => one.name || t("no name")).join(language === "en" ? ", " : "、"))),
      h("span", { class: "card-kind" }, shutAt(door) ? t("nobody there {time}", { time: when(shutAt(door)) }) : null,
        h("span", { class: "card-state" }, t("{done} of {all}", { done: counts(found).over, all: found.length }))))))));
}

/** The visit of this phone that found a door shut, if it was the last. @param {string} door */
const shut = (door) => {
  const last = toldOf("record_visit", "dwelling").get(door)?.at(-1);
  return last?.body.outcome === "absent" ? last : undefined;
};
/** @param {string} door */
const shutAt = (door) => shut(door)?.at;

/** A choice that is remembered on this phone. @param {string} id @param {string} name @param {string} text @param {{value: string, text: string}[]} listed @param {() => void} changed */
function chooser(id, name, text, listed, changed) {
  const kept = localStorage.getItem(name);
  const chosen = listed.find((one) => one.value === kept) ?? listed[0];
  const select = /** @type {HTMLSelectElement} */ (h("select", { id, onchange: () => { localStorage.setItem(name, select.value); changed(); } },
    listed.map((one) => h("option", { value: one.value, selected: one === chosen }, one.text))));
  return { value: () => select.value, part: [h("label", { for: id }, text), select] };
}

/**
 * The sheet of one person: into the tube, or why not, or taken back.
 * @param {Person} one @param {import("../line.js").Open | null} open @param {{sit: (one: Person) => void, again: () => void, draw: () => void}} then
 */
function ask(one, open, then) {
  const { standing: before, reason: _, deed, ...left } = one;
  const because = async (/** @type {string} */ standing, /** @type {string} */ reason) => {
    shown.close();
    const body = { round: one.round, resident: one.subject, standing, reason };
    await record("explain_untested", body, { deed: { ...body, left } });
    then.draw();
  };
  const back = async () => {
    shown.close();
    await retract(deed.id, deed.name === "take_sample" ? "sampling.sampletaken" : "sampling.untestedexplained");
    then.again();
  };
  const reasons = [...excuses(), { code: "", standing: "away", zh: t("away, nobody knows where"), en: t("away, nobody knows where") },
    { code: "", standing: "refused", zh: t("refuses"), en: t("refuses") }];
  const whyNot = () => [h("h3", {}, t("Or why not")), h("div", { class: "choices" }, reasons.map((why) => h("button", {
    type: "button", class: `key choice-key state-${STATE[why.standing]}`, "data-why": `${why.standing} ${why.code}`.trim(), onclick: () => because(why.standing, why.code),
  }, h("span", { "aria-hidden": "true" }, sign(why.standing)), " ", named(why))))];
  const shown = sheet(one.name || t("no name"), [
    deed ? h("p", { class: `said-now state-${STATE[before]}` }, `${sign(before)} ${stand(one)}`) : null,
    before === "done" ? null : h("button", { type: "button", class: "key key-main", id: "sample", onclick: () => { shown.close(); then.sit(one); } },
      open ? t("Sample into tube …{tail}", { tail: open.code.slice(-5) }) : t("Sample: scan the tube first")),
    before !== "done" && one.round ? whyNot() : null,
    one.task && !one.round ? h("a", { class: "key", href: to("task", one.task), onclick: () => shown.close() }, t("Another outcome")) : null,
    deed ? h("button", { type: "button", class: "key", id: "take-back", onclick: back }, t("Take back what I said")) : null,
    h("button", { type: "button", class: "key", onclick: () => shown.close() }, t("Close")),
  ]);
}

/** One line for each person. @param {Person} one @param {() => void} open */
const line = (one, open) => h("li", {}, h("button", { type: "button", class: `card card-${STATE[one.standing]}`, "data-standing": one.standing, onclick: open },
  h("span", { class: `shape shape-${STATE[one.standing]}`, "aria-hidden": "true" }, sign(one.standing)),
  h("span", { class: "card-words" }, h("b", {}, one.name || t("no name"), " ", pressing(one) ? h("span", { class: "chip chip-absent" }, "★ ", t("first")) : null), one.single ? h("span", { class: "detail" }, t("alone in a tube")) : null),
  h("span", { class: "card-kind" }, h("span", { class: "card-state" }, stand(one)))));

/** Everything at one door. @param {HTMLElement} place @param {string} building @param {string} door */
async function atDoor(place, building, door) {
  const here = () => people().filter((one) => (one.building ?? "none") === building && (one.dwelling ?? "none") === door);
  const known = () => state(done(), rows("tubes"), HOME);
  const pools = row("line", "rules")?.pools ?? [];
  const others = rows("team").filter((one) => one.id !== person()?.id).map((one) => ({ value: one.id, text: one.code }));
  const sites = rows("points").filter((one) => one.kind === "site");
  const resize = () => { if (held.open && !held.open.seats.length) held.open = { ...held.open, size: pool().size }; draw(); };
  const pair = chooser("pair", PAIR, t("Who is with you"), others.length === 1 ? others : [{ value: "", text: t("choose") }, ...others], () => {});
  const rule = chooser("pool", POOL, t("People in one tube"), [...pools].sort((a, b) => Number(b.code === "household") - Number(a.code === "household"))
    .map((one) => ({ value: one.code, text: poolWord(one) })), resize);
  const table = chooser("site", SITE, t("Where the tubes are brought"), sites.map((one) => ({ value: one.id, text: one.name })), () => {});
  const pool = () => pools.find((/** @type {any} */ one) => one.code === rule.value());
  const byHomes = () => pool().code === "household";
  const round = rows("line").find((one) => one.round)?.id ?? null;
  const held = { open: inHand(known(), pool().size, true), last: /** @type {any} */ (null) };
  const turn = inTurn();

  const card = h("section", { class: "tube", "aria-live": "polite" });
  const said = h("p", { class: "note last", role: "status" });
  const list = h("ul", { class: "cards", id: "behind" });
  const draw = () => {
    drawTube(card, held.open, held.last);
    fill(list, here().map((one) => line(one, () => ask(one, held.open, { sit: (/** @type {Person} */ who) => turn(() => sit(who)), again, draw }))));
    undo.toggleAttribute("disabled", !held.last);
    close.toggleAttribute("disabled", !held.open?.seats.length);
    nobody.textContent = shut(door) ? t("Take back: nobody there") : t("Nobody there");
  };
  const say = (/** @type {string} */ text, look = "") => { fill(said, text); said.className = `note last state-${look}`; };
  const refuse = (/** @type {string} */ reason) => { signal("bad"); say(`✕ ${words(reason)}`, "late"); alarm(words(reason)); };

  /** One person into the tube in hand. @param {any} who */
  const seat = async (who) => {
    const open = /** @type {NonNullable<typeof held.open>} */ (held.open);
    const at = here()[0];
    if (who.register) await record("register_person", { id: who.resident, ...(at?.dwelling ? { dwelling: at.dwelling } : { area: me().area_code }), ...who.register }, { quiet: true });
    const number = open.seats.length + 1;
    const { standing, reason, deed, ...left } = here().find((one) => one.subject === who.resident)
      ?? /** @type {Person} */ ({ ...at, subject: who.resident, name: who.name, task: undefined, single: false, first: false });
    const body = { resident: who.resident, code: open.code, site: table.value() || null, round: left.round ?? round, pool_size: open.size, seat: number,
      place: "home", with_responder: pair.value(), ...(byHomes() && open.size > 1 ? { one_household: true } : {}) };
    const sample = await record("take_sample", body, { quiet: true, deed: { ...body, left } });
    open.seats.push({ id: sample, code: open.code, resident: who.resident, key: who.resident, seat: number, tail: "", home: true });
    held.last = { id: sample, name: who.name, slip: receipt(sample), resident: who.resident };
    signal("good");
    say(`✓ ${t("Saved on this phone")}`, "done");
    if (open.seats.length >= open.size) await seal();
    draw();
  };
  const seal = async () => {
    const open = held.open;
    if (!open) return;
    await record("seal_tube", { code: open.code, seats_said: open.seats.length }, { quiet: true });
    held.open = null;
    signal("next");
    say(`✓ ${t("Tube closed. Next tube.")}`, "done");
    draw();
  };
  /** Whether somebody may sit down now; says why not. @param {Person | undefined} one */
  const mayStart = (one) => {
    const step = one ? next(known(), held.open, { kind: "person", value: one.subject }, byHomes() ? doorOf : null) : { does: held.open ? "seat" : "refuse", reason: "tube_first" };
    const reason = !pair.value() ? "pair" : step.does === "refuse" ? step.reason ?? "unknown"
      : one?.single && held.open?.size !== 1 && held.open?.seats.length ? "alone"
        : !one && held.open && held.open.seats.length >= held.open.size ? "full" : "";
    if (reason) refuse(reason);
    else if (one?.single && held.open) held.open = { ...held.open, size: 1 };
    return !reason;
  };
  const sit = async (/** @type {Person} */ one) => { if (mayStart(one)) await seat({ resident: one.subject, name: one.name }); };
  /** After something was taken back: who sits in the tube in hand follows from the records. */
  const again = () => {
    held.last = null;
    held.open = inHand(known(), held.open?.size ?? pool().size, true) ?? (held.open && { ...held.open, seats: [] });
    draw();
  };

  /** @param {string} text */
  const scanned = async (text) => {
    if (document.querySelector("dialog[open]")) return;
    const found = meaning(text);
    const behind = here().find((one) => one.subject === found.value);
    if (found.kind === "person" && behind) { await sit(behind); return; }
    const step = found.kind === "tube" ? next(known(), held.open, found, byHomes() ? doorOf : null) : { does: "refuse", reason: "unknown" };
    if (step.does === "refuse") { refuse(step.reason ?? "unknown"); return; }
    if (step.does === "again") { say(t("This tube is in hand."), ""); return; }
    if (step.does === "turn") await seal();
    held.open = { code: found.value, size: pool().size, seats: [] };
    signal("good");
    say(t("Tube begun. Now the people."), "doing");
    draw();
  };
  /** @param {string} text */
  const read = (text) => turn(() => scanned(text));

  const undo = h("button", { type: "button", class: "key", id: "undo", onclick: () => turn(async () => {
    if (!held.last) return;
    await retract(held.last.id, "sampling.sampletaken");
    say(t("Taken back: {who}", { who: held.last.name }), "absent");
    again();
  }) }, t("Take back the last"));
  const close = h("button", { type: "button", class: "key", id: "close-tube", onclick: () => turn(seal) }, t("Close the tube"));
  const nobody = h("button", { type: "button", class: "key", id: "nobody", hidden: door === "none", onclick: () => turn(async () => {
    const before = shut(door);
    if (before) await retract(before.id, "worklists.visit");
    else await record("record_visit", { dwelling: door, outcome: "absent", persons: 0 });
    draw();
  }) });
  const more = h("button", { type: "button", class: "key", id: "walk-in", onclick: () => { if (mayStart(undefined)) walkIn(held.last, (who) => turn(() => seat(who))); } }, t("Somebody not listed"));
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye line-eye", playsinline: true, muted: true, "aria-label": t("Camera") }));
  fill(place, h("h2", {}, `${houseName(here())} ${door === "none" ? "" : doorName(here())}`), card, said, eye,
    h("h3", {}, t("Who lives here and is left")), list, pair.part, rule.part, sites.length > 1 ? table.part : null,
    h("div", { class: "ways" }, undo, close, nobody, more), h("a", { class: "key key-main", href: to("left", building) }, t("To the next door")));
  say(t("Scan the tube, then tap the person or scan the slip."));
  draw();
  const stopWedge = wedge(place, read, t("Scanner types here"));
  const eyes = await openEyes(eye, read);
  return () => { stopWedge(); eyes?.close(); };
}
