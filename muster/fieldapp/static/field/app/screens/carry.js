// @ts-check
/** Take the sealed records of another phone along: from its moving code or from its file. */
import { fill, h } from "../dom.js";
import { Collector } from "../frames.js";
import * as outbox from "../outbox.js";
import * as outfile from "../outfile.js";
import { signal, toast } from "../phone.js";
import { go } from "../routes.js";
import { camera } from "../scan.js";
import * as sync from "../sync.js";
import { t } from "../t.js";

export const title = () => t("Whose records do you take along?");

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function take(bytes) {
  const items = outfile.read(bytes);
  if (!items) { signal("bad"); toast(t("This is not a file of sealed records."), "late", 5000); return; }
  const fresh = await outbox.carry(items);
  signal("next");
  toast(t("{n} records taken along, {fresh} of them new. They are sent with yours.", { n: items.length, fresh }), "done", 5000);
  sync.soon(0);
  go("outbox");
}

/** @param {HTMLElement} place */
export function show(place) {
  const video = /** @type {HTMLVideoElement} */ (h("video", { class: "eye", "aria-label": t("camera"), hidden: true }));
  const said = h("p", { role: "status", class: "said" });
  const collected = new Collector();
  /** @type {import("../scan.js").Camera | null} */
  let eye = null;
  let left = false;
  const look = async () => {
    video.hidden = false;
    try {
      eye = await camera(video, async (frame) => {
        if (!collected.add(frame)) return;
        said.textContent = t("{n} of {all} pictures", { n: collected.parts.size, all: collected.count });
        const whole = await collected.whole();
        if (whole) { eye?.close(); await take(whole); }
      });
      if (left) eye.close();
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      video.hidden = true;
      said.textContent = t("The camera cannot be used here. Take the file instead.");
    }
  };
  fill(place,
    h("p", {}, t("On the other phone: Sent and unsent, Show as a moving code. The records are sealed: you carry them, you cannot read them.")),
    h("button", { type: "button", class: "key key-main", onclick: look }, t("Open the camera")), video, said,
    h("label", { class: "key", for: "file" }, t("Take a file")),
    h("input", { id: "file", type: "file", accept: ".json,application/json", class: "quiet", onchange: async (/** @type {Event} */ event) => {
      const file = /** @type {HTMLInputElement} */ (event.target).files?.[0];
      if (file) await take(new Uint8Array(await file.arrayBuffer()));
    } }));
  return () => { left = true; eye?.close(); };
}
