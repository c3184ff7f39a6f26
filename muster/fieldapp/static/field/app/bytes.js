// @ts-check
/** Bytes as text and back. */

const UTF8 = new TextEncoder();

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const utf8 = (text) => UTF8.encode(text);

/** @param {Uint8Array} bytes */
export const text = (bytes) => new TextDecoder().decode(bytes);

/** Base64url without padding. @param {ArrayBuffer | Uint8Array} raw */
export function encode(raw) {
  const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (raw));
  let plain = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    plain += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

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
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
