// @ts-check
/**
 * Whether a pass holds, without a network: `MUS1:` + Base45(zlib(COSE_Sign1(CBOR))), signed with Ed25519 and nothing
 * else. Word for word the server's token.py and cose.py; tests/domain/passes/vectors.json binds both.
 */
import * as base45 from "./base45.js";
import * as cbor from "./cbor.js";
import { join, utf8 } from "../bytes.js";

export const MARK = "MUS1:";
const MOST_TEXT = 2000;
const MOST_BYTES = 1400;
const [ISS, EXP, NBF, CTI, OURS] = [1, 4, 5, 7, -65537];
const [SIGN1, ALG, CRIT, KID, EDDSA] = [18, 1, 2, 4, -8];
const LATEST = 2 ** 40;
const KINDS = ["resident", "staff", "visitor", "delivery", "medical"];
const PARTS = /** @type {[string, number, number][]} */ (
  [["kind", 1, 10], ["code", 2, 20], ["zone", 3, 40], ["holder", 4, 40], ["tail", 5, 4]]);
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/**
 * @typedef {{id: string, issuer: string, kind: string, code: string, zone: string, holder: string, tail: string,
 *   valid_from: number, valid_to: number}} Claims instants are seconds
 * @typedef {{fault: string | null, claims: Claims | null}} Reading
 * @typedef {{raw: Uint8Array<ArrayBuffer>, web: CryptoKey | null}} Key
 */

class Disbelieved extends Error {}

/** The keys to believe, by fingerprint. @param {Uint8Array<ArrayBuffer>[]} raws @returns {Promise<Map<string, Key>>} */
export async function keyring(raws) {
  const found = new Map();
  for (const raw of raws) {
    const print = new Uint8Array(await crypto.subtle.digest("SHA-256", raw)).slice(0, 8);
    found.set(hex(print), { raw, web: await imported(raw) });
  }
  return found;
}

/** @param {Uint8Array<ArrayBuffer>} raw */
async function imported(raw) {
  try {
    return await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException) return null; // an old browser: the library does it
    throw error;
  }
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether one of these keys signed this text and it is valid at an instant (seconds). Never rejects for the text.
 * @param {string} said @param {Map<string, Key>} keys @param {number} at @returns {Promise<Reading>} */
export async function verify(said, keys, at) {
  let claims;
  try {
    claims = read(await unwrap(await unpack(said), keys));
  } catch (error) {
    if (error instanceof Disbelieved) return { fault: error.message, claims: null };
    throw error;
  }
  const fault = at < claims.valid_from ? "not_yet" : at < claims.valid_to ? null : "expired";
  return { fault, claims };
}

/** @param {string} fault @returns {never} */
function disbelieve(fault) { throw new Disbelieved(fault); }

/** @param {string} said */
async function unpack(said) {
  const text = said.trim();
  if ([...text].length > MOST_TEXT) disbelieve("too_long");
  if (!text.startsWith(MARK)) disbelieve("not_a_pass");
  const packed = base45.decode(text.slice(MARK.length));
  if (!packed) disbelieve("garbled");
  return inflated(packed);
}

/** Unpack, but never more than a pass may hold. @param {Uint8Array<ArrayBuffer>} packed */
async function inflated(packed) {
  if (packed.length < 3 || packed[0] !== 0x78 || ((packed[2] & 6) === 0 && packed[2] > 1)) disbelieve("damaged");
  const given = new ReadableStream({ start: (to) => { to.enqueue(packed); to.close(); } }); // a Blob asks another process
  const reader = given.pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > MOST_BYTES) { reader.cancel().catch(() => {}); disbelieve("too_big"); }
      parts.push(part.value);
    }
  } catch (error) {
    if (error instanceof TypeError) disbelieve("damaged");
    throw error;
  }
  return join(...parts);
}

/** What was signed, if one of the keys signed it. @param {Uint8Array} message @param {Map<string, Key>} keys */
async function unwrap(message, keys) {
  const found = decoded(message);
  if (!(found instanceof cbor.Tagged) || found.tag !== SIGN1) disbelieve("not_signed");
  const parts = found.value;
  if (!Array.isArray(parts) || parts.length !== 4) disbelieve("not_signed");
  const [guarded, loose, payload, proof] = parts;
  const isRight = guarded instanceof Uint8Array && loose instanceof Map && payload instanceof Uint8Array && proof instanceof Uint8Array;
  if (!isRight) disbelieve("not_signed");
  const header = guarded.length ? decoded(guarded) : new Map();
  if (!(header instanceof Map)) disbelieve("not_signed");
  if (header.has(CRIT) || loose.has(CRIT)) disbelieve("critical");
  if (header.get(ALG) !== EDDSA) disbelieve("algorithm");
  if (loose.size) disbelieve("unprotected");
  const kid = header.get(KID);
  const key = kid instanceof Uint8Array ? keys.get(hex(kid)) : undefined;
  if (!key) disbelieve("unknown_key");
  const signed = join(Uint8Array.of(0x84, 0x6a), utf8("Signature1"), bytes(guarded), Uint8Array.of(0x40), bytes(payload));
  if (!await holds(key, proof, signed)) disbelieve("tampered");
  return payload;
}

/** @param {Key} key @param {Uint8Array<ArrayBuffer>} proof @param {Uint8Array<ArrayBuffer>} signed */
async function holds(key, proof, signed) {
  if (proof.length !== 64) return false;
  if (key.web) return crypto.subtle.verify({ name: "Ed25519" }, key.web, proof, signed);
  const noble = await import("../../vendor/noble-ed25519-3.2.0/index.js");
  return noble.verifyAsync(proof, signed, key.raw, { zip215: false });
}

/** A byte string as CBOR spells it. @param {Uint8Array} raw */
function bytes(raw) {
  const size = raw.length;
  const head = size < 24 ? [0x40 | size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 0xff];
  return join(Uint8Array.from(head), raw);
}

/** @param {Uint8Array} raw */
function decoded(raw) {
  try {
    return cbor.decode(raw);
  } catch (error) {
    if (error instanceof cbor.Malformed) disbelieve("malformed");
    throw error;
  }
}

/** What a pass says, every part of its type, length and letters that show. @param {Uint8Array} payload @returns {Claims} */
function read(payload) {
  const found = decoded(payload);
  const ours = found instanceof Map ? found.get(OURS) : null;
  if (!(ours instanceof Map)) disbelieve("claims");
  const [issuer, to, from, number] = [ISS, EXP, NBF, CTI].map((name) => found.get(name));
  const said = Object.fromEntries(PARTS.map(([name, place]) => [name, ours.has(place) ? ours.get(place) : ""]));
  const isRight = shows(issuer, 64) && issuer !== "" && PARTS.every(([name, , most]) => shows(said[name], most)) &&
    KINDS.includes(said.kind) && said.code !== "" && isInstant(from) && isInstant(to) && from < to &&
    number instanceof Uint8Array && number.length === 16;
  if (!isRight) disbelieve("claims");
  const id = hex(number).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return /** @type {Claims} */ ({ id, issuer, ...said, valid_from: from, valid_to: to });
}

/** @param {any} said @param {number} most */
const shows = (said, most) => typeof said === "string" && [...said].length <= most && !HIDDEN.test(said);

/** @param {any} at */
const isInstant = (at) => typeof at === "number" && at >= 0 && at < LATEST;
