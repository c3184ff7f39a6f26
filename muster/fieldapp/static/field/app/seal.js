// @ts-check
/**
 * Sealing a record to the server's public key: ephemeral P-256, HKDF, AES-GCM; signed with this phone's own key.
 * Whoever holds the phone afterwards can carry the record but not read it. The form is frozen as version 1.
 */
import { decode, encode, join, utf8 } from "./bytes.js";

const INFO = utf8("muster seal 1");
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/**
 * @typedef {{v: 1, id: string, device: string, seq: number, prev: string, kid: string, epk: string, box: string,
 *   sig: string}} Item
 * @typedef {{device: string, kid: string, server: string, sign: CryptoKey}} Keys `server`: the public key, base64url
 */

/** This phone's own key: it can sign and can never be read out. @returns {Promise<CryptoKeyPair>} */
export const newKeys = () =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);

/** @param {CryptoKeyPair} pair */
export const publicHalf = async (pair) => encode(await crypto.subtle.exportKey("raw", pair.publicKey));

/** What is bound to the box and signed. @param {Omit<Item, "box" | "sig">} item */
const head = (item) => `${item.v}.${item.id}.${item.device}.${item.seq}.${item.prev}.${item.kid}.${item.epk}`;

/**
 * Seal one command.
 * @param {Keys} keys @param {{id: string, seq: number}} command the whole command as it will be sent
 * @param {string} prev the mark of the record before
 * @returns {Promise<{item: Item, mark: string}>}
 */
export async function seal(keys, command, prev) {
  const server = await crypto.subtle.importKey("raw", decode(keys.server), CURVE, false, []);
  const mine = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
  const epk = new Uint8Array(await crypto.subtle.exportKey("raw", mine.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, mine.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: epk, info: INFO }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  /** @type {Omit<Item, "box" | "sig">} */
  const outside = {
    v: 1, id: command.id, device: keys.device, seq: command.seq, prev, kid: keys.kid, epk: encode(epk),
  };
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const closed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: utf8(head(outside)) }, key, utf8(JSON.stringify(command)),
  );
  const box = encode(join(nonce, new Uint8Array(closed)));
  const whole = utf8(`${head(outside)}.${box}`);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.sign, whole);
  const mark = encode(await crypto.subtle.digest("SHA-256", whole));
  return { item: { ...outside, box, sig: encode(signature) }, mark };
}
