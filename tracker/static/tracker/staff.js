// A ward's computer is left alone: after a quarter of an hour without a hand on it, what a page of the staff shows is covered, and
// the session is locked (tracker/core/staff_session.py). Unlocking happens in a window of its own, so that what was typed stays.

const LOCKS_AFTER = 15 * 60000;
const TELLS_EVERY = 60000; // the server, that somebody is there
const LOOKS_EVERY = 5000;
const KEY = "staff-active-at"; // shared by all windows of this browser

const here = document.querySelector("[data-staff]");
const cover = document.querySelector("[data-cover]");
let toldAt = Date.now();

const post = (address) =>
  fetch(address, { method: "POST", body: new FormData(here), redirect: "manual", cache: "no-store" });

const setLocked = (isLocked) => {
  if (document.body.classList.contains("is-locked") === isLocked) return;
  document.body.classList.toggle("is-locked", isLocked);
  cover.hidden = !isLocked;
  if (isLocked) cover.focus();
};

const drawAgain = () => document.dispatchEvent(new Event("staff-lock")); // a board: without names, or with them

// Covered at once, whatever the network does; what was typed stays under it.
const lock = async () => {
  setLocked(true);
  await post(here.dataset.lock).catch(() => {});
  drawAgain();
};

const tellActive = async () => {
  toldAt = Date.now();
  try {
    const wasLocked = document.body.classList.contains("is-locked");
    const isLocked = (await post(here.dataset.active)).status === 403;
    setLocked(isLocked);
    if (isLocked !== wasLocked) drawAgain();
  } catch {
    // no connection: the page says so itself, and the server locks by its own clock
  }
};

const note = () => {
  if (document.body.classList.contains("is-locked")) return;
  localStorage.setItem(KEY, Date.now());
  if (Date.now() - toldAt > TELLS_EVERY) tellActive();
};

const look = () => {
  const locked = document.body.classList.contains("is-locked");
  const idle = Date.now() - Number(localStorage.getItem(KEY));
  if (!locked && idle > LOCKS_AFTER) {
    lock();
  } else if (locked) {
    tellActive(); // a window beside this one may have unlocked it
  }
};

if (here) {
  localStorage.setItem(KEY, Date.now());
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(kind, note, { passive: true });
  addEventListener("focus", look);
  here.addEventListener("submit", (event) => {
    event.preventDefault();
    lock();
  });
  document.addEventListener("staff-locked-there", () => setLocked(true)); // board.js was given a locked board
  setInterval(look, LOOKS_EVERY);
}

if (document.querySelector("[data-unlocked]") && window.opener) window.close();
