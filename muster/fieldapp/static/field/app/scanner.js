// @ts-check
/** Codes by the camera (zxing, compiled, precached) and by a wedge scanner, which types like a keyboard. */
import { h } from "./dom.js";
import { t } from "./t.js";

const WASM = new URL("../vendor/zxing-wasm-3.1.4/reader/zxing_reader.wasm", import.meta.url).href;
/** @type {any} */
const OPTIONS = {
  formats: ["QRCode", "Code128", "DataMatrix"], tryHarder: true, tryRotate: true, tryInvert: false,
  tryDownscale: true, maxNumberOfSymbols: 1, textMode: "Plain",
};
const AGAIN_MS = 2500;
const PAUSE_MS = 60;
const SILENCE_MS = 100;
const LEAST = 4;

/** @type {Promise<any> | null} */
let loading = null;

/** Load the reader once; a screen may call it early so that the first code is read at once. */
export function ready() {
  loading ??= (async () => {
    const zxing = await import("../vendor/zxing-wasm-3.1.4/reader/index.js");
    await zxing.prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
    return zxing;
  })();
  loading.catch(() => { loading = null; });
  return loading;
}

/** The text of the code in a picture, or null. @param {ImageData} picture @returns {Promise<string | null>} */
export async function read(picture) {
  const zxing = await ready();
  const [found] = await zxing.readBarcodes(picture, OPTIONS);
  return found?.isValid ? found.text : null;
}

/**
 * Look through the camera and call `onText` for each code, the same one again only after a while.
 * @param {HTMLVideoElement} video @param {(text: string) => void} onText
 * @returns {Promise<{stop: () => void, torch: (() => Promise<void>) | null}>} rejects where there is no camera
 */
export async function watch(video, onText) {
  const picture = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: picture, audio: false });
  let open = true;
  const stop = () => { open = false; stream.getTracks().forEach((track) => track.stop()); };
  try {
    video.srcObject = stream;
    await video.play();
    await ready();
  } catch (error) {
    stop();
    throw error;
  }
  look(video, () => open, onText);
  return { stop, torch: torchOf(stream.getVideoTracks()[0]) };
}

/** @param {HTMLVideoElement} video @param {() => boolean} isOpen @param {(text: string) => void} onText */
async function look(video, isOpen, onText) {
  const canvas = document.createElement("canvas");
  const ground = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  let [last, seen] = ["", 0];
  while (isOpen()) {
    if (video.videoWidth && !document.hidden) {
      const scale = Math.min(1, 960 / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      ground.drawImage(video, 0, 0, canvas.width, canvas.height);
      const text = await read(ground.getImageData(0, 0, canvas.width, canvas.height));
      const now = performance.now();
      if (text && isOpen() && (text !== last || now - seen > AGAIN_MS)) onText(text);
      if (text) [last, seen] = [text, now];
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
}

/** @param {MediaStreamTrack} track */
function torchOf(track) {
  const able = /** @type {any} */ (track.getCapabilities?.() ?? {});
  if (!able.torch) return null;
  let lit = false;
  return async () => { lit = !lit; await track.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: lit }] })); };
}

/**
 * A field that a wedge scanner types into, kept in focus while nothing else is. A code ends with Enter or Tab, or after
 * a short silence: some telephones' keyboards send no keys, only input.
 * @param {(text: string) => void} onText @returns {{field: HTMLElement, stop: () => void}}
 */
export function wedge(onText) {
  const field = /** @type {HTMLInputElement} */ (h("input", {
    class: "wedge", inputmode: "none", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    "aria-label": t("Scanner types here"), "data-wedge": true,
  }));
  let timer = 0;
  const end = () => {
    clearTimeout(timer);
    const text = field.value;
    field.value = "";
    if (text.trim().length >= LEAST) onText(text.trim());
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(end, SILENCE_MS); });
  field.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === "Tab") && field.value) { event.preventDefault(); end(); }
  });
  const hold = () => {
    const busy = document.querySelector("dialog[open]") || document.activeElement?.matches("input, textarea, select, button, a");
    if (!busy && document.activeElement !== field) field.focus({ preventScroll: true });
  };
  const holding = window.setInterval(hold, 400);
  return { field, stop: () => { clearInterval(holding); clearTimeout(timer); } };
}
