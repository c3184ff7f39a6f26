// @ts-check
/** Bytes as text and back. */

const UTF8 = new TextEncoder();

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const utf8 = (text) => UTF8.encode(text);

/** @param {Uint8Array} bytes */
export const text = (bytes) => new TextDecoder().decode(bytes);

/** Base64 as everybody writes it. @param {ArrayBuffer | Uint8Array} raw */
export function base64(raw) {
  const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (raw));
  let plain = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    plain += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(plain);
}

/** Base64url without padding. @param {ArrayBuffer | Uint8Array} raw */
export const encode = (raw) => base64(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Base64 or base64url. @param {string} coded @returns {Uint8Array<ArrayBuffer>} */
export function decode(coded) {
  const plain = atob(coded.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

/** A fresh UUIDv7. @param {number} now milliseconds */
export function newId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = Math.max(0, Math.floor(now));
  for (let place = 5; place >= 0; place--) { bytes[place] = rest % 256; rest = Math.floor(rest / 256); }
  return uuid(bytes, 7);
}

const SPACE = "6d757374657250008000e99b86e7bb93";

/** The id that follows from its parts, as the server derives it. @param {...string} parts */
export async function derivedId(...parts) {
  const space = Uint8Array.from(SPACE.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const digest = await crypto.subtle.digest("SHA-1", join(space, utf8(parts.join("\x1f"))));
  return uuid(new Uint8Array(digest, 0, 16), 5);
}

/** @param {Uint8Array} bytes @param {number} version */
function uuid(bytes, version) {
  bytes[6] = (version << 4) | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
