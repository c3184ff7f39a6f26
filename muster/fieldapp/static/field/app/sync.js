// @ts-check
/** Up and down. No answer of any kind removes a record: only a receipt for that very record does. */
import { newId } from "./bytes.js";
import { heard } from "./clock.js";
import * as outbox from "./outbox.js";
import * as pack from "./pack.js";

/** @typedef {import("./identity.js").Phone} Phone */
/**
 * online: the last question was answered; offline: nobody answered; portal: somebody else did; busy: asked to wait;
 * revoked: out of service; waiting: nothing asked yet
 * @typedef {"waiting" | "online" | "offline" | "portal" | "busy" | "revoked" | "fault"} Line
 */

export const limits = {
  batch: 100, largest: 400, bytes: 600_000, quick: 5_000, patience: 45_000, idle: 60_000, pull: 20_000,
  firstPause: 2_000, longestPause: 300_000,
};
export const state = {
  line: /** @type {Line} */ ("waiting"), reason: "", sending: false, retryAt: 0, heardAt: 0, pulledAt: 0, pause: 0,
};
/** Who is told of changes. @type {Set<() => void>} */
export const listeners = new Set();
const tell = () => { for (const one of listeners) one(); };

/** @type {{phone: Phone | null, onWipe: () => Promise<void>, health: () => Promise<any>}} */
const known = { phone: null, onWipe: async () => {}, health: async () => ({}) };
let timer = 0;
let size = limits.batch; // how many records next time: more while that goes quickly, for large batches cost the server less
let most = limits.largest;
let again = false;

/** Begin: now and then, when the network comes back, when the page is shown, after every capture. @param {typeof known} told */
export function begin(told) {
  if (!known.phone) {
    window.addEventListener("online", () => soon(0));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(0); });
  }
  Object.assign(known, told);
  soon(0);
}

/** Sync before long; a pause the server asked for is kept. @param {number} [delay] */
export function soon(delay = 300) {
  clearTimeout(timer);
  timer = window.setTimeout(run, Math.max(delay, state.line === "busy" ? state.retryAt - Date.now() : 0));
}

/** One round: up until nothing is left, then down. Rounds never overlap. */
export async function run() {
  if (!known.phone) return;
  if (state.sending) { again = true; return; }
  state.sending = true;
  tell();
  let good = false;
  try {
    good = (await push()) && (!pullIsDue() || (await pull()));
  } catch (error) {
    line("fault", String(error));
  } finally {
    state.sending = false;
    const told = good || state.line === "busy"; // the server says itself when: no longer and longer pauses of our own
    state.pause = told ? 0 : Math.min(Math.max(state.pause * 2, limits.firstPause), limits.longestPause);
    const jitter = 0.5 + Math.random();
    const pause = good ? limits.idle * jitter : Math.max(state.pause * jitter, state.retryAt - Date.now());
    clearTimeout(timer);
    timer = window.setTimeout(run, again && good ? 0 : pause);
    again = false;
    tell();
  }
}

/** @param {Line} found @param {string} [reason] */
function line(found, reason = "") {
  state.line = found;
  state.reason = reason;
  if (found === "online") state.heardAt = Date.now();
}

/** Up: batches until nothing is unsent; one empty batch tells our state. @returns {Promise<boolean>} whether all is well */
async function push() {
  let batch = light(await outbox.unsent(size));
  do {
    if (!(await send(batch))) return false;
    batch = light(await outbox.unsent(size));
  } while (batch.length);
  await outbox.forgetOld();
  return true;
}

/** No more at once than goes up a slow line while the server is waited for; one at least. @param {import("./outbox.js").Held[]} batch */
export function light(batch) {
  let bytes = 0;
  const end = batch.findIndex((one, at) => { bytes += one.payload.length; return at > 0 && bytes > limits.bytes; });
  return end < 0 ? batch : batch.slice(0, end);
}

/** @param {import("./outbox.js").Held[]} batch */
async function send(batch) {
  const asked = Date.now();
  const phone = /** @type {Phone} */ (known.phone);
  const { made, unsent, oldest } = await outbox.count(phone.device);
  const rest = Math.max(0, unsent - batch.length); // what is left when this batch has arrived
  const since = rest && oldest ? new Date(oldest).toISOString() : null;
  const status = { made, unsent: rest, oldest: since, ...(await known.health()) };
  const head = JSON.stringify({ batch: newId(asked), sent_at: new Date(asked).toISOString(), phone: status });
  const sealed = batch.map((one) => one.payload).join(",");
  const body = `${head.slice(0, -1)},"commands":[],"sealed":[${sealed}]}`;
  const answer = await ask("/sync", { method: "POST", body });
  fit(batch.length, answer, Date.now() - asked);
  if (!answer) return false;
  if (answer.status === 413) {
    if (batch.length > 1) return true;
    line("fault", "413");
    return false;
  }
  const said = await content(answer);
  if (!said || (answer.ok && !Array.isArray(said.answers))) return false;
  const ours = new Set(batch.map((one) => one.id));
  const told = (Array.isArray(said.answers) ? said.answers : []).filter((/** @type {any} */ one) => ours.has(one?.id));
  const settled = await outbox.receive(told);
  if (said.now) heard(said.now, asked);
  if (said.wipe) await known.onWipe();
  if (answer.status === 401) { line("revoked", said.reason ?? ""); return false; }
  if (answer.status === 503 || answer.status === 429) { wait(answer, said.reason ?? ""); return false; }
  if (!answer.ok) { line("fault", said.reason ?? String(answer.status)); return false; }
  if (batch.length && !settled) { line("fault", "no receipts"); return false; }
  line("online");
  tell();
  return true;
}

/** How many to send next time. @param {number} sent @param {Response | null} answer @param {number} took milliseconds */
function fit(sent, answer, took) {
  if (answer?.status === 413) most = size = Math.max(1, Math.floor(size / 2));
  else if (!answer || took > limits.quick) size = Math.min(limits.batch, most);
  else if (answer.ok && sent === size) size = Math.min(2 * size, most);
}

/** Told to wait: so long and a little more, each phone another little. @param {Response} answer @param {string} reason */
function wait(answer, reason) {
  const asked = Number(answer.headers.get("Retry-After")) || 5;
  state.retryAt = Date.now() + asked * 1000 * (1 + Math.random());
  line("busy", reason);
}

/** Not after every record: the list is asked for now and then. */
const pullIsDue = () => !pack.meta().etag || Math.abs(Date.now() - state.pulledAt) > limits.pull;

/** Down: what changed of our share, checked before it is read. */
async function pull() {
  if (!pack.isOpen()) return true;
  const phone = /** @type {Phone} */ (known.phone);
  /** @type {Record<string, string>} */
  const headers = { "Muster-Have": pack.have() };
  if (pack.meta().etag) headers["If-None-Match"] = pack.meta().etag;
  const answer = await ask("/sync/bundle", { headers, cache: "no-store" });
  if (!answer) return false;
  if (answer.status === 503 || answer.status === 429) { wait(answer, ""); return false; }
  if (answer.status === 304) { state.pulledAt = Date.now(); return true; }
  if (!answer.ok) { line(answer.status === 401 ? "revoked" : answer.status ? "fault" : "portal", String(answer.status)); return false; }
  const body = new Uint8Array(await answer.arrayBuffer());
  const signature = answer.headers.get("Muster-Signature");
  if (!signature) { line("portal"); return false; }
  if (!(await pack.isSigned(phone.signer, signature, body))) { line("fault", "signature"); return false; }
  const bundle = JSON.parse(new TextDecoder().decode(body));
  if (bundle.device !== phone.device || !pack.isOpen()) return true;
  await pack.apply(bundle);
  state.pulledAt = Date.now();
  return true;
}

/** Ask the server; nothing when nobody answers in time. @param {string} path @param {RequestInit} options */
async function ask(path, options) {
  const phone = /** @type {Phone} */ (known.phone);
  const headers = {
    ...options.headers, Authorization: `Bearer ${phone.token}`, "Accept-Language": document.documentElement.lang,
  };
  try {
    return await fetch(path, {
      ...options, headers, credentials: "omit", redirect: "manual", signal: AbortSignal.timeout(limits.patience),
    });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    line("offline");
    return null;
  }
}

/** The JSON of an answer; a page of a captive portal or a broken line is none. @param {Response} answer */
async function content(answer) {
  try {
    const said = await answer.json();
    if (said && typeof said === "object") return said;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof DOMException)) throw error;
  }
  if (answer.status === 503 || answer.status === 429) wait(answer, "");
  else line(answer.status >= 500 ? "fault" : "portal", String(answer.status || ""));
  return null;
}
