// @ts-check
/** Tubes on the table against tubes in the system, before the courier signs. */
import { fill, h, wear } from "../dom.js";
import { meaning, table } from "../line.js";
import { done, record, row, rows, signal, toast } from "../phone.js";
import { wedge } from "../scan.js";
import { t } from "../t.js";
import { mixedNote, openEyes } from "../tube.js";

export const title = () => t("Is every tube on the table?");

/** @param {HTMLElement} place @param {string[]} rest */
export async function show(place, [id]) {
  wear("line");
  const site = row("points", id);
  if (!site) { fill(place, h("p", { class: "empty" }, t("No site on this phone yet. The command post gives you a shift at one; then come back."))); return; }
  /** @type {Set<string>} */
  const there = new Set();
  const board = h("section", { class: "tube" });
  const lists = h("div", {});
  const said = h("p", { class: "note last", role: "status" }, t("Scan every tube on the table."));
  const found = () => table([...there], rows("tubes"), done(), site.id);
  const draw = () => {
    const { due, missing, extra } = found();
    const even = there.size > 0 && !missing.length && !extra.length;
    board.dataset.even = String(even);
    fill(board, h("h2", {}, t("{n} on the table, {all} in the system", { n: there.size, all: due.length })),
      h("p", { class: "big" }, even ? `✓ ${t("They agree")}` : missing.length || extra.length ? `✕ ${t("{n} differ", { n: missing.length + extra.length })}` : "–"));
    fill(lists,
      missing.length ? h("section", { class: "sheet-card" }, h("h2", {}, t("In the system, not on the table: {n}", { n: missing.length })), h("p", { class: "code" }, missing.slice(0, 60).join("  "))) : null,
      extra.length ? h("section", { class: "sheet-card" }, h("h2", {}, t("On the table, not in the system: {n}", { n: extra.length })), h("p", { class: "code" }, extra.slice(0, 60).join("  "))) : null);
    count.toggleAttribute("disabled", !there.size);
    sign.toggleAttribute("disabled", !there.size);
  };
  /** @param {string} text */
  const scanned = (text) => {
    const one = meaning(text);
    if (one.kind !== "tube") { signal("bad"); fill(said, `✕ ${t("This is no tube.")}`); return; }
    if (there.has(one.value)) { fill(said, t("Counted already: {code}", { code: one.value })); return; }
    there.add(one.value);
    const odd = found().extra.includes(one.value);
    signal(odd ? "bad" : "good");
    fill(said, odd ? `✕ ${t("Not in the system: {code}", { code: one.value })}` : `✓ ${one.value}`);
    draw();
  };
  const count = h("button", { type: "button", class: "key", id: "count", onclick: async () => {
    await record("count_tubes", { site: site.id, counted: there.size, codes: [...there] });
  } }, t("Record the count"));
  const who = /** @type {HTMLInputElement} */ (h("input", { id: "courier", maxlength: 80, autocomplete: "off" }));
  const box = /** @type {HTMLInputElement} */ (h("input", { id: "box", maxlength: 40, autocomplete: "off", autocapitalize: "characters" }));
  const agreed = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", id: "agreed" }));
  const alert = h("p", { role: "alert", class: "said" });
  const sign = h("button", { type: "button", class: "key key-main", id: "sign", onclick: async () => {
    const { missing, extra } = found();
    if (!who.value.trim()) { alert.textContent = t("Who takes the box? Enter the courier."); who.focus(); return; }
    if ((missing.length || extra.length) && !agreed.checked) { signal("bad"); alert.textContent = t("Table and system differ. Find the tubes, or tick that the courier signs all the same."); return; }
    const inBox = box.value.trim() ? { box: box.value.trim().toUpperCase() } : {};
    await record("count_tubes", { site: site.id, counted: there.size, codes: [...there] }, { quiet: true });
    for (const code of there) await record("hand_over_tube", { code, to: who.value.trim(), ...inBox }, { quiet: true });
    signal("good");
    toast(t("{n} tubes handed over. Saved on this phone.", { n: there.size }), "done");
    there.clear();
    box.value = "";
    agreed.checked = false;
    draw();
  } }, t("The courier signs: hand over"));
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye line-eye", playsinline: true, muted: true, "aria-label": t("Camera") }));
  fill(place, h("h2", {}, site.name), mixedNote(rows("tubes").filter((one) => one.site === site.id)), board, said, eye, lists,
    h("label", { for: "courier" }, t("Courier")), who, h("label", { for: "box" }, t("Number on the box")), box,
    h("label", { class: "choice" }, agreed, h("span", {}, t("The courier knows of the difference"))), alert,
    h("div", { class: "ways" }, count, sign));
  draw();
  const stopWedge = wedge(place, scanned, t("Scanner types here"));
  const eyes = await openEyes(eye, scanned);
  return () => { stopWedge(); eyes?.close(); };
}
