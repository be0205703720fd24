// The service worker of /visits/: pages of a visit stay usable without network.
// Pages are kept in one cache for each person, for a day; which person is at the phone is the last one a page was
// brought for from the server. Nothing is ever served to anyone else: their page would come from the server, which says
// who they are and so makes this forget the other's.
const PAGES = "madoguchi-visit:";
const ASSETS = "madoguchi-visit-assets";
const PERSON = "X-Madoguchi-Person";
const KEPT_AT = "X-Kept-At";
const DAY = 24 * 60 * 60 * 1000;
const PATIENCE = 5000;
const OFFLINE = "/visits/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.add(new Request(OFFLINE, { credentials: "omit" }))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const isPersonal = (name) => name.startsWith(PAGES);
const forgetOthers = async (person) => {
  for (const name of await caches.keys()) if (isPersonal(name) && name !== PAGES + person) await caches.delete(name);
};

const keep = async (request, response) => {
  const person = response.headers.get(PERSON);
  if (!response.ok || response.redirected || !person) return;
  await forgetOthers(person);
  const headers = new Headers(response.headers);
  headers.set(KEPT_AT, String(Date.now()));
  const copy = new Response(await response.blob(), { status: 200, headers });
  await (await caches.open(PAGES + person)).put(request, copy);
};

// The only personal cache there is, if it is fresh: forgetOthers leaves at most one.
const kept = async (request) => {
  for (const name of (await caches.keys()).filter(isPersonal)) {
    const cache = await caches.open(name);
    const found = (await cache.match(request)) ?? (await cache.match(request, { ignoreSearch: true }));
    if (!found) continue;
    if (Date.now() - Number(found.headers.get(KEPT_AT)) < DAY) return found;
    await caches.delete(name);
  }
  return null;
};

const withPatience = (request) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("slow")), PATIENCE);
    fetch(request).then(resolve, reject).finally(() => clearTimeout(timer));
  });

const page = async (event) => {
  const address = new Request(event.request.url);
  const stored = await kept(address);
  try {
    const response = stored ? await withPatience(event.request) : await fetch(event.request);
    if (response.ok) event.waitUntil(keep(address, response.clone()).catch(() => {}));
    return response;
  } catch {
    return stored ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
};

const asset = async (event) => {
  const found = await caches.match(event.request);
  if (found) return found;
  const response = await fetch(event.request);
  if (response.ok) {
    const copy = response.clone();
    event.waitUntil(caches.open(ASSETS).then((cache) => cache.put(event.request, copy)));
  }
  return response;
};

const picture = async (event) => {
  const address = new Request(event.request.url);
  const stored = await kept(address);
  if (stored) return stored;
  const response = await fetch(event.request);
  const copy = response.clone();
  if (response.ok) {
    event.waitUntil(
      (async () => {
        const [name] = (await caches.keys()).filter(isPersonal);
        if (!name) return;
        const headers = new Headers(copy.headers);
        headers.set(KEPT_AT, String(Date.now()));
        await (await caches.open(name)).put(address, new Response(await copy.blob(), { headers }));
      })(),
    );
  }
  return response;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(event));
  else if (/^\/visits\/[^/]+\/photos\//.test(url.pathname)) event.respondWith(picture(event));
});

// A page asks to keep the others of its visit: {keep: [addresses], assets: [addresses]}; the answer says what was kept.
self.addEventListener("message", (event) => {
  if (!event.data?.keep) return;
  event.waitUntil(
    (async () => {
      let failed = 0;
      for (const address of event.data.assets ?? []) await asset({ request: new Request(address), waitUntil: (p) => p }).catch(() => failed++);
      for (const address of event.data.keep) {
        const request = new Request(address, { credentials: "same-origin" });
        await fetch(request).then((response) => (response.ok ? keep(new Request(new URL(address, self.location)), response) : failed++)).catch(() => failed++);
      }
      event.source?.postMessage({ kept: event.data.keep.length - failed, failed });
    })(),
  );
});
