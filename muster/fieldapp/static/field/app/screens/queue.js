// @ts-check
/** How long is the line? Whoever keeps order says how many stand in it; residents see free, busy or jammed. */
import { fill, h } from "../dom.js";
import { done, record, row, rows, signal } from "../phone.js";
import { to } from "../routes.js";
import { t, when } from "../t.js";

const MOST = 9_999;

export const title = () => t("How long is the line?");

/** What this phone said last of a site's line. @param {string} site */
const last = (site) => done("report_queue").filter((one) => one.body.site === site).at(-1);

export function cards() {
  if (!row("line", "rules")) return [];
  return rows("points").filter((one) => one.kind === "site" && one.mine).map((one) => ({
    to: to("queue", one.id), kind: t("site"), order: 7, title: t("Length of the line"), detail: one.name, state: "open",
    word: t("report how many wait"),
  }));
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id]) {
  const site = row("points", id);
  if (!site) { fill(place, h("p", { class: "empty" }, t("No site on this phone yet. The command post gives you a shift at one; then come back."))); return; }
  const before = last(site.id);
  const field = /** @type {HTMLInputElement} */ (h("input", { id: "waiting", type: "number", inputmode: "numeric", min: 0, max: MOST, required: true, autocomplete: "off" }));
  const alert = h("p", { role: "alert", class: "said" });
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const waiting = Number(field.value);
    if (field.value === "" || !Number.isInteger(waiting) || waiting < 0 || waiting > MOST) {
      signal("bad");
      alert.textContent = t("How many? A whole number, 0 when nobody waits.");
      return;
    }
    await record("report_queue", { site: site.id, waiting });
    show(place, [id]);
  };
  const form = h("form", { onsubmit: send, novalidate: true }, h("label", { for: "waiting" }, t("People in line now")), field, alert,
    h("div", { class: "thumb" }, h("button", { type: "submit", class: "key key-main", id: "report" }, t("Report the line"))));
  fill(place, h("h2", {}, site.name),
    before ? h("p", { class: "note" }, t("You said {n} at {time}.", { n: before.body.waiting, time: when(before.at) })) : null,
    h("p", {}, t("Count or estimate, about every ten minutes. After an hour without a word nobody is told an old number.")), form);
}
