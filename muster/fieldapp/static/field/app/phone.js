// @ts-check
/** What a screen may use: who works here, what can be read, how to record. */
import { now } from "./clock.js";
import { h } from "./dom.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import * as pack from "./pack.js";
import { signal } from "./signals.js";
import * as sync from "./sync.js";
import { t } from "./t.js";

export { now, signal };
export const { rows, done } = pack;

/** The enrolment, once there is one. @type {identity.Phone | null} */
let enrolled = null;
/** Who has unlocked it. @type {{id: string, name: string} | null} */
let at = null;

export const phone = () => enrolled;
export const person = () => at;
/** @param {identity.Phone | null} found */
export const setPhone = (found) => { enrolled = found; };
/** @param {{id: string, name: string} | null} found */
export const setPerson = (found) => { at = found; };

/** The one row of a section with this id. @param {string} section @param {string} id */
export const row = (section, id) => rows(section).find((one) => one.id === id);

/** What is known of me and the incident. */
export const me = () => row("me", "me") ?? {};

/**
 * Record one command. Resolves when it is on the disk; says "saved" only then. When the phone cannot keep it, says so
 * loudly and rejects: nothing was recorded.
 * @param {string} name one of docs/reference/commands.md @param {any} body
 * @param {{quiet?: boolean, by?: string, deed?: any}} [how] `deed`: what stays readable here, where that is not the body
 * @returns {Promise<string>} the id of the record
 */
export async function record(name, body, how = {}) {
  const found = /** @type {identity.Phone} */ (enrolled);
  const by = how.by ?? at?.id;
  const keys = { device: found.device, kid: found.kid, server: found.server, sign: found.sign };
  try {
    const { id } = await outbox.capture(keys, { name, body, by });
    await pack.addDeed({ id, name, body: how.deed ?? body, by: by ?? "", at: Date.now() }).catch((error) => console.warn(error));
    if (!how.quiet) { signal("good"); toast(t("Saved on this phone"), "done"); }
    sync.soon();
    return id;
  } catch (error) {
    signal("bad");
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    toast(full ? t("NOT saved: the phone's storage is full. Free space or write it on paper.")
      : t("NOT saved. Write it on paper and call the command post."), "late", 8000);
    throw error;
  }
}

/** Take back something captured here. @param {string} id of the record @param {string} kind e.g. worklists.visit */
export const retract = (id, kind) => record("retract_fact", { target: id, kind, reason: "slip" });

let timer = 0;
/** One line at the bottom for a moment. @param {string} words @param {string} [state] @param {number} [ms] */
export function toast(words, state = "", ms = 2500) {
  let place = document.getElementById("toast");
  if (!place) {
    place = h("div", { id: "toast", role: "status", "aria-live": "polite" });
    document.body.append(place);
  }
  place.textContent = words;
  place.className = `toast state-${state}`;
  place.hidden = false;
  clearTimeout(timer);
  timer = window.setTimeout(() => { if (place) place.hidden = true; }, ms);
}
