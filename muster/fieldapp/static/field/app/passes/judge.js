// @ts-check
/** From a pass and the lists of this phone to what the guard sees: PASS, AMBER or STOP, with a reason. */
import { decode } from "../bytes.js";
import * as token from "./token.js";

const MARK = 8;
const GARBLED = new Set(["too_long", "not_a_pass", "garbled", "damaged", "too_big", "malformed"]);

/**
 * @typedef {{id: string, mark: string, code: string, kind: string, holder: string, tail: string, valid_from: number,
 *   valid_to: number}} Listed somebody on the whitelist
 * @typedef {{keys: string[], revoked: string[], held?: string[], listed: Listed[], hours: number, made: number}} Lists `made` and `now`
 *   are milliseconds of the server's clock
 * @typedef {{verdict: "pass" | "amber" | "stop", reason: string, claims: token.Claims | null, listed: Listed | null}} Verdict
 */

/** The first eight bytes of the SHA-256 of a pass id, as hexadecimal text. @param {string} id */
export async function mark(id) {
  const raw = Uint8Array.from(id.replaceAll("-", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", raw)).slice(0, MARK)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** All marks of the lists' parts as sorted numbers: a hundred thousand are 800 KB. @param {string[]} parts base64 */
export function marks(parts) {
  const views = parts.map(decode).map((bytes) => new DataView(bytes.buffer));
  const found = new BigUint64Array(views.reduce((sum, one) => sum + Math.floor(one.byteLength / MARK), 0));
  let place = 0;
  for (const one of views) {
    for (let at = 0; at + MARK <= one.byteLength; at += MARK) found[place++] = one.getBigUint64(at);
  }
  return found.sort();
}

/** Whether a mark is among them, by halves. @param {BigUint64Array} sorted @param {string} its hexadecimal */
export function holds(sorted, its) {
  const wanted = BigInt(`0x${its}`);
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}

/** A judge that holds the lists ready, so that a check takes one signature. @param {Lists} lists */
export async function judge(lists) {
  const keys = await token.keyring(lists.keys.map(decode));
  const gone = marks(lists.revoked);
  const waiting = marks(lists.held ?? []);
  const known = new Map(lists.listed.map((one) => [one.mark, one]));

  /** Old lists may hide a revocation and miss a new pass: admit, but say so. @param {number} now */
  const isOld = (now) => now - lists.made > lists.hours * 3_600_000;

  /** @param {number} now @param {{valid_from: number, valid_to: number}} one @param {string} its mark */
  function standing(now, one, its) {
    if (holds(gone, its)) return "revoked";
    if (holds(waiting, its)) return "on_hold";
    if (now / 1000 < one.valid_from) return "not_yet";
    return now / 1000 < one.valid_to ? null : "expired";
  }

  /** @param {string | null} fault @param {number} now @param {token.Claims | null} claims @param {Listed | null} listed @returns {Verdict} */
  function said(fault, now, claims, listed) {
    if (fault) return { verdict: "stop", reason: fault, claims, listed };
    return isOld(now) ? { verdict: "amber", reason: "list_old", claims, listed } : { verdict: "pass", reason: "good", claims, listed };
  }

  return {
    isOld,
    /** The same lists were the newest at this instant. @param {number} made */
    freshen: (made) => { lists.made = made; },
    /** A shown pass. @param {string} text @param {number} now @returns {Promise<Verdict>} */
    async shown(text, now) {
      const reading = await token.verify(text, keys, now / 1000);
      if (!reading.claims) return said(reading.fault, now, null, null);
      const its = await mark(reading.claims.id);
      return said(standing(now, reading.claims, its), now, reading.claims, known.get(its) ?? null);
    },
    /** Somebody found by hand on the whitelist. @param {Listed} listed @param {number} now @returns {Verdict} */
    found: (listed, now) => said(standing(now, listed, listed.mark), now, null, listed),
    /** Those whose pass number or document ends so. @param {string} tail @returns {Listed[]} */
    ending(tail) {
      const wanted = tail.trim().toUpperCase();
      if (wanted.length < 2) return [];
      return lists.listed.filter((one) => one.code.endsWith(wanted) || (one.tail !== "" && wanted.endsWith(one.tail.toUpperCase())));
    },
  };
}

/** Whether the trouble is with the code itself, so that scanning again may help. @param {string} reason */
export const isUnreadable = (reason) => GARBLED.has(reason);
