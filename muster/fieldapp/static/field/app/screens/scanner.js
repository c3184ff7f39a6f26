// @ts-check
/** Is the scanner right? What arrives is shown letter for letter, so that a wrong keyboard is found before the queue. */
import { fill, h } from "../dom.js";
import { signal } from "../phone.js";
import { camera, wedge } from "../scan.js";
import { stayAwake } from "../signals.js";
import { t, when } from "../t.js";

const MOST = 8;

export const title = () => t("What does the scanner type?");

/** What is wrong with what arrived, in words; nothing when all is well. @param {string} text as it arrived */
export function trouble(text) {
  if (/[^\x20-\x7e]/.test(text)) return t("It arrived in wide or Chinese letters. They are set right here; better set the scanner's keyboard to English.");
  if (/[a-z]/.test(text)) return t("It arrived in small letters: Caps Lock or the scanner's keyboard is wrong. They are set right here.");
  return "";
}

/** @param {HTMLElement} place */
export async function show(place) {
  /** @type {{text: string, how: string, raw: string, at: number}[]} */
  const arrived = [];
  const list = h("ul", { class: "rows", id: "arrived", "aria-live": "polite" });
  const draw = () => fill(list, arrived.map((one) => {
    const wrong = trouble(one.raw);
    return h("li", { class: "row" }, h("span", {}, h("b", { class: "code" }, one.text.slice(0, 60)),
      h("span", { class: "detail" }, [one.how, t("{n} letters", { n: one.text.length }), when(one.at), wrong].filter(Boolean).join(" · "))),
      h("span", { class: `chip chip-${wrong ? "late" : "done"}` }, wrong ? t("odd") : t("good")));
  }));
  /** @param {string} text @param {string} how @param {string} [raw] */
  const found = (text, how, raw = text) => {
    arrived.unshift({ text, how: how === "wedge" ? t("scanner") : how, raw, at: Date.now() });
    arrived.length = Math.min(arrived.length, MOST);
    signal(trouble(raw) ? "bad" : "good");
    draw();
  };
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye", "aria-label": t("Camera") }));
  const blind = h("p", { class: "note", hidden: true }, t("No camera here. Scan with the scanner."));
  fill(place, h("p", {}, t("Scan any code: with the scanner or the camera. Nothing is recorded.")), eye, blind, list,
    h("button", { type: "button", class: "key", onclick: () => signal("good") }, t("Sound: good")),
    h("button", { type: "button", class: "key", onclick: () => signal("bad") }, t("Sound: stop")));
  const stopWedge = wedge(place, found, t("Scanner types here"));
  const awake = await stayAwake();
  const eyes = await camera(eye, found).catch((error) => {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    eye.hidden = true;
    blind.hidden = false;
    return null;
  });
  return () => { stopWedge(); awake(); eyes?.close(); };
}
