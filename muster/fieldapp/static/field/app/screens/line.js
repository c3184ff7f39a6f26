// @ts-check
/** The registration line: scan the tube, then the people; nothing to tap as long as all goes well. */
import { newId } from "../bytes.js";
import { fill, h, wear } from "../dom.js";
import { doorOf } from "../left.js";
import { inHand, meaning, next, receipt, state } from "../line.js";
import { done, me, now, record, retract, row, rows, signal } from "../phone.js";
import { to } from "../routes.js";
import { wedge } from "../scan.js";
import { stayAwake } from "../signals.js";
import { t } from "../t.js";
import { alarm, drawTube, inTurn, mixedNote, openEyes, poolWord, words } from "../tube.js";
import { walkIn } from "../walkin.js";

export const title = () => t("Who sits in which tube?");

const sites = () => rows("points").filter((one) => one.kind === "site");
const pools = () => row("line", "rules")?.pools ?? [];
const POOL = "line-pool";
/** @param {string | null} code */
const ruled = (code) => pools().find((/** @type {any} */ one) => one.code === code);

export function cards() {
  if (!pools().length) return [];
  const mine = sites().filter((one) => one.mine);
  return (mine.length ? mine : sites().slice(0, 1)).flatMap((one) => [
    { to: to("line", one.id), kind: t("site"), order: 5, title: one.name, detail: one.address, state: "open", word: t("register and sample") },
    { to: to("table", one.id), kind: t("site"), order: 6, title: t("Tubes on the table"), detail: one.name, state: "open", word: t("count and hand over") },
  ]);
}

/** So many unknown codes in a row: it is not the person, the codes are dead. */
const STRANGE = 3;
/** @param {string} site */
const stateAt = (site) => state(done(), rows("tubes"), site);
/** @param {HTMLElement} place @param {string[]} rest */
export async function show(place, [id]) {
  wear("line");
  const site = row("points", id) ?? sites()[0];
  if (!site || !pools().length) {
    fill(place, h("p", { class: "empty" }, t("No site on this phone yet. The command post gives you a shift at one; then come back.")));
    return;
  }
  const known = () => stateAt(site.id);
  const preset = site.pool ?? pools()[0].code;
  const mark = `${POOL}/${site.id}/${preset}`; // what is chosen holds here, until the zone's rule is another
  const pool = () => ruled(localStorage.getItem(mark)) ?? ruled(preset) ?? pools()[0];
  const byHomes = () => pool().code === "household";
  const round = rows("line").find((one) => one.round)?.id ?? null;
  const held = { open: inHand(known(), pool().size), last: /** @type {any} */ (null), strange: 0 };

  const card = h("section", { class: "tube", "aria-live": "polite" });
  const said = h("p", { class: "note last", role: "status" });
  const draw = () => {
    const { open, last } = held;
    drawTube(card, open, last);
    undo.toggleAttribute("disabled", !last);
    close.toggleAttribute("disabled", !open?.seats.length);
  };
  /** @param {string} text @param {string} [state] */
  const say = (text, state = "") => { fill(said, text); said.className = `note last state-${state}`; };
  /** @param {string} reason */
  const refuse = (reason) => { signal("bad"); say(`✕ ${words(reason)}`, "late"); alarm(words(reason)); };

  /** One person into the tube in hand. @param {any} who `resident`, what is shown, and perhaps what to register */
  const seat = async (who) => {
    const open = /** @type {NonNullable<typeof held.open>} */ (held.open);
    const home = byHomes() && open.seats.length ? { household: open.seats[0].resident } : {};
    if (who.register) await record("register_person", { id: who.resident, area: me().area_code, ...home, ...who.register }, { quiet: true });
    const number = open.seats.length + 1;
    const sample = await record("take_sample", {
      resident: who.resident, code: open.code, site: site.id, round, pool_size: open.size, seat: number, place: "site",
      ...(byHomes() ? { one_household: true } : {}),
    }, { quiet: true });
    open.seats.push({ id: sample, code: open.code, resident: who.resident, key: who.key, seat: number, tail: who.key.slice(-4), home: false });
    held.last = { id: sample, name: who.name, slip: receipt(sample), resident: who.resident };
    signal("good");
    say(`✓ ${t("Saved on this phone")}`, "done");
    if (open.seats.length >= open.size) await shut(true);
    draw();
  };

  /** Close the tube in hand. @param {boolean} full */
  const shut = async (full) => {
    const open = held.open;
    if (!open) return;
    await record("seal_tube", { code: open.code, seats_said: open.seats.length }, { quiet: true });
    held.open = null;
    signal("next");
    say(`✓ ${full ? t("Tube full and closed. Next tube.") : t("Tube closed. Next tube.")}`, "done");
    draw();
  };

  /** @param {string} text */
  const scanned = async (text) => {
    if (document.querySelector("dialog[open]")) return;
    const found = meaning(text);
    const step = next(known(), held.open, found, byHomes() ? doorOf : null);
    const reason = step.does === "refuse" ? step.reason ?? "unknown" : "";
    held.strange = reason === "unknown" ? held.strange + 1 : 0;
    if (reason) { refuse(held.strange >= STRANGE ? "codes_dead" : reason); return; }
    if (step.does === "again") { say(t("This tube is in hand."), ""); return; }
    if (step.does === "turn") await shut(false);
    if (step.does === "begin" || step.does === "turn") {
      held.open = { code: found.value, size: pool().size, seats: [] };
      signal("good");
      say(t("Tube begun. Now the people."), "doing");
      draw();
      return;
    }
    const resident = found.kind === "person" ? found.value : newId(now());
    const register = found.kind === "document" ? { document: found.value } : found.kind === "phone" ? { phone: found.value } : null;
    await seat({ resident, register, key: found.value, name: t("ends in {tail}", { tail: found.value.slice(-4) }) });
  };
  const turn = inTurn();
  /** @param {string} text */
  const read = (text) => turn(() => scanned(text));

  const undo = h("button", { type: "button", class: "key", id: "undo", onclick: () => turn(async () => {
    const last = held.last;
    if (!last) return;
    await retract(last.id, "sampling.sampletaken");
    held.last = null;
    held.open = inHand(known(), pool().size) ?? (held.open && { ...held.open, seats: [] });
    say(t("Taken back: {who}", { who: last.name }), "absent");
    draw();
  }) }, t("Take back the last"));
  const close = h("button", { type: "button", class: "key", id: "close-tube", onclick: () => turn(() => shut(false)) }, t("Close the tube"));
  const hand = h("button", { type: "button", class: "key key-main", id: "walk-in", onclick: () => {
    if (!held.open) refuse("tube_first");
    else if (held.open.seats.length >= held.open.size) refuse("full");
    else walkIn(held.last, (who) => turn(() => seat(who)));
  } }, t("Enter by hand"));
  const choose = h("select", { id: "pool", onchange: (/** @type {Event} */ event) => {
    localStorage.setItem(mark, /** @type {HTMLSelectElement} */ (event.target).value);
    if (held.open && !held.open.seats.length) held.open = { ...held.open, size: pool().size };
    rule();
    draw();
  } }, pools().map((/** @type {any} */ one) => h("option", { value: one.code, selected: one.code === pool().code }, poolWord(one))));
  const unlike = h("p", { id: "unlike", class: "note", role: "status" });
  const rule = () => fill(unlike, pool().code === preset ? "" : t("The rule of this zone is {rule}.", { rule: poolWord(ruled(preset) ?? pools()[0]) }));
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye line-eye", playsinline: true, muted: true, "aria-label": t("Camera") }));
  fill(place, h("h2", {}, site.name), mixedNote(rows("tubes")), card, said, eye,
    h("label", { for: "pool" }, t("People in one tube")), choose, unlike,
    h("div", { class: "ways" }, undo, close, hand));
  say(t("Tube, then people: scan with the camera or the scanner."));
  rule();
  draw();
  const stopWedge = wedge(place, read, t("Scanner types here"));
  const awake = await stayAwake();
  const eyes = await openEyes(eye, read);
  return () => { stopWedge(); awake(); eyes?.close(); };
}
