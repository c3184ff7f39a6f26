// @ts-check
/** A file as a moving code: frames of text that may be read in any order, any of them twice. */
import { decode, encode } from "./bytes.js";

const MARK = "MQ1";
const CHUNK = 900;

/** @param {Uint8Array<ArrayBuffer>} bytes @param {"gzip"} how @param {boolean} pack */
async function piped(bytes, how, pack) {
  const stream = new Blob([bytes]).stream().pipeThrough(pack ? new CompressionStream(how) : new DecompressionStream(how));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string[]>} */
export async function toFrames(bytes) {
  const coded = encode(await piped(bytes, "gzip", true));
  const name = encode((await crypto.subtle.digest("SHA-256", bytes)).slice(0, 6));
  const count = Math.max(1, Math.ceil(coded.length / CHUNK));
  return Array.from({ length: count }, (_, number) =>
    `${MARK}.${name}.${number}.${count}.${coded.slice(number * CHUNK, (number + 1) * CHUNK)}`);
}

/** Collects frames until one file is whole. */
export class Collector {
  constructor() {
    this.name = "";
    /** @type {Map<number, string>} */
    this.parts = new Map();
    this.count = 0;
  }

  /** @param {string} frame @returns {boolean} whether it was one of ours and new */
  add(frame) {
    const [mark, name, number, count, part] = frame.split(".");
    if (mark !== MARK || part === undefined) return false;
    if (name !== this.name) { this.name = name; this.parts = new Map(); this.count = Number(count); }
    const fresh = !this.parts.has(Number(number));
    this.parts.set(Number(number), part);
    return fresh;
  }

  /** The file, once it is whole and what its name says. @returns {Promise<Uint8Array<ArrayBuffer> | null>} */
  async whole() {
    if (!this.count || this.parts.size < this.count) return null;
    const coded = Array.from({ length: this.count }, (_, number) => this.parts.get(number) ?? "");
    const bytes = await piped(decode(coded.join("")), "gzip", false);
    const name = encode((await crypto.subtle.digest("SHA-256", bytes)).slice(0, 6));
    return name === this.name ? bytes : null;
  }
}
