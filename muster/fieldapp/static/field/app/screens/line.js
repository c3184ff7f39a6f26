// @ts-check
/** The registration line: scan the tube, then the people; nothing to tap as long as all goes well. */
import { newId } from "../bytes.js";
import { fill, h, sheet, wear } from "../dom.js";
import { inHand, isMinor, meaning, next, receipt, state } from "../line.js";
import { done, me, now, record, retract, row, rows, signal, toast } from "../phone.js";
import { to } from "../routes.js";
import { camera, wedge } from "../scan.js";
import { stayAwake } from "../signals.js";
import { language, t } from "../t.js";

export const title = () => t("Who sits in which tube?");

const sites = () => rows("points").filter((one) => one.kind === "site");
const pools = () => row("line", "rules")?.pools ?? [];
const POOL = "line-pool";

export function cards() {
  if (!pools().length) return [];
  const mine = sites().filter((one) => one.mine);
  return (mine.length ? mine : sites().slice(0, 1)).flatMap((one) => [
    { to: to("line", one.id), kind: t("site"), order: 5, title: one.name, detail: one.address, state: "open", word: t("register and sample") },
    { to: to("table", one.id), kind: t("site"), order: 6, title: t("Tubes on the table"), detail: one.name, state: "open", word: t("count and hand over") },
  ]);
}

/** Why not, in words a registrar can say. @param {string} reason */
export function words(reason) {
  /** @type {Record<string, () => string>} */
  const said = {
    tube_first: () => t("Scan the tube first, then the person."),
    in_this_tube: () => t("This person sits in this tube already."),
    sampled_today: () => t("This person was sampled already. Ask before sampling again."),
    full: () => t("The tube is full. Close it and take the next one."),
    close_first: () => t("Close the tube in hand before the next one."),
    closed: () => t("This tube is closed. Take a new one and put this one aside."),
    foreign: () => t("This tube was begun at another site. Put it aside and tell the desk."),
    used: () => t("This tube was used elsewhere. Put it aside and tell the desk."),
    misread: () => t("The identity number was read wrongly. Scan it again."),
    unknown: () => t("This code is neither a tube nor a person. Scan again, or enter the person by hand."),
    codes_dead: () => t("The codes people show cannot be read. Scan or type the identity card, or use the printed sheet."),
  };
  return (said[reason] ?? said.unknown)();
}

/** So many unknown codes in a row: it is not the person, the codes are dead. */
const STRANGE = 3;
/** @param {string} site */
const stateAt = (site) => state(done(), rows("tubes"), site);
/** @param {any} pool */
const poolWord = (pool) => `${language === "en" ? pool.en : pool.zh} · ${pool.size}`;

/** @param {HTMLElement} place @param {string[]} rest */
export async function show(place, [id]) {
  wear("line");
  const site = row("points", id) ?? sites()[0];
  if (!site || !pools().length) {
    fill(place, h("p", { class: "empty" }, t("No site on this phone yet. The command post gives you a shift at one; then come back.")));
    return;
  }
  const known = () => stateAt(site.id);
  const pool = () => pools().find((/** @type {any} */ one) => one.code === localStorage.getItem(POOL)) ?? pools()[0];
  const byHomes = () => pool().code === "household";
  const round = rows("line").find((one) => one.round)?.id ?? null;
  const held = { open: inHand(known(), pool().size), last: /** @type {any} */ (null), busy: Promise.resolve(), strange: 0 };

  const card = h("section", { class: "tube", "aria-live": "polite" });
  const said = h("p", { class: "note last", role: "status" });
  const draw = () => {
    const { open, last } = held;
    card.dataset.seats = String(open?.seats.length ?? 0);
    fill(card,
      h("h2", {}, open ? t("Tube …{tail}", { tail: open.code.slice(-5) }) : t("Scan the next tube")),
      open ? h("p", { class: "pips", "aria-hidden": "true" }, Array.from({ length: open.size }, (_, at) => h("i", { class: at < open.seats.length ? "is-full" : "" }))) : null,
      open ? h("p", { class: "big" }, t("{n} of {all}", { n: open.seats.length, all: open.size })) : null,
      last ? h("p", { class: "who" }, h("b", {}, last.name), h("span", { class: "detail" }, t("Slip {code}", { code: last.slip }))) : null);
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
    }, { quiet: true });
    open.seats.push({ id: sample, code: open.code, resident: who.resident, key: who.key, seat: number, tail: who.key.slice(-4) });
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
    const step = next(known(), held.open, found, byHomes());
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
  /** One after the other: a scanner is faster than a disk. @param {string} text */
  const inOrder = (text) => { held.busy = held.busy.then(() => scanned(text)).catch((error) => console.error(error)); return held.busy; };

  const undo = h("button", { type: "button", class: "key", id: "undo", onclick: async () => {
    const last = held.last;
    if (!last) return;
    await retract(last.id, "sampling.sampletaken");
    held.last = null;
    held.open = inHand(known(), pool().size) ?? (held.open && { ...held.open, seats: [] });
    say(t("Taken back: {who}", { who: last.name }), "absent");
    draw();
  } }, t("Take back the last"));
  const close = h("button", { type: "button", class: "key", id: "close-tube", onclick: () => shut(false) }, t("Close the tube"));
  const hand = h("button", { type: "button", class: "key key-main", id: "walk-in", onclick: () => {
    if (!held.open) refuse("tube_first");
    else if (held.open.seats.length >= held.open.size) refuse("full");
    else walkIn(held.last, seat);
  } }, t("Enter by hand"));
  const choose = h("select", { id: "pool", onchange: (/** @type {Event} */ event) => {
    localStorage.setItem(POOL, /** @type {HTMLSelectElement} */ (event.target).value);
    if (held.open && !held.open.seats.length) held.open = { ...held.open, size: pool().size };
    draw();
  } }, pools().map((/** @type {any} */ one) => h("option", { value: one.code, selected: one.code === pool().code }, poolWord(one))));
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye line-eye", playsinline: true, muted: true, "aria-label": t("Camera") }));
  fill(place, h("h2", {}, site.name), card, said, eye,
    h("label", { for: "pool" }, t("People in one tube")), choose,
    h("div", { class: "ways" }, undo, close, hand));
  say(t("Tube, then people: scan with the camera or the scanner."));
  draw();
  const stopWedge = wedge(place, inOrder, t("Scanner types here"));
  const awake = await stayAwake();
  const eyes = await openEyes(eye, inOrder);
  return () => { stopWedge(); awake(); eyes?.close(); };
}

/** @param {HTMLVideoElement} eye @param {(text: string) => void} found */
async function openEyes(eye, found) {
  try {
    return await camera(eye, found);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    eye.hidden = true; // a desk with a scanner has no camera
    return null;
  }
}

/** A red sheet of words for two seconds; the work goes on behind it. @param {string} text */
function alarm(text) {
  document.querySelector(".alarm")?.remove();
  const place = h("div", { class: "alarm", role: "alert" }, h("span", { "aria-hidden": "true" }, "✕"), h("p", {}, text));
  place.addEventListener("click", () => place.remove());
  document.body.append(place);
  setTimeout(() => place.remove(), 2_500);
}

/** A field with its name. @param {string} id @param {string} words @param {number} most */
function field(id, words, most) {
  const input = /** @type {HTMLInputElement} */ (h("input", { id, maxlength: most, autocomplete: "off" }));
  return { said: () => input.value.trim(), input, part: [h("label", { for: id }, words), input] };
}

/** @param {string} typed @returns {{document: string, phone: string, wrong: string}} */
function numberOf(typed) {
  const value = typed.replace(/\s/g, "").toUpperCase();
  const kind = value ? meaning(value).kind : "";
  const wrong = kind === "misread" ? words("misread") : value && kind !== "document" && kind !== "phone"
    ? t("This is no identity number and no mobile number.") : "";
  return { document: kind === "document" ? value : "", phone: kind === "phone" ? value : "", wrong };
}

/**
 * Somebody without a code; a child on a parent's entry; somebody under age whose guardian is not here.
 * @param {any} last who sat down before @param {(who: any) => Promise<void>} seat
 */
function walkIn(last, seat) {
  const name = field("w-name", t("Name"), 80), number = field("w-number", t("Identity number or mobile number"), 20);
  const guardian = field("w-guardian", t("Guardian's name"), 80), reach = field("w-reach", t("Guardian's mobile number"), 20);
  const choice = (/** @type {string} */ value, /** @type {string} */ text) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "minor", value, checked: value === "no", onchange: () => { apart.hidden = minor() !== "guardian"; } }), h("span", {}, text));
  const form = /** @type {HTMLFormElement} */ (h("form", {}));
  const minor = () => String(new FormData(form).get("minor") ?? "no");
  const apart = h("div", { class: "more", hidden: true }, guardian.part, reach.part);
  const alert = h("p", { role: "alert", class: "said" });
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const mine = numberOf(number.said()), theirs = numberOf(reach.said());
    const how = minor();
    alert.textContent = !name.said() && !number.said() ? t("A name or a number, please.") : mine.wrong
      || (how === "guardian" && (!guardian.said() || !theirs.phone) ? t("Name and mobile number of the guardian, please.") : "")
      || (how === "no" && isMinor(mine.document, now()) ? t("Under 18: who is the guardian? Choose below.") : "");
    if (alert.textContent) { signal("bad"); return; }
    shut.close();
    await sit({ name: name.said(), ...mine }, how, { name: guardian.said(), phone: theirs.phone })
      .catch(() => toast(t("NOT saved. Write it on paper and call the command post."), "late"));
  };
  const sit = async (/** @type {any} */ who, /** @type {string} */ how, /** @type {any} */ theirs) => {
    const resident = newId(now());
    let household = how === "child" ? last.resident : null;
    if (how === "guardian") {
      household = newId(now());
      await record("register_person", { id: household, area: me().area_code, ...theirs }, { quiet: true });
    }
    const register = { name: who.name, document: who.document, phone: who.phone, ...(household ? { household } : {}) };
    const key = who.document || (how === "no" ? who.phone : "") || resident; // a child may bring a parent's number
    await seat({ resident, register, key, name: who.name || t("ends in {tail}", { tail: key.slice(-4) }) });
  };
  form.addEventListener("submit", send);
  fill(form, name.part, number.part,
    h("fieldset", {}, h("legend", {}, t("Under age")), choice("no", t("of age")), last ? choice("child", t("A child of the person before")) : null, choice("guardian", t("Guardian is not here"))),
    apart, alert,
    h("button", { type: "submit", class: "key key-main", id: "w-save" }, t("Sit down in the tube")),
    h("button", { type: "button", class: "key", onclick: () => shut.close() }, t("Close")));
  const shut = sheet(t("Somebody without a code"), [form]);
  name.input.focus();
}
