// @ts-check
/** A shift of mine: begin, end, and how long to rest. */
import { fill, h } from "../dom.js";
import { done, me, now, person, record, row, rows } from "../phone.js";
import { to } from "../routes.js";
import { lasting, t, when } from "../t.js";

export const title = () => t("Shift: begin or end?");

/** My shifts with what this phone knows of them. */
export function mine() {
  const id = person()?.id;
  return rows("shifts").filter((one) => one.responder === id).map((one) => {
    const said = (/** @type {string} */ name) => done(name).filter((deed) =>
      deed.body.shift === one.shift && deed.body.responder === id).at(-1)?.at;
    return { ...one, began: one.began_at ?? said("begin_shift"), ended: one.ended_at ?? said("end_shift") };
  }).sort((a, b) => a.from_at.localeCompare(b.from_at));
}

/** When I may begin again, if I ended not long ago. @param {string} [but] a shift that does not count */
export function restUntil(but) {
  const hours = me().rest_hours ?? 0;
  const ends = mine().filter((one) => one.ended && one.shift !== but).map((one) => new Date(one.ended).getTime());
  const last = Math.max(0, ...ends) + hours * 3_600_000;
  return last > now() ? last : null;
}

export function cards() {
  return mine().filter((one) => !one.ended).map((one) => ({
    to: to("duty", one.id), kind: t("shift"), order: one.began ? 0 : 10,
    title: one.post, detail: `${when(one.from_at)} – ${when(one.to_at)}`,
    state: one.began ? "doing" : new Date(one.from_at).getTime() < now() - 15 * 60_000 ? "late" : "open",
    word: one.began ? t("begun {time}", { time: when(one.began) }) : t("not begun"),
  }));
}

/** @param {HTMLElement} place @param {string[]} rest */
export function show(place, [id]) {
  const one = mine().find((shift) => shift.id === id);
  if (!one) { fill(place, h("p", { class: "empty" }, t("This shift is not on the phone any more."))); return; }
  const point = one.point ? row("points", one.point) : null;
  const rest = restUntil(one.shift);
  const tell = async (/** @type {string} */ name) => {
    await record(name, { shift: one.shift, responder: one.responder });
    show(place, [id]);
  };
  fill(place,
    h("section", { class: "sheet-card" },
      h("h2", {}, one.post),
      h("p", {}, `${when(one.from_at)} – ${when(one.to_at)}`, point?.address ? h("span", { class: "detail" }, point.address) : null),
      one.began ? h("p", {}, t("Begun {time}", { time: when(one.began) })) : null,
      one.ended ? h("p", {}, t("Ended {time}", { time: when(one.ended) })) : null),
    !one.began && rest ? h("p", { class: "banner banner-absent", role: "note" }, h("b", { "aria-hidden": "true" }, "○"),
      h("span", {}, t("You should rest until {time}, another {left}. You can begin all the same; the command post sees it.",
        { time: when(rest), left: lasting((rest - now()) / 60_000) }))) : null,
    one.began && !one.ended ? h("p", { class: "note" }, t("On duty for {time}.", { time: lasting((now() - new Date(one.began).getTime()) / 60_000) })) : null,
    one.ended ? h("p", { class: "banner banner-doing" }, h("b", { "aria-hidden": "true" }, "☾"), h("span", {},
      t("Rest at least {n} hours: until {time}.", { n: me().rest_hours ?? 0, time: when(new Date(one.ended).getTime() + (me().rest_hours ?? 0) * 3_600_000) }))) : null,
    h("div", { class: "thumb" },
      one.began && !one.ended ? h("a", { class: "key", href: to("handover") }, t("Hand over first")) : null,
      !one.began ? h("button", { type: "button", class: "key key-main", onclick: () => tell("begin_shift") }, t("Begin shift")) : null,
      one.began && !one.ended ? h("button", { type: "button", class: "key key-main", onclick: () => tell("end_shift") }, t("End shift")) : null));
}
