// @ts-check
/** My shift: one list of everything that is mine now. */
import { fill, h } from "../dom.js";
import { done, me } from "../phone.js";
import { cards, to } from "../routes.js";
import { state } from "../sync.js";
import { t, when } from "../t.js";
import { glyph } from "../words.js";
import { meta } from "../pack.js";

export const title = () => t("My shift: what is to do?");

/** One line: state by word, shape and place. @param {import("../routes.js").Card} one */
export function line(one) {
  return h("li", {}, h("a", { class: `card card-${one.state ?? "open"}`, href: one.to },
    h("span", { class: `shape shape-${one.state ?? "open"}`, "aria-hidden": "true" }, glyph(one.state ?? "")),
    h("span", { class: "card-words" },
      h("b", {}, one.title), one.detail ? h("span", { class: "detail" }, one.detail) : null),
    h("span", { class: "card-kind" }, one.kind, one.word ? h("span", { class: "card-state" }, one.word) : null)));
}

/** @param {HTMLElement} place */
export function show(place) {
  const listed = cards();
  const mine = me();
  const cut = Object.values(meta().cut ?? {}).reduce((sum, one) => sum + one, 0);
  fill(place,
    h("p", { class: "age" }, mine.area ?? "", " · ", meta().issued_at
      ? t("list of {time}", { time: when(meta().issued_at) }) : t("no list yet"),
      mine.training ? h("strong", { class: "training" }, t("TRAINING")) : null),
    listed.length ? h("ul", { class: "cards" }, listed.map(line)) : h("div", { class: "empty" },
      h("h2", {}, state.pulledAt || meta().issued_at ? t("Nothing is assigned to you now.") : t("Your list is being fetched.")),
      h("p", {}, t("Shifts, tasks and buildings that the command post gives you or your team appear here."))),
    cut ? h("p", { class: "note" }, t("Not yet on the phone: {n} lines. They follow when these are done.", { n: cut })) : null,
    h("nav", { class: "ways", "aria-label": t("More") },
      h("a", { class: "key", href: to("handover") }, t("Hand over")),
      h("a", { class: "key", href: to("outbox") }, t("What I sent ({n})", { n: done().length })),
      h("a", { class: "key", href: to("people") }, t("Other person")),
      h("a", { class: "key", href: to("settings") }, t("Settings"))));
}
