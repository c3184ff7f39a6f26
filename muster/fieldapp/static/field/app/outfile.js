// @ts-check
/** The outbox as a file: sealed as it is. Any phone or desk may carry it; importing it twice changes nothing. */
import { text, utf8 } from "./bytes.js";
import { offset } from "./clock.js";
import * as outbox from "./outbox.js";

/** @param {string} device @param {boolean} everything also what has a receipt @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, count: number}>} */
export async function write(device, everything) {
  const items = everything ? await outbox.everything() : await outbox.unsent();
  const { made } = await outbox.count(device);
  const head = { muster: "outbox", v: 1, device, made, exported_at: new Date().toISOString(), offset: Math.round(offset() / 1000) };
  const whole = `${JSON.stringify(head).slice(0, -1)},"items":[${items.map((one) => one.payload).join(",")}]}`;
  return { bytes: utf8(whole), count: items.length };
}

/** The sealed records of a file; nothing when it is none. @param {Uint8Array<ArrayBuffer>} bytes @returns {any[] | null} */
export function read(bytes) {
  try {
    const found = JSON.parse(text(bytes));
    return found?.muster === "outbox" && Array.isArray(found.items) ? found.items : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** Give the file away: by the phone's own way of sharing, else as a download. @param {Uint8Array<ArrayBuffer>} bytes @param {string} name */
export async function give(bytes, name) {
  const file = new File([bytes], name, { type: "application/json" });
  if (navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      if (error.name === "AbortError") return;
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
