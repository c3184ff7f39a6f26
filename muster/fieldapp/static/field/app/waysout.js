// @ts-check
/** How sealed records leave a phone that has no network, is locked or full: as a file, as a moving code. No PIN is asked. */
import { h, sheet } from "./dom.js";
import { toFrames } from "./frames.js";
import * as outfile from "./outfile.js";
import { stayAwake } from "./signals.js";
import { t } from "./t.js";

const FRAME = 160;

/** A key for each way. @param {string} device */
export const ways = (device) => [
  h("button", { type: "button", class: "key", onclick: () => exportFile(device) }, t("Hand over as a file")),
  h("button", { type: "button", class: "key", onclick: () => showFrames(device) }, t("Show as a moving code")),
];

/** @param {string} device */
async function exportFile(device) {
  const { bytes, count } = await outfile.write(device, false);
  const whole = count ? { bytes, count } : await outfile.write(device, true);
  await outfile.give(whole.bytes, `muster-${device.slice(-6)}-${whole.count}.json`);
}

/** @param {string} device */
async function showFrames(device) {
  const { default: draw } = await import("../vendor/qrcode-generator-2.0.4/qrcode.mjs");
  const { bytes, count } = await outfile.write(device, false);
  const frames = await toFrames(bytes);
  const canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "moving", role: "img", "aria-label": t("moving code") }));
  const release = await stayAwake();
  const shown = sheet(t("{n} records in {frames} pictures", { n: count, frames: frames.length }), [
    canvas, h("p", { class: "note" }, t("Hold the other phone over it until it says that all are there. Your records stay here too.")),
    h("button", { type: "button", class: "key", onclick: () => shown.close() }, t("Close")),
  ]);
  let number = 0;
  const next = () => {
    if (!shown.sheet.isConnected) { release(); return; }
    const code = draw(0, "L");
    code.addData(frames[number % frames.length], "Byte");
    code.make();
    paint(canvas, code);
    number += 1;
    setTimeout(next, FRAME);
  };
  next();
}

/** @param {HTMLCanvasElement} canvas @param {any} code */
function paint(canvas, code) {
  const [size, margin, scale] = [code.getModuleCount(), 4, 4];
  canvas.width = canvas.height = (size + 2 * margin) * scale;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000000";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (code.isDark(y, x)) context.fillRect((x + margin) * scale, (y + margin) * scale, scale, scale);
    }
  }
}
