// @ts-check
/** The gate: scan, see PASS, AMBER or STOP, go on. Works without a network; every scan is recorded, refusals too. */
import { offset } from "../clock.js";
import { fill, h, sheet } from "../dom.js";
import { judge as prepare } from "../passes/judge.js";
import * as pack from "../pack.js";
import { now, record, row, rows, signal, toast } from "../phone.js";
import { to } from "../routes.js";
import { camera, wedge } from "../scan.js";
import { stayAwake } from "../signals.js";
import * as sync from "../sync.js";
import { language, lasting, t, when } from "../t.js";

const BACK_MS = 2_000;
const LISTS_AT = "gate-lists-at";

export const title = () => t("Who may pass?");

const gates = () => rows("points").filter((one) => one.kind === "gate");

export function cards() {
  const mine = gates().filter((one) => one.mine);
  return (mine.length ? mine : gates().slice(0, 1)).map((one) => ({
    to: to("gate", one.id), kind: t("gate"), order: 5, title: one.name, detail: one.address, state: "open", word: t("scan passes"),
  }));
}

/** When the lists of this phone were last known to be the newest: milliseconds of the server's clock, 0 for never. */
function listsAt() {
  if (pack.meta().cut.gate) return 0; // a list with holes is as good as none
  const issued = new Date(pack.meta().issued_at || 0).getTime();
  const asked = sync.state.pulledAt ? sync.state.pulledAt + offset() : 0;
  const at = Math.min(Math.max(Number(localStorage.getItem(LISTS_AT) ?? 0), issued, asked), now());
  if (!pack.meta().unsaved) localStorage.setItem(LISTS_AT, String(at)); // else there are older ones on the disk
  return at;
}

/** The judge over what this phone holds now. */
export function judge() {
  const rules = row("gate", "rules") ?? { keys: [], hours: 0 };
  const revoked = rows("gate").filter((one) => one.marks !== undefined).map((one) => one.marks);
  const held = rows("gate").flatMap((one) => one.held ?? []);
  return prepare({ keys: rules.keys, revoked, held, listed: rows("listed"), hours: rules.hours, made: listsAt() });
}

/** Why, in words a guard can say. @param {string} reason */
export function words(reason) {
  /** @type {Record<string, () => string>} */
  const said = {
    good: () => t("The pass holds."),
    list_old: () => t("The pass holds, but the list of this phone is old. Let through; it is recorded."),
    revoked: () => t("Revoked. The office that issued it gives a new one."),
    on_hold: () => t("On hold: a test is to be repeated. Ask them to wait apart and call the command post; the sick go through first."),
    expired: () => t("Expired. To be renewed; the sick go through first, papers follow."),
    not_yet: () => t("Not valid yet."),
    tampered: () => t("The signature does not hold: changed or forged. Tell the command post."),
    unknown_key: () => t("Signed by nobody this phone knows. Update the list, or ask the command post."),
    algorithm: () => t("Signed in a way that is not accepted: likely forged. Tell the command post."),
    unprotected: () => t("It carries words that nobody signed. Tell the command post."),
    critical: () => t("It demands something this phone does not know. Search by number."),
    not_signed: () => t("It is not signed as passes are. Tell the command post."),
    claims: () => t("What it says is incomplete. The office that issued it gives a new one."),
    too_big: () => t("It unpacks to more than a pass holds: made to harm. Tell the command post."),
    not_a_pass: () => t("This is no pass of ours. Scan again, or search by number."),
  };
  return (said[reason] ?? (() => t("The code cannot be read. Hold it flat and scan again, or search by number.")))();
}

const LOOKS = { pass: ["✓", "good"], amber: ["!", "next"], stop: ["✕", "bad"] };
/** @param {"pass" | "amber" | "stop"} verdict */
const word = (verdict) => ({ pass: t("PASS"), amber: t("PASS, recorded"), stop: t("STOP") })[verdict];
/** @param {string} kind */
const kindWord = (kind) => ({
  resident: t("resident"), staff: t("staff"), visitor: t("visitor"), delivery: t("delivery"), medical: t("medical"),
})[kind] ?? kind;

/** The whole screen in one colour, shape and word. @param {import("../passes/judge.js").Verdict} found @param {() => void} after */
function shown(found, after) {
  const about = found.claims ?? found.listed;
  const who = found.listed?.holder || found.claims?.holder || "";
  const tail = found.listed?.tail || found.claims?.tail || "";
  const [shape, sound] = LOOKS[found.verdict];
  const place = h("div", { class: `verdict verdict-${found.verdict}`, role: "alert", "data-verdict": found.verdict, "data-reason": found.reason },
    h("span", { class: "verdict-shape", "aria-hidden": "true" }, shape),
    h("strong", {}, word(found.verdict)),
    about ? h("p", { class: "verdict-who" }, [kindWord(about.kind), who, tail ? t("ends in {tail}", { tail }).replaceAll(" ", "\u00a0") : ""].filter(Boolean).join(" · ")) : null,
    about ? h("p", {}, t("No. {code}, valid until {time}", { code: about.code, time: when(about.valid_to * 1000) })) : null,
    found.claims?.zone ? h("p", {}, found.claims.zone) : null,
    h("p", {}, words(found.reason)));
  const close = () => { clearTimeout(timer); place.remove(); after(); };
  const timer = setTimeout(close, BACK_MS);
  place.addEventListener("click", close);
  document.body.append(place);
  signal(/** @type {any} */ (sound));
  return close;
}

/** @param {HTMLElement} place @param {string[]} rest */
export async function show(place, [id]) {
  wear();
  const gate = row("points", id) ?? gates()[0];
  if (!gate || !row("gate", "rules")) {
    fill(place, h("p", { class: "empty" }, t("No gate on this phone yet. The command post gives you a shift at one; then come back.")));
    return;
  }
  const held = { judge: await judge(), busy: false, close: () => {} };
  const last = h("p", { class: "note last", role: "status" }, t("Hold the pass before the camera, or scan it."));
  const age = h("p", { class: "age list-age" });
  const tell = () => {
    const minutes = (now() - listsAt()) / 60_000;
    fill(age, listsAt() ? t("List updated {time} ago", { time: lasting(minutes) }) : t("No list yet"));
    age.classList.toggle("is-old", held.judge.isOld(now()));
  };

  /** @param {import("../passes/judge.js").Verdict} found @param {any} known */
  const decided = async (found, known) => {
    held.close = shown(found, () => { held.busy = false; });
    performance.mark("gate-shown");
    fill(last, `${LOOKS[found.verdict][0]} ${word(found.verdict)} · ${words(found.reason)}`);
    const keeps = row("gate", "rules").keeps && (found.claims || found.listed);
    await record("scan_pass", { gate: gate.id, verdict: found.verdict, reason: found.reason, ...(keeps ? known : {}) }, { quiet: true });
  };

  /** @param {string} text */
  const code = async (text) => {
    if (held.busy || document.querySelector("dialog[open]")) return;
    held.busy = true;
    performance.mark("gate-code");
    await decided(await held.judge.shown(text, now()), { token: text });
  };

  const look = () => search(held.judge, async (found, listed) => {
    held.busy = true;
    await decided(found, { pass_id: listed.id });
  });
  const eye = /** @type {HTMLVideoElement} */ (h("video", { class: "eye gate-eye", playsinline: true, muted: true, "aria-label": t("Camera") }));
  const trouble = h("p", { class: "note", hidden: true });
  fill(place, h("h2", {}, gate.name), eye, trouble, last,
    h("div", { class: "ways" },
      h("button", { type: "button", class: "key", id: "by-hand", onclick: look }, t("Search by number")),
      h("button", { type: "button", class: "key", id: "no-papers", onclick: () => letThrough(gate) }, t("Without papers: let through")),
      h("button", { type: "button", class: "key", id: "turned-away", onclick: () => turnedAway(gate, last) }, t("No pass: turned away"))),
    age);
  tell();
  let of = pack.meta().etag;
  const again = async () => { // the line is told of every scan that was sent; lists are made ready only when they changed
    if (of !== pack.meta().etag) held.judge = await judge();
    else held.judge.freshen(listsAt());
    of = pack.meta().etag;
    tell();
  };
  sync.listeners.add(again);
  const timer = setInterval(tell, 10_000);
  const stopWedge = wedge(place, code, t("Scanner types here"));
  const awake = await stayAwake();
  const eyes = await openEyes(eye, code, trouble);
  return () => { clearInterval(timer); sync.listeners.delete(again); stopWedge(); awake(); eyes?.close(); held.close(); };
}

/** @param {HTMLVideoElement} eye @param {(text: string) => void} code @param {HTMLElement} trouble */
async function openEyes(eye, code, trouble) {
  try {
    return await camera(eye, code);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    eye.hidden = true;
    trouble.hidden = false;
    fill(trouble, t("No camera here. Use a scanner, or search by number."));
    return null;
  }
}

/** Somebody without a code: find the pass by the end of its number or of the document.
 * @param {Awaited<ReturnType<typeof prepare>>} judge @param {(found: any, listed: any) => void} chosen */
function search(judge, chosen) {
  const list = h("ul", { class: "rows" });
  const input = /** @type {HTMLInputElement} */ (h("input", { class: "code", id: "tail", autocomplete: "off", maxlength: 20, oninput: () => {
    const found = judge.ending(input.value).slice(0, 20);
    fill(list, found.map((one) => h("li", {}, h("button", { type: "button", class: "key", onclick: () => { close(); chosen(judge.found(one, now()), one); } },
      `${one.code} · ${kindWord(one.kind)} · ${one.holder || "—"}${one.tail ? ` · …${one.tail}` : ""}`))),
      found.length || input.value.trim().length < 2 ? null : h("li", { class: "note" }, t("Nobody on the list of this phone. Ask the command post.")));
  } }));
  const { close } = sheet(t("Search by number"), [
    h("label", { for: "tail" }, t("End of the pass number or of the document (two letters or more)")), input, list,
    h("button", { type: "button", class: "key", onclick: () => close() }, t("Close")),
  ]);
  input.focus();
}

/** Care comes first: through now, papers later, somebody answers for it. @param {any} gate */
function letThrough(gate) {
  const choices = row("gate", "rules").exceptions.map((/** @type {any} */ one) => h("button", { type: "button", class: "key choice-key", onclick: async () => {
    close();
    await record("open_exception", { gate: gate.id, kind: one.code });
    await record("scan_pass", { gate: gate.id, verdict: "amber", reason: one.code }, { quiet: true });
  } }, h("span", {}, language === "en" ? one.en : one.zh), h("span", { class: "detail" }, language === "en" ? one.rule_en : one.rule_zh)));
  const { close } = sheet(t("Why without papers?"), [
    choices.length ? choices : h("p", { class: "empty" }, t("The protocol names no exceptions. Ask the command post.")),
    h("button", { type: "button", class: "key", onclick: () => close() }, t("Close")),
  ]);
}

/** @param {any} gate @param {HTMLElement} last */
async function turnedAway(gate, last) {
  await record("scan_pass", { gate: gate.id, verdict: "stop", reason: "none" });
  fill(last, t("Turned away without a pass: counted."));
  toast(t("Saved on this phone"), "done");
}

/** The look of this screen, loaded with it. */
function wear() {
  const address = new URL("../../look/gate.css", import.meta.url).href;
  if ([...document.styleSheets].some((one) => one.href === address)) return;
  document.head.append(h("link", { rel: "stylesheet", href: address }));
}
