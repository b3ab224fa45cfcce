// One key a step: the next alert, open, take, ring, close. Only keys without a modifier, never while somebody types, and only while the
// box beside the list of keys is ticked. What a key does is a link or a button of the page: without this file nothing is missing.

const box = document.querySelector("[data-keys]");
const isOn = box?.querySelector("input");
const lines = () => [...document.querySelectorAll("[data-line]")];
const here = () => document.activeElement?.closest("[data-line]");

const step = (by) => {
  const all = lines();
  const place = all.indexOf(here());
  const next = all[place < 0 ? 0 : Math.min(Math.max(place + by, 0), all.length - 1)];
  next?.querySelector("[data-key=o]")?.focus();
};

const press = (key) => {
  const line = here() ?? (lines().length === 1 ? lines()[0] : null); // nobody takes an alert that they did not go to
  const what = line?.querySelector(`[data-key="${key}"]`);
  if (what?.matches("textarea")) what.focus();
  else what?.click();
  return what;
};

const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

addEventListener("keydown", (event) => {
  if (!isOn?.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isTyping(event.target) || document.body.classList.contains("is-locked")) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (!["o", "t", "r", "c"].includes(event.key) || !press(event.key)) return;
  event.preventDefault();
});

if (box) {
  box.hidden = false;
  isOn.checked = localStorage.getItem("board-keys") !== "no";
  isOn.addEventListener("change", () => localStorage.setItem("board-keys", isOn.checked ? "yes" : "no"));
}
