// @ts-check
/** How this phone looks and sounds, and what it is. */
import { fill, h } from "../dom.js";
import { look } from "../health.js";
import { me, phone, signal } from "../phone.js";
import { meta } from "../pack.js";
import { to } from "../routes.js";
import { t, when } from "../t.js";

export const title = () => t("Settings of this phone");

/** @param {string} name @param {string} legend @param {[string, string][]} choices @param {string} otherwise */
function group(name, legend, choices, otherwise) {
  const chosen = localStorage.getItem(name) ?? otherwise;
  return h("fieldset", {}, h("legend", {}, legend), choices.map(([value, words]) => h("label", { class: "choice" },
    h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => {
      localStorage.setItem(name, value);
      window.dispatchEvent(new Event("muster:dress"));
      signal("good");
    } }), h("span", {}, words))));
}

/** @param {HTMLElement} place */
export async function show(place) {
  const state = await look();
  const found = phone();
  fill(place,
    group("theme", t("Light"), [["auto", t("by the hour")], ["day", t("day")], ["night", t("night")]], "auto"),
    group("size", t("Size"), [["plain", t("plain")], ["elder", t("large letters")], ["glove", t("large keys, for gloves")]], "plain"),
    group("sounds", t("Sound and vibration"), [["on", t("on")], ["off", t("off")]], "on"),
    h("a", { class: "key", href: to("scanner") }, t("Test the scanner")),
    h("button", { type: "button", class: "key key-main", onclick: () => window.dispatchEvent(new Event("muster:lock")) }, t("Lock")),
    h("h2", {}, t("This phone")),
    h("dl", { class: "kv" },
      h("dt", {}, t("Name")), h("dd", {}, found?.label || t("no name")),
      h("dt", {}, t("Number")), h("dd", {}, (found?.device ?? "").slice(-6)),
      h("dt", {}, t("Area")), h("dd", {}, me().area ?? ""),
      h("dt", {}, t("List of")), h("dd", {}, meta().issued_at ? `${when(meta().issued_at)} · ${t("good until {time}", { time: when(meta().lease_until) })}` : t("no list yet")),
      h("dt", {}, t("Storage")), h("dd", {}, state.free === null ? t("unknown") : t("{n} MB free", { n: state.free }), " · ", state.kept ? t("kept for good") : t("the browser may clear it")),
      h("dt", {}, t("Version")), h("dd", {}, state.build)));
}
