// @ts-check
/**
 * What this phone captured, until the server has it. A database of its own whose form never changes: version 1 is
 * frozen, so no update can fail on it. Nothing here is readable on this phone, and nothing without the server's receipt
 * is ever removed: with it after two weeks, on a full phone sooner.
 */
import { newId } from "./bytes.js";
import { seal } from "./seal.js";
import { all, alone, answer, database as kept, get, isFull, write } from "./store.js";

const NAME = "muster-outbox";
const KEEP_DAYS = 14;
const KEEP_FULL_DAYS = 1 / 24; // on a full phone
export const SETTLED = new Set(["stored", "duplicate", "quarantined", "refused", "conflict"]);

/**
 * @typedef {{id: string, place: number, device: string, seq: number, v: number, made: number, payload: string}} Held
 *   one sealed record, opaque; `place` is its turn on this phone, `seq` that of its enrolment
 * @typedef {{id: string, result: string, code: string, reason: string, at: number}} Receipt
 */

/** Made once and never upgraded. */
const database = kept(NAME, 1, (db) => {
  db.createObjectStore("items", { keyPath: "id" }).createIndex("place", "place", { unique: true });
  db.createObjectStore("receipts", { keyPath: "id" });
  db.createObjectStore("head");
});

/** Write, and where there is no room, once more without what the server has had for an hour. @param {() => Promise<void>} act */
async function inRoom(act) {
  try {
    await act();
  } catch (error) {
    if (!isFull(error) || !(await forgetOld(KEEP_FULL_DAYS))) throw error;
    await act();
  }
}

/**
 * Capture one command. Resolves only when it is on the disk; rejects when it is not kept, and then nothing is.
 * @param {import("./seal.js").Keys} keys
 * @param {{name: string, body: any, by?: string, id?: string}} said
 * @returns {Promise<{id: string, seq: number}>}
 */
export function capture(keys, said) {
  return alone(NAME, async () => {
    const db = await database();
    const now = Date.now();
    const before = (await get(db, "head", keys.device)) ?? { seq: 0, mark: "" };
    const place = ((await get(db, "head", "place")) ?? 0) + 1;
    const { name, body, by } = said;
    const command = { id: said.id ?? newId(now), name, at: new Date(now).toISOString(), seq: before.seq + 1, by, body };
    const { item, mark } = await seal(keys, command, before.mark);
    await inRoom(() => write(db, ["items", "head"], (transaction) => {
      const { id, seq } = item;
      const held = { id, place, device: keys.device, seq, v: 1, made: now, payload: JSON.stringify(item) };
      transaction.objectStore("items").add(held);
      transaction.objectStore("head").put(place, "place");
      transaction.objectStore("head").put({ seq, mark }, keys.device);
    }));
    return { id: command.id, seq: command.seq };
  });
}

/** Names of the records without a receipt, oldest first: what they say need not be read. @param {IDBTransaction} transaction */
async function waitingIds(transaction) {
  const [ids, known] = await Promise.all([
    answer(transaction.objectStore("items").index("place").getAllKeys()),
    answer(transaction.objectStore("receipts").getAllKeys()),
  ]);
  const done = new Set(known);
  return ids.filter((one) => !done.has(one));
}

/** Records without a receipt, oldest first. @param {number} [most] @returns {Promise<Held[]>} */
export async function unsent(most) {
  const transaction = (await database()).transaction(["items", "receipts"]);
  const ids = (await waitingIds(transaction)).slice(0, most);
  const items = transaction.objectStore("items");
  return Promise.all(ids.map((one) => answer(items.get(one))));
}

/** Everything that is still here, oldest first. @returns {Promise<Held[]>} */
export async function everything() {
  const db = await database();
  return answer(db.transaction("items").objectStore("items").index("place").getAll());
}

/** How many an enrolment made, how many of all are unsent, and since when. @param {string} device */
export async function count(device) {
  const transaction = (await database()).transaction(["items", "receipts", "head"]);
  const [ids, head] = await Promise.all([waitingIds(transaction), answer(transaction.objectStore("head").get(device))]);
  const first = ids.length ? await answer(transaction.objectStore("items").get(ids[0])) : null;
  return { made: head?.seq ?? 0, unsent: ids.length, oldest: first?.made ?? null };
}

/**
 * Write down what the server said of each record. Where there is no room even for that, what it has stored goes.
 * @param {{id: string, result: string, code?: string, reason?: string}[]} answers @returns {Promise<number>} how many
 */
export async function receive(answers) {
  const told = answers.filter((one) => one.id && SETTLED.has(one.result));
  if (!told.length) return 0;
  const db = await database();
  try {
    await inRoom(() => write(db, ["receipts"], (transaction) => {
      for (const one of told) {
        transaction.objectStore("receipts").put(
          { id: one.id, result: one.result, code: one.code ?? "", reason: one.reason ?? "", at: Date.now() },
        );
      }
    }));
  } catch (error) {
    if (!isFull(error)) throw error;
    return drop(told.filter((one) => one.result === "stored" || one.result === "duplicate"));
  }
  return told.length;
}

/** @param {{id: string}[]} gone @returns {Promise<number>} how many */
async function drop(gone) {
  if (!gone.length) return 0;
  await write(await database(), ["items", "receipts"], (transaction) => {
    for (const one of gone) {
      transaction.objectStore("items").delete(one.id);
      transaction.objectStore("receipts").delete(one.id);
    }
  });
  return gone.length;
}

/** @returns {Promise<Receipt[]>} */
export const receipts = async () => all(await database(), "receipts");

/** "Send all again": forget the receipts, keep the records. The server knows what it has. */
export async function sendAgain() {
  const db = await database();
  await write(db, ["receipts"], (transaction) => { transaction.objectStore("receipts").clear(); });
}

/** Remove what the server acknowledged and is older than the days we keep. Never anything without a receipt. */
export async function forgetOld(days = KEEP_DAYS, now = Date.now()) {
  const before = now - days * 86_400_000;
  return drop((await receipts()).filter((one) => one.at < before && SETTLED.has(one.result)));
}

const WORDS = /^[\w-]*$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A record and nothing else, so that no other thing holds up what is sent with it. @param {any} item @returns {import("./seal.js").Item | null} */
function plain(item) {
  const { v, id, device, seq, prev, kid, epk, box, sig } = item ?? {};
  const isOne = [v, seq].every(Number.isSafeInteger) && [id, device].every((one) => ID.test(one)) &&
    [prev, kid, epk, box, sig].every((one) => typeof one === "string" && WORDS.test(one));
  return isOne ? { v, id, device, seq, prev, kid, epk, box, sig } : null;
}

/**
 * Take sealed records of another phone along; they are kept and sent like our own.
 * @param {any[]} items @returns {Promise<number>} how many were new here
 */
export function carry(items) {
  return alone(NAME, async () => {
    const db = await database();
    const known = new Set(await answer(db.transaction("items").objectStore("items").getAllKeys()));
    const told = items.map(plain).filter((one) => one !== null);
    const fresh = [...new Map(told.map((one) => [one.id, one])).values()].filter((one) => !known.has(one.id));
    let place = (await get(db, "head", "place")) ?? 0;
    const first = place;
    await inRoom(() => write(db, ["items", "head"], (transaction) => {
      place = first;
      for (const item of fresh) {
        place += 1;
        const { id, device, seq } = item;
        transaction.objectStore("items").add({ id, place, device, seq, v: 1, made: Date.now(), payload: JSON.stringify(item) });
      }
      transaction.objectStore("head").put(place, "place");
    }));
    return fresh.length;
  });
}
