// On every page, once it stands: keeps what this phone needs without a network, says what waits, sends it, and lets a new
// version in when no form is open.

import "./store.js";
import "./send.js";

const page = document.documentElement;
const isAlone = "alone" in page.dataset;
const TEN_MINUTES = 600000;
const HALF_A_DAY = 12 * 3600000;
const words = document.querySelector("[data-unsent]")?.dataset ?? {};

// ------------------------------------------------------------ what is kept

async function refresh() {
  const pocket = await askTheSite("/pocket/").catch(() => undefined);
  if (!pocket) return;
  const before = await store.get("pocket");
  if (pocket.state !== "signed-in") return before && store.clearHistory();
  if (before && before.person !== pocket.person) await store.clearHistory();
  if (before && before.language !== pocket.language) await caches.delete("kept");
  await keepKit(pocket);
  await store.set("pocket", pocket);
  await store.set("latest", Date.now());
  const waiting = new Set((await store.rows()).map((row) => row.number));
  const history = (await store.get("history")) ?? [];
  await store.set("history", history.filter((one) => waiting.has(one.number)));
  await import("./renew.js");
  const registration = await navigator.serviceWorker.ready;
  document.querySelector("[data-push-lost]").hidden = await notified.renew(pocket, registration).catch(() => true);
  await notified.confirmKept().catch(() => {});
  await keepPages(pocket);
}

// The knowledge in this person's language: the worker has it in the one that the browser wished for.
async function keepKit({ kit }) {
  const cache = await caches.open("kit");
  const path = `/kit/${kit}/`;
  for (const { url } of await cache.keys()) if (new URL(url).pathname !== path) await cache.delete(url);
  if (!(await cache.match(path))) await cache.add(path);
}

// The pages that open without a network. What belongs to no child of this person any more goes.
async function keepPages({ children }) {
  const cache = await caches.open("kept");
  const own = children.map((child) => `/children/${child.id}/`);
  for (const { url } of await cache.keys()) {
    if (!own.some((path) => new URL(url).pathname.startsWith(path))) await cache.delete(url);
  }
  for (const path of own) for (const rest of ["", "logs/new/", "logs/nothing-new/", "logs/thinking/", "card/", "doses/"]) await keepPage(cache, path + rest);
}

async function keepPage(cache, path) {
  const kept = await cache.match(path, { ignoreVary: true });
  if (kept && serverNow() - kept.headers.get("X-Kept-At") < HALF_A_DAY) return;
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok || answer.redirected || !answer.headers.has("X-Request-ID")) return;
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", Date.parse(headers.get("Date")) || serverNow());
  await cache.put(path, new Response(await answer.blob(), { headers }));
}

// After signing in somebody else may be here; after a log the kept history is older than the record; a browser may have
// ended what it is notified by.
async function isDue() {
  const pocket = await store.get("pocket");
  const cameFrom = document.referrer && new URL(document.referrer).pathname;
  if (pocket?.language !== page.lang || (await store.get("ended"))) return true;
  return serverNow() - pocket.now > TEN_MINUTES || /^\/(account|begin)/.test(cameFrom) || /\/answer\/$|^\/reach\/$/.test(location.pathname) || (await isUnheard(pocket));
}

async function isUnheard(pocket) {
  await import("./renew.js");
  return notified.differs(pocket, await navigator.serviceWorker.ready).catch(() => false);
}

// ------------------------------------------------------------ what waits

const clock = (at) => clockAt(at, {});

async function tellWaiting() {
  const place = document.querySelector("[data-unsent]");
  const rows = await store.rows();
  const [, counted] = document.cookie.match(/(?:^|; )unsent=(\d+)/) ?? [];
  const lost = Number(counted ?? 0) > 0 && !(await store.get("mark"));
  const oldest = Math.min(...rows.map((row) => row.at));
  const text = rows.length === 1 ? words.one : words.more?.replace("{n}", rows.length);
  place.hidden = !rows.length && !lost;
  if (rows.length) place.textContent = text.replace("{time}", clock(oldest));
  else if (lost) place.textContent = words.lost;
  if (!lost) count(rows.length);
}

// A mark beside the database: without it nobody would know that the browser has thrown that away.
const count = (n) => {
  document.cookie = `unsent=${n}; path=/; max-age=${n ? 2592000 : 0}; samesite=lax`;
};

async function tellNews() {
  const news = (await store.get("news")) ?? [];
  const place = document.querySelector("[data-news]");
  place.hidden = !news.length;
  place.replaceChildren(...news.map((one) => {
    const line = document.createElement("p");
    line.textContent = (one.state === "refused" ? words.refused : words.stricter).replace("{time}", clock(one.at));
    if (one.says) line.textContent += ` ${one.says}`;
    if (one.address) {
      const link = document.createElement("a");
      link.href = one.address;
      link.textContent = words.open;
      line.append(" ", link);
    }
    return line;
  }), ...(news.length ? [readIt()] : []));
}

function readIt() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = words.read;
  button.addEventListener("click", async () => {
    await store.set("news", []);
    await tellNews();
  });
  return button;
}

async function send() {
  await sendUnsent().catch(() => {});
  await tell();
}

async function tell() {
  try {
    await tellWaiting();
    await tellNews();
  } catch {
    // a browser that keeps nothing has nothing to tell
  }
}

// ------------------------------------------------------------ how old the page is

async function tellAge() {
  const place = document.querySelector("[data-offline]");
  const { kept } = page.dataset;
  if (!place || !kept) return;
  place.classList.add("alert-slim");
  place.textContent = words.kept.replace("{ago}", ago(Number(kept))).replace("{time}", clockAt(Number(kept), { weekday: "long" }));
  place.dataset.stays = "";
  place.hidden = false;
}

// ------------------------------------------------------------ all of it

async function begin() {
  if (isAlone) tellAge();
  await tell();
  await standBy();
  const ready = await register();
  if (!isAlone && ready) await store.set("met", serverNow()).catch(() => {}); // the worker's knowledge is as the site's
  if (!isAlone && ready && (await isDue())) {
    await refresh();
    await standBy();
  }
  page.dataset.offlineReady = ready ? "yes" : "no";
  await send();
}

// The forms of this page that work without a network, once what they need is here.
async function standBy() {
  const form = document.getElementById("log");
  const whom = document.querySelector("[data-whom]");
  const script = form?.getAttribute("action") === "/check/" ? "./check.js" : "./log.js";
  if (form && !("alone" in form.dataset)) await (await import(script)).standBy(form);
  if (whom) await (await import("./call.js")).fillNumbers(whom);
  if (document.querySelector("form.dose-form")) await (await import("./call.js")).standDoses();
}

async function register() {
  try {
    const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    registration.waiting?.postMessage("update");
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false;
  }
}

for (const change of ["online", "focus", "pageshow"]) addEventListener(change, send);
document.addEventListener("visibilitychange", () => document.hidden || send());
document.addEventListener("unsent", send);
setInterval(send, 60000);
if (globalThis.BroadcastChannel) new BroadcastChannel("unsent").addEventListener("message", tell);
addEventListener("appinstalled", () => navigator.storage?.persist?.());
if (matchMedia("(display-mode: standalone)").matches) navigator.storage?.persist?.();
begin().catch(() => {
  page.dataset.offlineReady = "no";
});
