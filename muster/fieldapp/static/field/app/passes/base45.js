// @ts-check
/** Base45 (RFC 9285), as on the server: docs/pass-format.md. */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUE = new Map([...ALPHABET].map((character, value) => [character, value]));

/** The bytes of a text; null when it is none. @param {string} text @returns {Uint8Array<ArrayBuffer> | null} */
export function decode(text) {
  const found = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].map((character) => VALUE.get(character) ?? -1);
    if (group.length < 2 || group.includes(-1)) return null;
    const number = group[0] + group[1] * 45 + (group[2] ?? 0) * 2025;
    if (number > (group.length === 3 ? 0xffff : 0xff)) return null;
    if (group.length === 3) found.push(number >> 8);
    found.push(number & 0xff);
  }
  return Uint8Array.from(found);
}
