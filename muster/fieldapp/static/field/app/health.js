// @ts-check
/** What could lose a record, said before it does: storage, clock, age of the oldest unsent one. */
import { wrong } from "./clock.js";
import * as outbox from "./outbox.js";
import * as pack from "./pack.js";
import { failed } from "./routes.js";
import { state } from "./sync.js";
import { lasting, t } from "./t.js";

const MB = 1_048_576;
const LEAST_MB = 200;
const CLOCK_OFF = 120_000;
const OLDEST = 30 * 60_000;

let kept = /** @type {boolean | null} */ (null);
let free = /** @type {number | null} */ (null);

/** Ask the browser to keep our storage, and how much room there is. */
export async function look() {
  try {
    kept = (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.()) || false;
    const room = await navigator.storage?.estimate?.();
    free = room?.quota === undefined ? null : Math.max(0, Math.floor((room.quota - (room.usage ?? 0)) / MB));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
  }
  return { kept, free, build: location.pathname.split("/")[2] ?? "" };
}

/** @typedef {{id: string, level: "late" | "absent" | "doing", words: string, act?: {words: string, run: () => void}}} Banner */

/** What must be said now, worst first. @param {string} device @returns {Promise<Banner[]>} */
export async function banners(device) {
  /** @type {Banner[]} */
  const found = [];
  let waiting = { unsent: 0, oldest: /** @type {number | null} */ (null), made: 0 };
  try {
    waiting = await outbox.count(device);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    found.push({ id: "outbox", level: "late", words: t("This phone cannot save anything now. Use paper and call the command post.") });
  }
  if (state.line === "revoked") found.push({ id: "revoked", level: "late", words: state.reason || t("This phone is out of service. What it holds is kept; take it to the command post.") });
  if (free !== null && free < LEAST_MB) found.push({ id: "space", level: "late", words: t("Only {n} MB of storage left. Free space before you go on.", { n: free }) });
  const mine = pack.rows("me")[0]; // a training server's clock runs ahead on purpose
  if (mine && !mine.training && wrong() > CLOCK_OFF) found.push({ id: "clock", level: "late", words: t("The clock of this phone is wrong by {time}. Set it to automatic.", { time: lasting(wrong() / 60_000) }) });
  const age = waiting.oldest === null ? 0 : Math.abs(Date.now() - waiting.oldest);
  if (age > OLDEST) found.push({ id: "old", level: "late", words: t("{n} records unsent, the oldest for {time}. Find a network, or hand them over as a file.", { n: waiting.unsent, time: lasting(age / 60_000) }) });
  if (kept === false) found.push({ id: "kept", level: "late", words: t("The browser may clear this phone's storage. Install the app: menu, Add to home screen.") });
  if (state.line === "busy") found.push({ id: "busy", level: "absent", words: `${state.reason || t("The server is busy and sheds load.")} ${t("Tries again in {n} s. Your records are kept.", { n: Math.max(1, Math.ceil((state.retryAt - Date.now()) / 1000)) })}` });
  if (state.line === "portal") found.push({ id: "portal", level: "absent", words: t("The network answers with a page of its own. Open the browser and sign in to the network.") });
  if (state.line === "fault" && waiting.unsent) found.push({ id: "fault", level: "absent", words: t("The server could not take the records ({code}). They are kept and sent again.", { code: state.reason.slice(0, 60) }) });
  if (failed.length) found.push({ id: "screens", level: "absent", words: t("Some screens did not load: {names}. Recording and sending work.", { names: failed.join(", ") }) });
  return found;
}

