// The board stays true while it is open: asks every five seconds whether anything changed, and draws again only then.
// An alert, or a machine that is late, at once; a quiet log within fifteen seconds: a hundred boards need not hurry for it.
// Without this file the page reloads itself twice a minute.

const EVERY = 5000;
const CALM = [5000, 15000]; // each board at a time of its own
const UNSEEN = 10000; // in a tab that nobody looks at or listens to
const GIVE_UP = 5000;
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-lost]");
const title = document.title;
let heardAt = serverNow();
let calmFrom = 0;

const ask = async (address, headers = {}) => {
  const response = await fetch(address, { headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(GIVE_UP) });
  if (!response.ok) throw new Error(String(response.status));
  return response.text();
};

// What a hand is doing stays: the focus, what is ticked, opened parts.
const keep = () => {
  const focus = document.activeElement?.id;
  const ticked = [...board.querySelectorAll("input:checked")].map((input) => input.id);
  const open = [...board.querySelectorAll("details")].map((part) => part.open);
  return () => {
    for (const id of ticked) document.getElementById(id)?.click();
    board.querySelectorAll("details").forEach((part, place) => { part.open = open[place] ?? false; });
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  };
};

const draw = async () => {
  const part = new DOMParser().parseFromString(await ask(location.href, { "X-Part": "board" }), "text/html").body.firstElementChild;
  const restore = keep();
  board.replaceChildren(document.adoptNode(part));
  board.dataset.version = part.dataset.version;
  calmFrom = Date.now() + CALM[0] + Math.random() * (CALM[1] - CALM[0]);
  restore();
  tell();
  if ("locked" in part.dataset) document.dispatchEvent(new Event("staff-locked-there"));
};

// Locked, the board is drawn without names; unlocked, with them, at once.
document.addEventListener("staff-lock", () => draw().catch(() => {}));

const urgent = (version) => version.split(" ")[0];
const isTold = (version, known) => version !== known && (urgent(version) !== urgent(known) || Date.now() > calmFrom);

const look = async () => {
  try {
    if (isTold(await ask(board.dataset.asks), board.dataset.version)) await draw();
    heardAt = serverNow();
    lost.hidden = true;
  } catch {
    if (lost.hidden) lost.textContent = lost.dataset.words.replace("{time}", clockAt(heardAt, { second: "2-digit" }));
    lost.hidden = false;
  } finally {
    setTimeout(look, document.hidden && !sound?.checked ? UNSEEN : EVERY);
  }
};


// How many are open stands in the title. A sound only for who asked for it, on this computer.
const box = document.querySelector("[data-sound]");
const sound = box?.querySelector("input");
let speaker;
let known = new Set();

const ring = () => {
  speaker ??= new AudioContext();
  const tone = speaker.createOscillator();
  const volume = speaker.createGain();
  tone.connect(volume).connect(speaker.destination);
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.2, speaker.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, speaker.currentTime + 1.2);
  tone.start();
  tone.stop(speaker.currentTime + 1.2);
};

const tell = () => {
  const part = board.firstElementChild;
  const urgent = new Set(part.dataset.urgent.split(" ").filter(Boolean));
  document.title = part.dataset.open === "0" ? title : `(${part.dataset.open}) ${title}`;
  if (sound?.checked && [...urgent].some((alert) => !known.has(alert))) ring();
  known = urgent;
};

if (box) {
  box.hidden = false;
  sound.checked = localStorage.getItem("board-sound") === "yes";
  sound.addEventListener("change", () => {
    localStorage.setItem("board-sound", sound.checked ? "yes" : "no");
    if (sound.checked) ring(); // so that they know it, and the browser allows the next one
  });
}
known = new Set(board.firstElementChild.dataset.urgent.split(" ").filter(Boolean));
tell();
setTimeout(look, EVERY);
