// @ts-check
/** A photograph made small on the phone: drawn anew, so neither the place nor the camera goes with it. */
import { base64 } from "./bytes.js";
import { fill, h } from "./dom.js";
import { record } from "./phone.js";
import { t } from "./t.js";

const MOST = 56_000; // bytes; sealed and in letters about 100 KB
/** Longest side and quality, tried in this order. */
const STEPS = [[1_024, 0.7], [1_024, 0.5], [800, 0.5], [640, 0.45], [480, 0.4], [320, 0.35], [200, 0.3]];

/** @param {Blob} file @returns {Promise<Blob>} rejects with a DOMException when it is no picture */
export async function small(file) {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let made = /** @type {Blob | null} */ (null);
  for (const [side, quality] of STEPS) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    made = await new Promise((give) => { canvas.toBlob(give, "image/jpeg", quality); });
    if (made && made.size <= MOST) break;
  }
  picture.close();
  return /** @type {Blob} */ (made);
}

/**
 * A key that takes a photograph and shows it small.
 * @param {string} words on the key @returns {{part: HTMLElement, keep: (about: string, area: number) => Promise<string>}}
 *   `keep` records it, as a record of its own, and gives its id; "" when none was taken
 */
export function photoField(words) {
  let taken = /** @type {Blob | null} */ (null);
  const shown = h("span", { class: "photo-shown", role: "status" });
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "file", id: "photo", accept: "image/*", capture: "environment", class: "quiet", onchange: async () => {
    const file = input.files?.[0];
    if (!file) return;
    fill(shown, t("One moment…"));
    try {
      taken = await small(file);
      const url = URL.createObjectURL(taken);
      const picture = h("img", { src: url, alt: t("The photograph"), onload: () => URL.revokeObjectURL(url) });
      fill(shown, picture, t("about {n} KB", { n: Math.ceil(taken.size / 1_000) }));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      taken = null;
      fill(shown, t("This is no picture."));
    }
  } }));
  const keep = async (/** @type {string} */ about, /** @type {number} */ area) => {
    if (!taken) return "";
    const jpeg = base64(await taken.arrayBuffer());
    return record("keep_photograph", { area, about, jpeg }, { quiet: true, deed: { about } });
  };
  return { part: h("div", { class: "photo" }, input, h("label", { for: "photo", class: "key" }, "◉ ", words), shown), keep };
}
