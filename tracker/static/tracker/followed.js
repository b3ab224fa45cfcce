// The answer stays true while it is open: who took it, what was decided, which calls were made. Comfort only: the page says
// the same when it is loaded again. What it says to do is never touched.

const SOON = 5000; // while somebody may be about to take it
const LATER = 20000;
const UNSEEN = 60000;
const FIRST = 10 * 60000;
const GIVE_UP = 8000;
const lost = document.querySelector("[data-lost]");
const opened = Date.now();
let heardAt = serverNow();
let timer;

// Nothing moves under a finger: a part that holds the focus, or chosen text, waits until the next time.
const isInUse = (part) => part.contains(document.activeElement) || (getSelection().type === "Range" && getSelection().containsNode(part, true));

const show = (told) => {
  for (const part of told.querySelectorAll("[data-part]")) {
    const here = document.querySelector(`main [data-part="${part.dataset.part}"]`);
    if (here && here.innerHTML.trim() !== part.innerHTML.trim() && !isInUse(here)) here.replaceChildren(...part.childNodes);
  }
};

const look = async () => {
  try {
    const response = await fetch(location.pathname, { headers: { "X-Part": "followed" }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(GIVE_UP) });
    if (!response.ok) throw new Error(String(response.status));
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
    heardAt = serverNow();
    lost.hidden = true;
  } catch {
    if (lost.hidden) lost.textContent = lost.dataset.words.replace("{time}", clockAt(heardAt));
    lost.hidden = false;
  }
  wait();
};

const wait = () => {
  clearTimeout(timer);
  timer = setTimeout(look, document.hidden ? UNSEEN : Date.now() - opened < FIRST ? SOON : LATER);
};

// Back from the call: at once.
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  timer = setTimeout(look, document.hidden ? UNSEEN : 0);
});
wait();
