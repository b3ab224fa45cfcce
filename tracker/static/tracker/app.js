// Comfort only: every page works without this file.

// Without a connection the browser would put its own page here: no number on it, and what was typed gone.
const offline = document.querySelector("[data-offline]");
const look = () => {
  offline.hidden = navigator.onLine && !("stays" in offline.dataset);
};
if (offline) {
  for (const change of ["online", "offline", "pageshow"]) addEventListener(change, look);
  document.addEventListener("submit", (event) => {
    look();
    if (!navigator.onLine) event.preventDefault();
  });
}

// One tap is one log: a form is sent once. (The server knows a second one by its number anyway.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), 15000); // the network may have swallowed it: let them try again
});
const release = (form) => {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
};
addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));

// The light on the screen changes at once, and what was typed on the page stays. The server keeps the choice.
for (const form of document.querySelectorAll("[data-look]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = event.submitter;
    fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" }).catch(() => {});
    if (chosen.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.value;
    for (const button of document.querySelectorAll(".looks button")) {
      button.ariaPressed = button.value === chosen.value ? "true" : "false";
    }
  });
}

// The temperature in the other unit, while it is typed, where a body can have it. Shown, never sent.
const digits = (text) => [..."٠١٢٣٤٥٦٧٨٩"].reduce((all, digit, value) => all.replaceAll(digit, value), text.normalize("NFKC"));
const echo = (input) => {
  const output = input.closest("form").querySelector("[data-echo]");
  const unit = input.form.elements.unit?.value;
  const bare = input.value.replace(/^[\p{Cf}\s\ufffc]+|[\p{Cf}\s\ufffc°º˚]+$/gu, "");
  const text = digits(bare).replace(/[,٫·]/, ".");
  const typed = /^\d{1,3}(\.\d{0,2})?$/.test(text) ? Number(text) : NaN;
  const celsius = unit === "F" ? (typed - 32) / 1.8 : typed;
  const other = unit === "F" ? `= ${celsius.toFixed(1)} °C` : `= ${(typed * 1.8 + 32).toFixed(1)} °F`;
  output.value = celsius >= 34 && celsius <= 43 ? other : "";
};
for (const input of document.querySelectorAll("[data-temperature]")) {
  for (const change of ["input", "look"]) input.form.addEventListener(change, () => echo(input)); // unsaved.js makes it look
  echo(input);
}

// How many signs of a tile are chosen.
const count = (tile) => {
  const chosen = [...tile.querySelectorAll(".sign-no")].filter((no) => !no.checked).length;
  const output = tile.querySelector("[data-count]");
  output.textContent = chosen ? `${chosen} ${output.dataset.word}` : "";
};
for (const tile of document.querySelectorAll(".tile")) {
  tile.addEventListener("change", () => count(tile));
  count(tile);
}

// The first thing to look at is looked at first.
document.getElementById("errors")?.focus();
document.getElementById("not-saved")?.focus({ preventScroll: true }); // the answer above it stays in sight

// What this phone does without a network comes last: no page waits for it.
addEventListener("load", () => (globalThis.requestIdleCallback ?? setTimeout)(() => import("/static/tracker/offline/page.js").catch(() => {})));
