// @ts-check
/** The service worker: installed once, changed only when somebody says so or the app starts anew. */

/** @type {ServiceWorkerRegistration | null} */
let registration = null;
let isPreparing = false;

/** Register, notice new versions, and start in the new one when it takes over. @param {() => void} tell */
export async function begin(tell) {
  if (!("serviceWorker" in navigator)) return;
  let controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) location.replace(`/f/${location.hash}`);
    controlled = true;
    isPreparing = false;
    tell();
  });
  isPreparing = !controlled;
  try {
    registration = await navigator.serviceWorker.register("/f/worker.js", { scope: "/f/", updateViaCache: "none" });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    isPreparing = false;
  }
  tell();
  registration?.addEventListener("updatefound", () => {
    registration?.installing?.addEventListener("statechange", tell);
  });
  setInterval(() => { registration?.update().catch(() => {}); }, 30 * 60_000);
}

/** The first installation is under way. */
export const preparing = () => isPreparing;

/** What starts the new version, if there is one. */
export function ready() {
  const waiting = registration?.waiting;
  return waiting && navigator.serviceWorker.controller ? () => waiting.postMessage("take over") : null;
}
