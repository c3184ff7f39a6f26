// @ts-check
/** Codes from the camera (the browser's reader where there is one, else the compiled one) and from wedge scanners. */

import { h } from "./dom.js";
import { t } from "./t.js";

/** @typedef {(text: string, format: string, raw?: string) => void | Promise<void>} Found `raw` is what a scanner really typed */
/** @typedef {{close: () => void}} Camera */

const FORMATS = ["QRCode", "Code128", "DataMatrix"];
const NATIVE = ["qr_code", "code_128", "data_matrix"];
const SAME_AGAIN = 1_500;

/** @type {Promise<(image: ImageData) => Promise<{text: string, format: string}[]>> | null} */
let compiled = null;

/** The compiled reader, loaded once; it is on the phone already. */
export function reader() {
  compiled ??= (async () => {
    const zxing = await import("../vendor/zxing-wasm-3.1.4/reader/index.js");
    await zxing.prepareZXingModule({
      overrides: { locateFile: (/** @type {string} */ path) => new URL(`../vendor/zxing-wasm-3.1.4/reader/${path}`, import.meta.url).href },
      fireImmediately: true,
    });
    return async (/** @type {ImageData} */ image) => {
      const found = await zxing.readBarcodes(image, { tryHarder: true, formats: FORMATS, maxNumberOfSymbols: 2 });
      return found.filter((/** @type {any} */ one) => one.isValid).map((/** @type {any} */ one) => ({ text: one.text, format: one.format }));
    };
  })();
  compiled.catch(() => { compiled = null; });
  return compiled;
}

/** The browser's own reader, where it knows all our formats. @returns {Promise<any | null>} */
async function native() {
  const Detector = /** @type {any} */ (window).BarcodeDetector;
  if (!Detector) return null;
  try {
    const known = await Detector.getSupportedFormats();
    return NATIVE.every((one) => known.includes(one)) ? new Detector({ formats: NATIVE }) : null;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    return null;
  }
}

/** What reads codes here, ready: asked for before it is needed, it costs a scan nothing. */
export async function ready() {
  const detector = await native();
  return { detector, read: detector ? null : await reader() };
}

/**
 * Read codes from the back camera into `found` until closed; the same code counts again after a pause.
 * @param {HTMLVideoElement} video @param {Found} found @returns {Promise<Camera>}
 */
export async function camera(video, found) {
  const reading = ready();
  reading.catch(() => {}); // waited for below
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } }, audio: false,
  });
  video.srcObject = stream;
  video.setAttribute("playsinline", "");
  video.muted = true;
  await video.play();
  const { detector, read } = await reading;
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  let open = true;
  /** @type {Map<string, number>} */
  const seen = new Map();
  const picture = async () => {
    if (!video.videoWidth) return;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    const codes = detector
      ? (await detector.detect(canvas)).map((/** @type {any} */ one) => ({ text: one.rawValue, format: one.format }))
      : await /** @type {NonNullable<typeof read>} */ (read)(context.getImageData(0, 0, canvas.width, canvas.height));
    for (const { text, format } of codes) {
      const before = seen.get(text) ?? 0;
      seen.set(text, Date.now());
      if (!open || Date.now() - before <= SAME_AGAIN) continue;
      await found(text, format); // the next picture waits: the answer comes first
      seen.set(text, Date.now());
    }
  };
  const look = async () => {
    if (!open) return;
    try { await picture(); } finally { setTimeout(look, 30); }
  };
  look();
  const torch = light(stream.getVideoTracks()[0]);
  if (torch) video.after(torch);
  return {
    close: () => { open = false; torch?.remove(); for (const one of stream.getTracks()) one.stop(); video.srcObject = null; },
  };
}

/** A key for the lamp beside the camera, where there is one. @param {MediaStreamTrack} track */
function light(track) {
  if (!(/** @type {any} */ (track.getCapabilities?.())?.torch)) return null;
  const key = h("button", { type: "button", class: "key torch", "aria-pressed": "false", onclick: async () => {
    const on = key.getAttribute("aria-pressed") !== "true";
    try {
      await track.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: on }] }));
      key.setAttribute("aria-pressed", String(on));
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      key.remove(); // said to be there, and is not
    }
  } }, t("Lamp"));
  return key;
}

const SILENCE = 100;
const LONGEST = 20_000; // a pass has 300 letters, and a slow scanner types one in 60 ms
const SHORTEST = 4;

/**
 * Codes from a scanner that types: an input that keeps the focus without a keyboard on the screen. Ends on Enter, Tab
 * or silence; Android keyboards split a code, so every letter extends the time.
 * @param {HTMLElement} place @param {Found} found @param {string} label @returns {() => void} what stops it
 */
export function wedge(place, found, label) {
  const input = document.createElement("input");
  Object.assign(input, { autocomplete: "off", inputMode: "none", spellcheck: false, className: "wedge" });
  input.setAttribute("aria-label", label);
  place.append(input);
  let timer = 0;
  let begun = 0;
  let composing = false;
  const end = () => {
    clearTimeout(timer);
    if (composing) { input.blur(); hold(); } // an input method keeps the letters to itself until it is left
    const raw = input.value.trim();
    const text = raw.normalize("NFKC").toUpperCase();
    input.value = "";
    begun = 0;
    if (text.length >= SHORTEST) found(text, "wedge", raw);
  };
  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; });
  input.addEventListener("input", () => {
    begun ||= Date.now();
    clearTimeout(timer);
    if (Date.now() - begun > LONGEST) end();
    else timer = window.setTimeout(end, SILENCE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || (event.key === "Tab" && input.value)) { event.preventDefault(); end(); }
  });
  const hold = () => { if (!document.querySelector("dialog[open]")) input.focus({ preventScroll: true }); };
  const back = () => setTimeout(() => { if (document.activeElement === document.body) hold(); }, 50);
  document.addEventListener("focusout", back);
  hold();
  return () => { clearTimeout(timer); document.removeEventListener("focusout", back); input.remove(); };
}
