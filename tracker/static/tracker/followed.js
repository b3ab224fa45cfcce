// The answer stays true while it is open: who took it, what was decided, which calls were made. Comfort only: the page says
// the same when it is loaded again. What the answer says to do is never touched. So does Today, which asks whether there is
// another version than the one that it shows.

const SOON = 5000; // while somebody may be about to take it
const LATER = 20000;
const UNSEEN = 60000;
const FIRST = 10 * 60000;
const GIVE_UP = 8000;
const place = document.querySelector("[data-follow]");
const lost = document.querySelector("[data-lost]");
const opened = Date.now();
let heardAt = serverNow();
let timer;

// Nothing moves under a finger: a part that holds the focus, chosen text or something typed waits until the next time.
const isTyped = (field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : "defaultValue" in field && field.value !== field.defaultValue;
const isInUse = (part) =>
  part.contains(document.activeElement) ||
  (getSelection().type === "Range" && getSelection().containsNode(part, true)) ||
  [...part.querySelectorAll("input, textarea")].some(isTyped);

// Without what is another each time, or counted on by the clock: nothing that is read out again has changed only so.
const bare = (part) => {
  const copy = part.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-ago]")) time.textContent = "";
  for (const field of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) field.remove();
  return copy.innerHTML.trim();
};
const replace = (here, part) => {
  const open = [...here.querySelectorAll("details")].map((one) => one.open);
  here.replaceChildren(...part.childNodes);
  here.querySelectorAll("details").forEach((one, number) => { one.open = open[number] ?? one.open; });
};

// Whether all of it is shown now: what had to wait is asked for again.
const show = (told) => {
  let isAll = true;
  for (const part of told.querySelectorAll("[data-part]")) {
    const here = document.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!here || bare(here) === bare(part)) continue;
    if (isInUse(here)) isAll = false;
    else replace(here, part);
  }
  if (isAll) place.dataset.version = told.querySelector("[data-version]")?.dataset.version ?? "";
};

const look = async () => {
  try {
    const { follow, version } = place.dataset;
    const headers = { "X-Part": follow, ...(version && { "If-None-Match": version }) };
    const response = await fetch(location.pathname, { headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(GIVE_UP) });
    if (!response.ok && response.status !== 304) throw new Error(String(response.status));
    if (response.ok) show(new DOMParser().parseFromString(await response.text(), "text/html"));
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
