// A log that could not be sent is not lost: while it is typed, this window alone keeps it, and puts it back when the form
// is opened again. It goes when the answer to that log is seen, when somebody signs out, and after a day.
const KEPT_FOR = 24 * 3600000;
const SETTLED = 5 * 60000; // typed so long ago, "now" is a time of its own

const saved = document.querySelector("[data-saved]")?.dataset.saved.split(" ") ?? [];
for (const [key, kept] of Object.entries(sessionStorage)) {
  const { fields, at } = JSON.parse(kept);
  const isSaved = fields.some(([name, value]) => name === "client_uuid" && saved.includes(value));
  if (isSaved || Date.now() - at > KEPT_FOR) sessionStorage.removeItem(key);
}

const form = document.getElementById("log");
const card = document.getElementById("unsent");
if (form && card) {
  const key = form.getAttribute("action");
  const number = form.elements.client_uuid;
  const fresh = number.value;
  const kept = () => JSON.parse(sessionStorage.getItem(key));
  const keep = () => sessionStorage.setItem(key, JSON.stringify({ fields: typedIn(form), at: Date.now() }));
  const show = () => {
    card.hidden = false;
    card.focus();
  };
  // A form that came back from the server holds what was typed already.
  if (kept() && !("bound" in form.dataset)) {
    fill(form, kept());
    show();
  }
  addEventListener("pageshow", ({ persisted }) => persisted && kept() && show());
  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => {
    if (!kept()) keep();
    if (navigator.onLine) return;
    event.preventDefault(); // the browser's own error page has no number to call
    show();
  });
  card.querySelector("[data-forget]").addEventListener("click", () => {
    form.reset();
    number.value = fresh;
    retell(form);
    sessionStorage.removeItem(key);
    card.hidden = true;
  });
}

// Every answer and the number that makes a second sending the same log; no token.
function typedIn(form) {
  return [...new FormData(form)].filter(([name]) => name === "client_uuid" || form.elements[name].type !== "hidden");
}

function fill(form, { fields, at }) {
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
  if (Date.now() - at > SETTLED) settle(form, at);
  for (const tile of form.querySelectorAll(".tile")) {
    const told = [...tile.querySelectorAll(":checked:not(.sign-no, option), [type=text]")];
    tile.open = told.some((one) => one.value);
  }
  retell(form);
}

// "An hour ago" was an hour before it was typed, by the family's clock. A picked time stays.
function settle(form, typedAt) {
  const { when, when_at: picked } = form.elements;
  if (!when || when.value === "pick") return;
  const timeZone = form.querySelector("[data-zone]").dataset.zone.replaceAll(" ", "_");
  const clock = new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "short" });
  picked.value = clock.format(typedAt - when.value * 3600000).replace(" ", "T");
  when.value = "pick";
}

// The comforts of app.js look again: how many signs a tile has, the temperature in the other unit.
function retell(form) {
  for (const tile of form.querySelectorAll(".tile")) tile.dispatchEvent(new Event("change"));
  form.dispatchEvent(new Event("input"));
}
