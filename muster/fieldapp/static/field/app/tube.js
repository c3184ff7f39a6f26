// @ts-check
/** The tube in hand, as the line and the door show it: its card, its refusals in words, its eyes. */
import { fill, h } from "./dom.js";
import { camera } from "./scan.js";
import { language, t } from "./t.js";

/** @typedef {import("./line.js").Open} Open */

/**
 * Things done one after the other, whether scanned, typed or tapped: a scanner is faster than a disk, and two must not take one
 * seat. What fails has been told by `record`.
 * @returns {(act: () => Promise<void>) => Promise<void>}
 */
export function inTurn() {
  let busy = Promise.resolve();
  return (act) => { busy = busy.then(act).catch((error) => console.error(error)); return busy; };
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
    other_home: () => t("This tube holds another household. Close it and take a new tube."),
    alone: () => t("This person is sampled alone: scan a new tube first."),
    pair: () => t("At homes people sample in pairs. Choose who is with you, then go on."),
    codes_dead: () => t("The codes people show cannot be read. Scan or type the identity card, or use the printed sheet."),
  };
  return (said[reason] ?? said.unknown)();
}

/** @param {any} pool */
export const poolWord = (pool) => `${language === "en" ? pool.en : pool.zh} · ${pool.size}`;

/** The card of the tube in hand: its last signs, its pips, who sat down last. @param {HTMLElement} card @param {Open | null} open @param {any} last */
export function drawTube(card, open, last) {
  card.dataset.seats = String(open?.seats.length ?? 0);
  fill(card,
    h("h2", {}, open ? t("Tube …{tail}", { tail: open.code.slice(-5) }) : t("Scan the next tube")),
    open ? h("p", { class: "pips", "aria-hidden": "true" }, Array.from({ length: open.size }, (_, at) => h("i", { class: at < open.seats.length ? "is-full" : "" }))) : null,
    open ? h("p", { class: "big" }, t("{n} of {all}", { n: open.seats.length, all: open.size })) : null,
    last ? h("p", { class: "who" }, h("b", {}, last.name), h("span", { class: "detail" }, t("Slip {code}", { code: last.slip }))) : null);
}

/** Tubes for one household in which two sit, as the command post knows. @param {any[]} known tubes of the bundle */
export function mixedNote(known) {
  const found = known.filter((one) => one.mixed).map((one) => one.code);
  return found.length ? h("p", { class: "note last state-late", id: "mixed" }, "✕ ",
    t("Two households sit in one tube: {codes}. Put it aside and tell the desk; both are sampled again.", { codes: found.slice(0, 6).join(", ") })) : null;
}

/** @param {HTMLVideoElement} eye @param {(text: string) => void} found */
export async function openEyes(eye, found) {
  try {
    return await camera(eye, found);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    eye.hidden = true; // a desk with a scanner has no camera
    return null;
  }
}

/** A red sheet of words for two seconds; the work goes on behind it. @param {string} text */
export function alarm(text) {
  document.querySelector(".alarm")?.remove();
  const place = h("div", { class: "alarm", role: "alert" }, h("span", { "aria-hidden": "true" }, "✕"), h("p", {}, text));
  place.addEventListener("click", () => place.remove());
  document.body.append(place);
  setTimeout(() => place.remove(), 2_500);
}
