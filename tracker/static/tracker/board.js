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

// What a hand is doing stays: the focus, what is ticked, opened parts. Where its alert is gone, the next one has it.
const idOf = (line) => line.querySelector("[data-key=o]").id;
const from = (line) => {
  const lines = [...board.querySelectorAll("[data-line]")];
  return line ? lines.slice(lines.indexOf(line)).map(idOf) : [];
};
const firstOf = (ids) => ids.map((id) => document.getElementById(id)).find(Boolean);

const keep = () => {
  const focus = [document.activeElement?.id, ...from(document.activeElement?.closest("[data-line]"))].filter(Boolean);
  const ticked = [...board.querySelectorAll("input:checked")].map((input) => input.id);
  const open = [...board.querySelectorAll("details")].map((part) => part.open);
  return () => {
    for (const id of ticked) document.getElementById(id)?.click();
    board.querySelectorAll("details").forEach((part, place) => { part.open = open[place] ?? false; });
    firstOf(focus)?.focus({ preventScroll: true });
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

// How many are open, and how many of them are urgent and wait, stands in the title. A sound only for who asked for it, on this
// computer: an emergency is high and quick, "call now" is low and slow, and each comes again until somebody has taken it.
const box = document.querySelector("[data-sound]");
const sound = box?.querySelector("input");
const SOUNDS = {
  emergency: { tones: [988, 740, 988, 740, 988, 740], each: 0.2, again: 10000 },
  now: { tones: [523, 392], each: 0.6, again: 30000 },
};
let speaker;
let known = new Set();
let rungAt = 0;

const ring = (kind, after = 0) => {
  speaker ??= new AudioContext();
  speaker.resume();
  SOUNDS[kind].tones.forEach((hertz, place) => {
    const tone = speaker.createOscillator();
    const volume = speaker.createGain();
    const at = speaker.currentTime + after + place * SOUNDS[kind].each;
    tone.connect(volume).connect(speaker.destination);
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.2, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + SOUNDS[kind].each);
    tone.start(at);
    tone.stop(at + SOUNDS[kind].each);
  });
};

const waiting = () => board.firstElementChild.dataset;
const kindWaiting = () => (Number(waiting().emergencies) ? "emergency" : waiting().urgent ? "now" : "");

const soundAgain = (isNew = false) => {
  const kind = kindWaiting();
  if (!sound?.checked || !kind || (!isNew && Date.now() - rungAt < SOUNDS[kind].again)) return;
  rungAt = Date.now();
  ring(kind);
  box.querySelector("[data-silent]").hidden = speaker.state === "running";
};

const tell = () => {
  const { open, urgent, title: words } = waiting();
  const ids = new Set(urgent.split(" ").filter(Boolean));
  document.title = [open === "0" ? "" : `(${open})`, words ? `${words} ·` : "", title].filter(Boolean).join(" ");
  soundAgain([...ids].some((alert) => !known.has(alert)));
  known = ids;
};

if (box) {
  box.hidden = false;
  sound.checked = localStorage.getItem("board-sound") === "yes";
  const test = () => {
    ring("emergency");
    ring("now", 2);
    box.querySelector("[data-silent]").hidden = true; // a hand was here: the browser allows the next one
  };
  sound.addEventListener("change", () => {
    localStorage.setItem("board-sound", sound.checked ? "yes" : "no");
    if (sound.checked) test();
  });
  box.querySelector("[data-test]").addEventListener("click", test);
  setInterval(soundAgain, 1000);
}

// Back from an alert that was closed (#next): the alert that came after it, on the page of then; but first an emergency that waits.
const PLACE = "board-place";
document.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]");
  if (line && board.contains(line)) sessionStorage.setItem(PLACE, JSON.stringify({ search: location.search, ids: from(line).slice(1) }));
});
const goOn = () => {
  const { search, ids } = JSON.parse(sessionStorage.getItem(PLACE) ?? '{"search":"","ids":[]}');
  if (search !== location.search) return location.replace(`${location.pathname}${search}#next`);
  const next = firstOf(ids) ?? board.querySelector("[data-waits] [data-key=o]");
  const emergency = board.querySelector("[data-waits=emergency] [data-key=o]");
  (next?.closest("[data-waits=emergency]") ? next : (emergency ?? next))?.focus();
};
if (location.hash === "#next") goOn();

known = new Set(waiting().urgent.split(" ").filter(Boolean));
tell();
setTimeout(look, EVERY);
