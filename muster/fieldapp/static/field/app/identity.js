// @ts-check
/** Who this phone is: its enrolment, its own key, and the people who may unlock it. Apart from the outbox. */
import { decode, encode, utf8 } from "./bytes.js";
import { newKeys, publicHalf } from "./seal.js";
import { alone, database as kept, get, write } from "./store.js";

const ROUNDS = 600_000;
export const MOST_WRONG = 10;
const WRONGS = "wrong-pins-of-";

/**
 * @typedef {{device: string, token: string, incident: string, area: number, kid: string, server: string,
 *   signer: string, label: string, sign: CryptoKey, title: {zh: string, en: string}, locked: boolean,
 *   person: string, name: string}} Phone
 * @typedef {{id: string, name: string, salt: string, iv: string, wrapped: string, wrongs: number}} Person
 */

const database = kept("muster-phone", 1, (db) => { db.createObjectStore("kept"); });

/** @param {string} key @param {any} value */
async function keep(key, value) {
  await write(await database(), ["kept"], (transaction) => { transaction.objectStore("kept").put(value, key); });
}

/** This phone's enrolment; nothing before it joined. Without its list of persons it is locked. @returns {Promise<Phone | undefined>} */
export async function phone() {
  const db = await database();
  const found = await get(db, "kept", "phone");
  return found && { ...found, locked: found.locked || !(await get(db, "kept", "persons")) };
}

/** Who may unlock it. @returns {Promise<Person[]>} */
export const persons = async () => (await get(await database(), "kept", "persons")) ?? [];

/** A refusal of the server, in its own words. */
export class Refused extends Error {}

/**
 * Show the one-use code and our public key; get a token. The key pair is kept before the question, so that the same
 * phone may ask again when the answer is lost.
 * @param {string} code
 */
export async function join(code) {
  const db = await database();
  let keys = await get(db, "kept", "joining");
  if (!keys) {
    keys = await newKeys();
    await keep("joining", keys);
  }
  const answer = await fetch("/sync/join", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
    body: JSON.stringify({ code, key: await publicHalf(keys) }),
    signal: AbortSignal.timeout(30_000),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.reason);
  const told = said.phone;
  /** @type {Phone} */
  const found = {
    device: told.device, token: told.token, incident: told.incident, area: told.area, kid: said.seal.kid,
    server: said.seal.key, signer: said.signer, label: told.label, sign: keys.privateKey,
    title: said.incident.title, locked: false, person: told.responder ?? told.account, name: told.name,
  };
  await write(db, ["kept"], (transaction) => {
    const kept = transaction.objectStore("kept");
    kept.put(found, "phone");
    kept.put([], "persons");
    kept.delete("joining");
  });
  return found;
}

/** @param {string} pin @param {Uint8Array<ArrayBuffer>} salt */
async function pinKey(pin, salt) {
  const base = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/**
 * Let a person unlock the readable part: its key is wrapped under the PIN.
 * @param {string} id @param {string} name @param {string} pin @param {Uint8Array<ArrayBuffer>} packKey
 */
export async function addPerson(id, name, pin, packKey) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await pinKey(pin, salt), packKey);
  const others = (await persons()).filter((one) => one.id !== id);
  const person = { id, name, salt: encode(salt), iv: encode(iv), wrapped: encode(wrapped), wrongs: 0 };
  await keep("persons", [...others, person]);
}

/**
 * The key of the readable part, or how many tries are left. Counted before the try, so that pulling the plug does
 * not give another one; one try at a time, so that two tabs do not either.
 * @param {string} id @param {string} pin @returns {Promise<{key?: Uint8Array<ArrayBuffer>, left: number}>}
 */
export const unlock = (id, pin) => alone("muster-pin", async () => {
  const listed = await persons();
  const person = listed.find((one) => one.id === id);
  if (!person) return { left: 0 };
  const wrongs = Number(localStorage.getItem(WRONGS + id) ?? person.wrongs) + 1;
  if (wrongs > MOST_WRONG) return { left: 0 };
  await counted(listed, person, wrongs);
  const key = await pinKey(pin, decode(person.salt));
  try {
    const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: decode(person.iv) }, key, decode(person.wrapped));
    await counted(listed, person, 0);
    return { key: new Uint8Array(raw), left: MOST_WRONG };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { left: MOST_WRONG - wrongs };
  }
});

/**
 * Write down how often a PIN was wrong. A full phone is opened all the same, or nobody could hand its records over:
 * then it is counted beside the database, which takes nothing.
 * @param {Person[]} listed @param {Person} person @param {number} wrongs
 */
async function counted(listed, person, wrongs) {
  person.wrongs = wrongs;
  try {
    await keep("persons", listed);
    localStorage.removeItem(WRONGS + person.id);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    localStorage.setItem(WRONGS + person.id, String(wrongs));
  }
}

/**
 * Nobody can unlock it any more; it goes on sending what it captured until the desk enrols it again. Only removes
 * something: a full phone can do that too.
 */
export async function lockOut() {
  const listed = await persons();
  await write(await database(), ["kept"], (transaction) => { transaction.objectStore("kept").delete("persons"); });
  for (const one of listed) localStorage.removeItem(WRONGS + one.id);
}
