// The site's service worker: it opens the pages that are kept when the site cannot be reached, sends what waits, and
// shows what is pushed. SHELL, VERSION and LANGUAGE stand before this text (tracker/site/views/phone.py), with three
// scripts: offline/store.js, offline/send.js and offline/renew.js. On line every page comes from the site, as if this were not there.

const CURRENT = `shell-${VERSION}`;
const KEPT = "kept"; // pages of the person who is signed in
const PATIENCE = 5000; // a page that the site does not answer in this time is shown as it was last seen
const UUID = "[0-9a-f-]{36}";
const KEEPABLE = new RegExp(`^/children/${UUID}/(|logs/new/|logs/nothing-new/|logs/thinking/|card/|doses/)$`);
const FORMS = { "logs/": "logs/new/", "logs/nothing-new/": "logs/nothing-new/", "logs/thinking/": "logs/thinking/" };
const OPEN_FORM = /\/(logs|check|doses|account|begin|answer|called|correct|settings|treatment)/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(told(event)));
self.addEventListener("sync", (event) => event.waitUntil(sendUnsent()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(request.method === "GET" ? page(event, url) : posted(event, url));
  else if (request.method === "GET" && /^\/(static|kit|call)\//.test(url.pathname)) event.respondWith(ofTheShell(request));
});

// ------------------------------------------------------------ the shell, and its updates

// Fetched as nobody: an open page may show the numbers of who is signed in.
async function install() {
  const cache = await caches.open(CURRENT);
  const before = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== CURRENT);
  await Promise.all(SHELL.map(async (path) => {
    if (await cache.match(path)) return;
    const hashed = /\.[0-9a-f]{12}\.|^\/kit\//.test(path); // the same name is the same text
    const had = hashed && (await firstIn(before, path));
    const found = had || (await fetch(path, { credentials: "omit", cache: "no-cache", headers: { "Accept-Language": LANGUAGE } }));
    if (!found.ok) throw new Error(path);
    if (!had) await noteClock(found);
    await cache.put(path, found);
  }));
  if (!self.registration.active) await self.skipWaiting();
}

// The version before stays: a page that was opened under it may still ask for its parts.
async function activate() {
  const shells = (await caches.keys()).filter((name) => name.startsWith("shell-"));
  for (const name of shells.slice(0, -2)) if (name !== CURRENT) await caches.delete(name);
  await self.clients.claim();
}

// A new version waits until no form is open in any window.
async function told({ data }) {
  if (data === "send") return sendUnsent();
  if (data !== "update") return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.every((one) => !OPEN_FORM.test(new URL(one.url).pathname))) await self.skipWaiting();
}

async function ofTheShell(request) {
  const names = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== CURRENT);
  const found = await firstIn([CURRENT, ...names.reverse(), "kit"], request);
  return found ?? fetch(request);
}

async function firstIn(names, request) {
  for (const name of names) {
    const found = await caches.match(request, { cacheName: name, ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

// ------------------------------------------------------------ pages

async function page(event, url) {
  const answer = await reached(fetch(event.request), KEEPABLE.test(url.pathname) || ["/", "/check/"].includes(url.pathname));
  if (!answer) return asLastSeen(url.pathname);
  await noteClock(answer);
  if (answer.ok && KEEPABLE.test(url.pathname)) event.waitUntil(keep(url.pathname, answer.clone()));
  if ([403, 404, 410].includes(answer.status)) event.waitUntil(forget(url.pathname));
  return answer;
}

// What a form sends. One that signs somebody in or out ends what was kept of whoever was there before.
async function posted(event, url) {
  if (url.pathname.startsWith("/account/")) await store.clearHistory().catch(() => {});
  const form = formOf(url.pathname);
  const answer = await reached(fetch(event.request), Boolean(form));
  return answer ?? (form ? asLastSeen(form, "data-unreached") : asLastSeen(url.pathname));
}

// Null where the site does not answer, or something else does: a hotel's page, a proxy's error.
async function reached(asked, mayLeave) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  try {
    const answer = await (mayLeave ? Promise.race([asked, late]) : asked);
    const isOurs = answer && (answer.type === "opaqueredirect" || answer.headers.has("X-Request-ID"));
    asked.catch(() => {});
    return isOurs ? answer : null;
  } catch {
    return null;
  }
}

function formOf(path) {
  if (path === "/check/") return path;
  const [, child, rest] = path.match(new RegExp(`^/children/(${UUID})/(.*)$`)) ?? [];
  return FORMS[rest] && `/children/${child}/${FORMS[rest]}`;
}

async function keep(path, answer) {
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", Date.parse(headers.get("Date")) || Date.now());
  const cache = await caches.open(KEPT);
  await cache.put(path, new Response(await answer.blob(), { status: 200, headers }));
}

// By how much the site's clock is ahead of this one's.
async function noteClock({ headers }) {
  const at = Date.parse(headers.get("Date"));
  if (at) await store.set("ahead", at - Date.now()).catch(() => {});
}

async function forget(path) {
  const child = path.match(new RegExp(`^/children/${UUID}/`))?.[0];
  if (!child) return;
  const cache = await caches.open(KEPT);
  for (const { url } of await cache.keys()) if (new URL(url).pathname.startsWith(child)) await cache.delete(url);
}

// The page as it was last seen, with its age; else the page that says whom to call; for who was never here, the check.
async function asLastSeen(path, ...marks) {
  const kept = await caches.match(path === "/log/" ? await logNow() : path, { cacheName: KEPT, ignoreVary: true });
  const other = kept ?? (await firstIn([CURRENT], path)) ?? (await nextBest());
  const text = await other.text();
  const ahead = (await store.get("ahead").catch(() => 0)) ?? 0;
  const now = Math.round((Date.now() + ahead) / 1000);
  const seen = other.headers.get("X-Kept-At");
  const said = ["data-alone", ...(seen ? [`data-kept="${seen}"`] : []), ...marks].join(" ");
  const html = text
    .replace(/<html /, `<html ${said} `)
    .replace(/data-now="\d+"/, `data-now="${now}"`)
    .replace(/(name="client_uuid" value=")[^"]*/g, (_all, before) => before + crypto.randomUUID());
  const headers = new Headers(other.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response(html, { headers });
}

async function logNow() {
  const { children: [child] = [] } = (await store.get("pocket").catch(() => null)) ?? {};
  return child ? `/children/${child.id}/logs/new/` : "/log/";
}

async function nextBest() {
  const pocket = await store.get("pocket").catch(() => null);
  const child = pocket?.children?.[0];
  const today = child && (await caches.match(`/children/${child.id}/`, { cacheName: KEPT, ignoreVary: true }));
  return today ?? firstIn([CURRENT], pocket ? "/call/" : "/check/");
}

// ------------------------------------------------------------ what is pushed

self.addEventListener("push", (event) => {
  // A push that shows nothing costs the subscription: whatever came, something is shown.
  let told = {};
  try {
    told = event.data.json();
  } catch {
    told = {};
  }
  const options = {
    tag: told.tag,
    renotify: Boolean(told.tag) && !told.quiet,
    requireInteraction: !told.quiet,
    silent: Boolean(told.quiet),
    icon: "/static/tracker/icons/192.png",
    data: { url: told.url },
  };
  const shown = self.registration.showNotification(told.title || "Nightlight", options).then(() => confirm(told.receipt));
  event.waitUntil(Promise.all([shown, sendUnsent().catch(() => {})]));
});

// The site learns that notifications come here; what it could not be told, the next page tells it (offline/renew.js).
async function confirm(receipt) {
  if (!receipt) return;
  const body = new URLSearchParams({ receipt });
  try {
    const answer = await fetch("/reach/received/", { method: "POST", body, credentials: "omit" });
    if (answer.status !== 204) throw new Error(answer.status);
  } catch {
    await store.set("receipt", receipt).catch(() => {});
  }
}

// The browser has ended or replaced what it is notified by: Firefox says so when a subscription is dropped or allowed again,
// Chrome from 138 on when it is allowed again, Safari seldom. What cannot be mended from here, the next page mends, or says.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renewAlone()));

async function renewAlone() {
  await store.set("ended", true).catch(() => {});
  const pocket = await askTheSite("/pocket/").catch(() => null);
  if (pocket?.state === "signed-in") await notified.renew(pocket, self.registration).catch(() => {});
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil(self.clients.openWindow(url.href));
});
