// @ts-check
/** Texts: t() of an English text in the language of the phone. One literal, so that the catalogue can find it. */

/** @type {Record<string, string>} */
let texts = {};
export let language = "zh-hans";
export const LANGUAGES = [["zh-hans", "中文"], ["en", "English"]];

/** What is counted in English: one of it is no plural. */
const MANY = /(\{n\} (?:open )?)([a-z]+?)(ies|s)\b/g;

/** @param {string} text @param {Record<string, string | number>} [values] fill {name} */
export function t(text, values = {}) {
  let said = texts[text] || text;
  if (values.n === 1 && language === "en") said = said.replace(MANY, (_, before, word, end) => before + word + (end === "ies" ? "y" : ""));
  for (const [name, value] of Object.entries(values)) said = said.replaceAll(`{${name}}`, String(value));
  return said;
}

/** Load a language (the last one chosen, or the browser's) and say so on the page. @param {string} [wanted] */
export async function speak(wanted) {
  const asked = wanted ?? localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh-hans" : "en");
  language = asked === "en" ? "en" : "zh-hans";
  if (wanted) localStorage.setItem("language", language);
  document.documentElement.lang = language === "en" ? "en" : "zh-Hans";
  const answer = await fetch(new URL(`../texts/${language}.json`, import.meta.url));
  texts = await answer.json();
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** A time as the desk writes it, 02-18 21:10 in both languages; the day only when it is not today's. @param {string | number | Date | null | undefined} at */
export function when(at) {
  if (!at) return "";
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return new Date().toDateString() === date.toDateString() ? time : `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** Minutes as hours and minutes. @param {number} minutes */
export function lasting(minutes) {
  const whole = Math.max(0, Math.round(minutes));
  if (whole < 60) return t("{n} min", { n: whole });
  return t("{h} h {n} min", { h: Math.floor(whole / 60), n: whole % 60 });
}
