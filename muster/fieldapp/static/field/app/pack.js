// @ts-check
/** What can be read on this phone: the bundle and our own deeds, encrypted under a key that a PIN unwraps. */
import { decode, text, utf8 } from "./bytes.js";
import { now } from "./clock.js";
import { all, database as kept, isFull, write } from "./store.js";

const DEEDS_DAYS = 3;

/** @typedef {{id: string, name: string, body: any, by: string, at: number}} Deed something captured here, readable */

const database = kept("muster-pack", 1, (db) => {
  db.createObjectStore("sections", { keyPath: "name" });
  db.createObjectStore("deeds", { keyPath: "id" });
});

/** @type {CryptoKey | null} */
let key = null;
/** @type {Uint8Array<ArrayBuffer> | null} */
let raw = null;
/** @type {Map<string, {marks: string, buckets: Record<string, any[]>}>} */
let sections = new Map();
/** @type {Map<string, Deed>} */
let deeds = new Map();
const NOTHING = { etag: "", issued_at: "", lease_until: "", cut: /** @type {Record<string, number>} */ ({}), unsaved: false };
/** `unsaved`: there was no room for it; it is right, and only in memory */
let about = NOTHING;

export const isOpen = () => key !== null;
export const meta = () => about;

/** The time is over for which this may be read without hearing from the server. */
export const isOver = () => new Date(about.lease_until).getTime() < now();

/** A fresh key for a phone that holds nothing yet. */
export const newKey = () => crypto.getRandomValues(new Uint8Array(32));

/** The key in memory, to wrap it for another person. */
export const keyInHand = () => raw;

/** @param {any} value */
async function close(value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, /** @type {CryptoKey} */ (key), utf8(JSON.stringify(value)));
  return { iv, data };
}

/** @param {{iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} closed */
async function unclose(closed) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: closed.iv }, /** @type {CryptoKey} */ (key), closed.data);
  return JSON.parse(text(new Uint8Array(plain)));
}

/** Read everything into memory under this key; what another key closed is dropped, the server has it. @param {Uint8Array<ArrayBuffer>} packKey */
export async function unlock(packKey) {
  raw = packKey;
  key = await crypto.subtle.importKey("raw", packKey, "AES-GCM", false, ["encrypt", "decrypt"]);
  sections = new Map();
  deeds = new Map();
  const db = await database();
  const [held, done] = await Promise.all(["sections", "deeds"].map((name) => all(db, name).then(opening)));
  for (const [row, value] of held) {
    if (row.name === ".about" && value) about = value;
    else if (value) sections.set(row.name, value);
  }
  const since = Date.now() - DEEDS_DAYS * 86_400_000;
  for (const [, deed] of done) {
    if (deed && deed.at > since) deeds.set(deed.id, deed);
  }
  if (isOver()) await wipe(true);
}

/** @param {any[]} rows */
const opening = (rows) => Promise.all(rows.map(tried));

/** @param {any} row @returns {Promise<[any, any]>} */
async function tried(row) {
  try {
    return [row, await unclose(row)];
  } catch (error) {
    if (error instanceof DOMException) return [row, null];
    throw error;
  }
}

/** Forget the key: nothing can be read until somebody unlocks again. */
export function lock() {
  key = raw = null;
  sections = new Map();
  deeds = new Map();
}

/** Remove what can be read. The outbox is elsewhere and stays. @param {boolean} [keepKey] the lease ended: a new bundle may come */
export async function wipe(keepKey = false) {
  about = NOTHING;
  sections = new Map();
  deeds = new Map();
  if (!keepKey) lock();
  await write(await database(), ["sections", "deeds"], (transaction) => {
    transaction.objectStore("sections").clear();
    transaction.objectStore("deeds").clear();
  });
}

/** The rows of a section. @param {string} name @returns {any[]} */
export function rows(name) {
  const held = sections.get(name);
  return held ? Object.values(held.buckets).flat() : [];
}

/** What the server should know that we hold. */
export const have = () => [...sections].map(([name, held]) => `${name}:${held.marks}`).join(",");

/** Put the changed buckets of a checked bundle in place. @param {any} bundle */
export async function apply(bundle) {
  const changed = new Set(about.unsaved ? sections.keys() : []);
  for (const [name, change] of Object.entries(bundle.sections)) {
    const held = sections.get(name) ?? { marks: "", buckets: {} };
    sections.set(name, { marks: change.marks, buckets: { ...held.buckets, ...change.buckets } });
    changed.add(name);
  }
  const gone = [...sections.keys()].filter((name) => !bundle.names.includes(name));
  for (const name of gone) { sections.delete(name); changed.delete(name); }
  const { etag, issued_at, lease_until, cut } = bundle;
  about = { etag, issued_at, lease_until, cut, unsaved: false };
  const closed = [{ name: ".about", ...(await close(about)) }];
  for (const name of changed) closed.push({ name, ...(await close(sections.get(name))) });
  try {
    await write(await database(), ["sections"], (transaction) => {
      const store = transaction.objectStore("sections");
      for (const row of closed) store.put(row);
      for (const name of gone) store.delete(name);
    });
  } catch (error) {
    if (!isFull(error)) throw error;
    about.unsaved = true;
  }
}

/** Remember, readable for us only, what was captured here. @param {Deed} deed */
export async function addDeed(deed) {
  deeds.set(deed.id, deed);
  const row = { id: deed.id, ...(await close(deed)) };
  await write(await database(), ["deeds"], (transaction) => { transaction.objectStore("deeds").put(row); });
}

/** What was captured here under some name, oldest first. @param {string} [name] */
export function done(name) {
  return [...deeds.values()].filter((one) => !name || one.name === name).sort((a, b) => a.at - b.at);
}

/** Check a bundle's signature: by the browser, else by the library. @param {string} signer @param {string} signature @param {Uint8Array<ArrayBuffer>} body */
export async function isSigned(signer, signature, body) {
  const [known, told] = [decode(signer), decode(signature)];
  try {
    const held = await crypto.subtle.importKey("raw", known, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, held, told, body);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const noble = await import("../vendor/noble-ed25519-3.2.0/index.js");
    return noble.verifyAsync(told, body, known);
  }
}
