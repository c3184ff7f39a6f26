// @ts-check
/** Containers and larvae, without a screen: the mark of a door and the index of a block. The server reckons the same. */

const DAY = 86_400_000;

/**
 * @typedef {{inspected: number, positive: number, cleared: boolean}} Survey
 * @typedef {{mark: "" | "clear" | "water" | "larvae", inspected: number, positive: number, at: number, look: number}} Mark
 *   `look`: when the door is to be looked at again, 0 for not
 */

/** The colour mark that one survey gives. @param {Survey} said @returns {"clear" | "water" | "larvae"} */
export const markOf = (said) => (said.positive ? "larvae" : said.inspected && !said.cleared ? "water" : "clear");

/**
 * A door after what the list says and what was said here. The newest survey is the mark; larvae want a clean survey
 * after so many days, and one from the day before on counts.
 * @param {any} door @param {{at: number, body: Survey}[]} mine oldest first @param {number} days @returns {Mark}
 */
export function after(door, mine, days) {
  const listedAt = door.mark_at ? new Date(door.mark_at).getTime() : 0;
  const fresh = mine.filter((one) => one.at > listedAt);
  const last = fresh.at(-1);
  const found = fresh.filter((one) => one.body.positive).at(-1)?.at ?? 0;
  const due = found ? found + days * DAY : door.look_at ? new Date(door.look_at).getTime() : 0;
  const clean = fresh.some((one) => !one.body.positive && one.at >= due - DAY);
  if (last) return { mark: markOf(last.body), inspected: last.body.inspected, positive: last.body.positive, at: last.at, look: clean ? 0 : due };
  return { mark: door.mark ?? "", inspected: door.inspected ?? 0, positive: door.positive ?? 0, at: listedAt, look: due };
}

/** What was inspected in a block. @param {Mark[]} marks @param {number} per @returns {{houses: number, containers: number, positive: number, index: number | null}} */
export function counted(marks, per) {
  const seen = marks.filter((one) => one.mark);
  const positive = seen.reduce((sum, one) => sum + one.positive, 0);
  return {
    houses: seen.length, containers: seen.reduce((sum, one) => sum + one.inspected, 0), positive,
    index: seen.length ? positive * per / seen.length : null,
  };
}

/** The band an index falls in, the worst that is reached. @param {any[]} bands @param {number | null} index */
export const bandOf = (bands, index) => (index === null ? undefined : bands.filter((one) => one.from <= index).at(-1));
