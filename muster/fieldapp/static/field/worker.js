// The service worker. BUILD and FILES stand above, written by the server. It serves the tree of one version and
// nothing else: it never touches /sync, IndexedDB or the outbox, and it takes over only when the page asks it to.
const CACHE = `muster-${BUILD}`;
const HOME = `/f/${BUILD}/`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !url.pathname.startsWith("/f/")) return;
  if (url.pathname === "/f/worker.js") return;
  event.respondWith(event.request.mode === "navigate" ? page(url) : file(event.request));
});
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

/** All or nothing: one file that is not what the list says, and the version before stays. */
async function install() {
  const cache = await caches.open(CACHE);
  const older = await held();
  for (const [path, digest] of FILES) {
    const answer = older.get(digest) ?? (await fetch(HOME + path, { cache: "no-cache" }));
    const content = await answer.clone().arrayBuffer();
    const found = await crypto.subtle.digest("SHA-256", content);
    if (!answer.ok || hex(found) !== digest) throw new Error(`not what was promised: ${path}`);
    const headers = new Headers(answer.headers);
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    headers.set("X-Digest", digest);
    await cache.put(HOME + path, new Response(content, { headers }));
  }
}

/** Files of the versions before, by digest: what did not change is not fetched again. */
async function held() {
  const found = new Map();
  for (const name of await caches.keys()) {
    if (!name.startsWith("muster-")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      const digest = answer?.headers.get("X-Digest");
      if (digest) found.set(digest, answer);
    }
  }
  return found;
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("muster-") && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

/** Every way in ends at the page of this version; what stands after # goes along by itself. */
async function page(url) {
  if (url.pathname !== HOME) return Response.redirect(HOME, 302);
  return (await caches.match(`${HOME}index.html`)) ?? fetch(HOME);
}

async function file(request) {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}
