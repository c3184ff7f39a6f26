// @ts-check
/**
 * What this phone captured, until the server has it. A database of its own whose form never changes: version 1 is
 * frozen, so no update can fail on it. Nothing here is readable on this phone, and nothing but age after a receipt
 * removes anything.
 */
import { newId } from "./bytes.js";
import { seal } from "./seal.js";
import { all, answer, get, open, write } from "./store.js";

const NAME = "muster-outbox";
const KEEP_DAYS = 14;
export const SETTLED = new Set(["stored", "duplicate", "quarantined", "refused", "conflict"]);

/**
 * @typedef {{id: string, place: number, device: string, seq: number, v: number, made: number, payload: string}} Held
 *   one sealed record, opaque; `place` is its turn on this phone, `seq` that of its enrolment
 * @typedef {{id: string, result: string, code: string, reason: string, at: number}} Receipt
 */

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** The database, made once and never upgraded. */
function database() {
  opened ??= open(NAME, 1, (db) => {
    db.createObjectStore("items", { keyPath: "id" }).createIndex("place", "place", { unique: true });
    db.createObjectStore("receipts", { keyPath: "id" });
    db.createObjectStore("head");
  });
  opened.catch(() => { opened = null; });
  return opened;
}

/** One writer at a time, over all tabs. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
async function alone(act) {
  if (navigator.locks) return navigator.locks.request("muster-outbox", act);
  const turn = waiting.then(act, act);
  waiting = turn.catch(() => {});
  return turn;
}
/** @type {Promise<any>} */
let waiting = Promise.resolve();

/**
 * Capture one command. Resolves only when it is on the disk; rejects when it is not kept, and then nothing is.
 * @param {import("./seal.js").Keys} keys
 * @param {{name: string, body: any, by?: string, id?: string}} said
 * @returns {Promise<{id: string, seq: number}>}
 */
export function capture(keys, said) {
  return alone(async () => {
    const db = await database();
    const now = Date.now();
    const before = (await get(db, "head", keys.device)) ?? { seq: 0, mark: "" };
    const place = ((await get(db, "head", "place")) ?? 0) + 1;
    const { name, body, by } = said;
    const command = { id: said.id ?? newId(now), name, at: new Date(now).toISOString(), seq: before.seq + 1, by, body };
    const { item, mark } = await seal(keys, command, before.mark);
    await write(db, ["items", "head"], (transaction) => {
      const { id, seq } = item;
      const held = { id, place, device: keys.device, seq, v: 1, made: now, payload: JSON.stringify(item) };
      transaction.objectStore("items").add(held);
      transaction.objectStore("head").put(place, "place");
      transaction.objectStore("head").put({ seq, mark }, keys.device);
    });
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

/** Write down what the server said of each record. @param {{id: string, result: string, code?: string, reason?: string}[]} answers */
export async function receive(answers) {
  const told = answers.filter((one) => one.id && SETTLED.has(one.result));
  if (!told.length) return 0;
  const db = await database();
  await write(db, ["receipts"], (transaction) => {
    for (const one of told) {
      transaction.objectStore("receipts").put(
        { id: one.id, result: one.result, code: one.code ?? "", reason: one.reason ?? "", at: Date.now() },
      );
    }
  });
  return told.length;
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
  const db = await database();
  const before = now - days * 86_400_000;
  const old = (await receipts()).filter((one) => one.at < before && SETTLED.has(one.result));
  if (!old.length) return 0;
  await write(db, ["items", "receipts"], (transaction) => {
    for (const one of old) {
      transaction.objectStore("items").delete(one.id);
      transaction.objectStore("receipts").delete(one.id);
    }
  });
  return old.length;
}

/**
 * Take sealed records of another phone along; they are kept and sent like our own.
 * @param {import("./seal.js").Item[]} items @returns {Promise<number>} how many were new here
 */
export function carry(items) {
  return alone(async () => {
    const db = await database();
    const known = new Set(await answer(db.transaction("items").objectStore("items").getAllKeys()));
    const fresh = items.filter((one) => typeof one?.id === "string" && typeof one.box === "string" && !known.has(one.id));
    let place = (await get(db, "head", "place")) ?? 0;
    await write(db, ["items", "head"], (transaction) => {
      for (const item of fresh) {
        place += 1;
        const { id, device, seq } = item;
        transaction.objectStore("items").add({ id, place, device, seq, v: 1, made: Date.now(), payload: JSON.stringify(item) });
      }
      transaction.objectStore("head").put(place, "place");
    });
    return fresh.length;
  });
}
