// @ts-check
/** The code of a place: who comes in is counted. Numbers are for the one who answers for the place; nobody gets a trail. */
import { fill, h, wear } from "../dom.js";
import { done, record, row, rows, signal } from "../phone.js";
import { go, to } from "../routes.js";
import { meta } from "../pack.js";
import { camera, wedge } from "../scan.js";
import { t } from "../t.js";
import { meaning } from "../line.js";

const PLACE = /^MUSP:([0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12})$/;

export const title = () => t("Who comes in?");

export function cards() {
  const mine = rows("places").map((one) => ({
    to: to("place", one.id), kind: t("my place"), title: one.name, detail: one.address, state: "open", order: 7, word: t("{n} today", { n: one.today + unseen(one.id) }),
  }));
  if (!row("gate", "rules")) return mine;
  return [...mine, { to: to("place"), kind: t("place code"), title: t("Check in at a place"), detail: t("scan the poster of the place"), state: "open", order: 60 }];
}

/** What this phone counted since the list was made. @param {string} id */
function unseen(id) {
  const listed = meta().issued_at ? new Date(meta().issued_at).getTime() : 0;
  const gone = new Set(done("retract_fact").map((deed) => deed.body.target));
  return done("check_in_place").filter((deed) => deed.body.point === id && deed.at > listed && !gone.has(deed.id)).length;
}

/** @param {HTMLElement} place @param {string[]} rest */
export async function show(place, [id]) {
  wear("line");
  const board = h("section", { class: "tube", "aria-live": "polite" });
  const said = h("p", { class: "note last", role: "status" });
  const mine = row("places", id);
  const name = mine?.name ?? row("points", id)?.name;
  const draw = () => fill(board, h("h2", {}, id ? name ?? t("the place on the poster") : t("Scan the poster of the place first")),
    mine ? h("p", { class: "big", id: "today" }, t("{n} today", { n: mine.today + unseen(id) })) : null,
    mine ? h("p", { class: "detail" }, t("{n} in the last hour", { n: mine.hour + unseen(id) })) : id ? h("p", { class: "detail" }, t("Numbers are for the administrator of this place.")) : null);
  /** @param {string | null} resident */
  const enter = async (resident) => {
    const kept = resident && row("gate", "rules")?.keeps ? { resident } : {};
    await record("check_in_place", { point: id, ...kept }, { quiet: true, deed: { point: id } });
    signal("good");
    fill(said, `✓ ${t("Counted. Saved on this phone.")}`);
    said.className = "note last state-done";
    draw();
  };
  /** @param {string} text */
  const scanned = async (text) => {
    const poster = PLACE.exec(text.trim().toUpperCase());
    if (poster) { if (poster[1].toLowerCase() !== id) go("place", poster[1].toLowerCase()); return; }
    const found = meaning(text);
    if (!id || found.kind === "tube" || found.kind === "misread") {
      signal("bad");
      fill(said, `✕ ${id ? t("This is no person. Scan again, or count by hand.") : t("Scan the poster of the place first")}`);
      said.className = "note last state-late";
    } else await enter(found.kind === "person" ? found.value : null);
  };
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye line-eye", playsinline: true, muted: true, "aria-label": t("Camera") }));
  fill(place, board, said, eye, h("p", { class: "note" }, t("Only numbers are shown. Nobody sees where somebody was.")),
    id ? h("div", { class: "ways" }, h("button", { type: "button", class: "key key-main", id: "one-more", onclick: () => enter(null) }, t("One person came in"))) : null);
  draw();
  const stop = wedge(place, scanned, t("Scanner types here"));
  const eyes = await camera(eye, scanned).catch((error) => {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    eye.hidden = true; // a desk with a scanner has no camera
    return null;
  });
  return () => { stop(); eyes?.close(); };
}
