// @ts-check
/** The strict part of CBOR that passes are made of: one spelling for each value. The same as the server's cbor.py. */

const DEEPEST = 4;
const SIMPLE = new Map(/** @type {[number, any][]} */ ([[0xf4, false], [0xf5, true], [0xf6, null]]));

export class Malformed extends Error {}

export class Tagged {
  /** @param {number | bigint} tag @param {any} value */
  constructor(tag, value) { this.tag = tag; this.value = value; }
}

/** The one value these bytes hold: maps are Map, numbers beyond 2^53 are BigInt. @param {Uint8Array} bytes */
export function decode(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let at = 0;

  /** @param {number} depth @returns {any} */
  function value(depth) {
    if (depth > DEEPEST) throw new Malformed("too deep");
    if (at >= bytes.length) throw new Malformed("truncated");
    if (bytes[at] >> 5 === 7) {
      if (!SIMPLE.has(bytes[at])) throw new Malformed("no floats, no other simple values");
      return SIMPLE.get(bytes[at++]);
    }
    const major = bytes[at] >> 5;
    const number = head();
    switch (major) {
      case 0: return number;
      case 1: return typeof number === "bigint" ? -1n - number : -1 - number;
      case 2: return taken(number).slice();
      case 3: return text(taken(number));
      case 4: return array(number, depth);
      case 5: return map(number, depth);
      default: return new Tagged(number, value(depth + 1));
    }
  }

  /** @returns {number | bigint} */
  function head() {
    const info = bytes[at++] & 31;
    if (info < 24) return info;
    if (info > 27) throw new Malformed("indefinite length");
    const size = 1 << (info - 24);
    if (at + size > bytes.length) throw new Malformed("truncated");
    let number = 0n;
    for (const end = at + size; at < end; at++) number = number << 8n | BigInt(view.getUint8(at));
    if (number < (size === 1 ? 24n : 1n << BigInt(4 * size))) throw new Malformed("a number longer than need be");
    return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : number;
  }

  /** @param {number | bigint} size */
  function taken(size) {
    if (size > bytes.length - at) throw new Malformed("truncated");
    at += Number(size);
    return bytes.subarray(at - Number(size), at);
  }

  /** @param {Uint8Array} found */
  function text(found) {
    try {
      return words.decode(found);
    } catch {
      throw new Malformed("text that is no UTF-8");
    }
  }

  /** @param {number | bigint} size @param {number} depth */
  function array(size, depth) {
    if (size > bytes.length - at) throw new Malformed("truncated");
    const found = [];
    for (let number = 0; number < Number(size); number++) found.push(value(depth + 1));
    return found;
  }

  /** @param {number | bigint} size @param {number} depth */
  function map(size, depth) {
    if (size > bytes.length - at) throw new Malformed("truncated");
    const found = new Map();
    for (let number = 0; number < Number(size); number++) {
      const key = value(depth + 1);
      if (!["number", "bigint", "string"].includes(typeof key)) throw new Malformed("a key that is neither number nor text");
      if (found.has(key)) throw new Malformed("a key twice");
      found.set(key, value(depth + 1));
    }
    return found;
  }

  const found = value(0);
  if (at !== bytes.length) throw new Malformed("trailing bytes");
  return found;
}
