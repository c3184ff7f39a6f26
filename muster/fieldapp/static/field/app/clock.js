// @ts-check
/**
 * How far this phone's clock is from the server's, as last heard. Records carry the phone's own time. A clock that was
 * set back since, as after an empty battery, is known by what the server said before: it is never earlier than that.
 */

const KEY = "clock-offset";
const HEARD = "clock-heard";

/** Remember the server's clock. @param {string | number | Date} serverNow @param {number} asked when we asked, ms */
export function heard(serverNow, asked) {
  const said = new Date(serverNow).getTime();
  if (!Number.isFinite(said)) return;
  localStorage.setItem(KEY, String(Math.round(said - (asked + Date.now()) / 2)));
  localStorage.setItem(HEARD, String(said));
}

/** Milliseconds to add to our clock. */
export const offset = () => Number(localStorage.getItem(KEY) ?? 0);

const last = () => Number(localStorage.getItem(HEARD) ?? 0);

/** Now, by the server's clock as far as we know it. */
export const now = () => Math.max(Date.now() + offset(), last());

/** By how many milliseconds our clock is wrong, at least. */
export const wrong = () => Math.max(Math.abs(offset()), last() - Date.now() - offset());
