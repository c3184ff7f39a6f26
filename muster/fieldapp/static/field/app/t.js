// @ts-check
/** Texts: t() of an English text in the language of the phone. One literal, so that the catalogue can find it. */

/** @type {Record<string, string>} */
let texts = {};
export let language = "zh-hans";
export const LANGUAGES = [["zh-hans", "中文"], ["en", "English"]];

/** @param {string} text @param {Record<string, string | number>} [values] fill {name} */
export function t(text, values = {}) {
  let said = texts[text] || text;
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

/** Making one is slow, and a gate says a time for every pass. @type {Map<string, Intl.DateTimeFormat>} */
const forms = new Map();
/** @param {boolean} today */
function form(today) {
  const name = `${language} ${today}`;
  let found = forms.get(name);
  if (!found) {
    /** @type {Intl.DateTimeFormatOptions} */
    const day = today ? {} : { month: "numeric", day: "numeric" };
    found = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", { ...day, hour: "2-digit", minute: "2-digit", hour12: false });
    forms.set(name, found);
  }
  return found;
}

/** A time as people say it; the day only when it is not today's. @param {string | number | Date | null | undefined} at */
export function when(at) {
  if (!at) return "";
  const date = new Date(at);
  return form(new Date().toDateString() === date.toDateString()).format(date);
}

/** Minutes as hours and minutes. @param {number} minutes */
export function lasting(minutes) {
  const whole = Math.max(0, Math.round(minutes));
  if (whole < 60) return t("{n} min", { n: whole });
  return t("{h} h {n} min", { h: Math.floor(whole / 60), n: whole % 60 });
}
