// @ts-check
/** How far this phone's clock is from the server's, as last heard. Records carry the phone's own time. */

const KEY = "clock-offset";

/** Remember the server's clock. @param {string | number | Date} serverNow @param {number} asked when we asked, ms */
export function heard(serverNow, asked) {
  const middle = (asked + Date.now()) / 2;
  const offset = new Date(serverNow).getTime() - middle;
  if (Number.isFinite(offset)) localStorage.setItem(KEY, String(Math.round(offset)));
}

/** Milliseconds to add to our clock. */
export const offset = () => Number(localStorage.getItem(KEY) ?? 0);

/** Now, by the server's clock as far as we know it. */
export const now = () => Date.now() + offset();
