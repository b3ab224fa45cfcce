// A log that could not be sent is not lost: while it is typed, this window alone keeps it, and puts it back when the form
// is opened again. It goes when the answer to that log is seen, when somebody signs out, and after a day.
const KEPT_FOR = 24 * 3600000;
const SETTLED = 5 * 60000; // typed so long ago, "now" is a time of its own

const saved = document.querySelector("[data-saved]")?.dataset.saved.split(" ") ?? [];
for (const [key, kept] of Object.entries(sessionStorage)) {
  const { fields, at } = JSON.parse(kept);
  const isSaved = fields.some(([name, value]) => name === "client_uuid" && saved.includes(value));
  if (isSaved || serverNow() - at > KEPT_FOR) sessionStorage.removeItem(key);
}
const draftOf = (key) => JSON.parse(sessionStorage.getItem(key));

// Today says that a log waits in this window, and since when.
for (const notice of document.querySelectorAll("[data-draft]")) {
  const draft = draftOf(notice.dataset.draft);
  notice.hidden = !draft;
  if (draft) tellAge(notice, draft.at);
}

const form = document.getElementById("log");
const card = document.getElementById("unsent");
if (form && card) {
  const key = form.getAttribute("action");
  const number = form.elements.client_uuid;
  const fresh = number.value;
  const kept = () => draftOf(key);
  const keep = () => sessionStorage.setItem(key, JSON.stringify({ fields: typedIn(form), at: serverNow() }));
  const show = () => {
    card.hidden = false;
    card.focus();
  };
  // Whatever comes next, what was typed a while ago gets its time first, and says so.
  const settleOld = () => {
    const draft = kept();
    if (draft && serverNow() - draft.at > SETTLED && settle(form, draft.at)) {
      for (const notice of document.querySelectorAll("[data-typed]")) tellAge(notice, draft.at);
    }
  };
  // A form that came back from the server holds what was typed already.
  if (kept() && !("bound" in form.dataset)) {
    fill(form, kept());
    settleOld();
    tellAge(card, kept().at);
    show();
  }
  if (kept() || "bound" in form.dataset) selectWhatStands(form);
  addEventListener("pageshow", ({ persisted }) => persisted && kept() && show());
  for (const back of ["pageshow", "online"]) addEventListener(back, settleOld);
  document.addEventListener("visibilitychange", () => document.hidden || settleOld());
  form.addEventListener("input", ({ target }) => {
    if (target && !target.name?.startsWith("when")) settleOld();
    keep();
  });
  // Enter sends nothing: a log cannot be taken out of the record. In a text field the form's first button sees to that.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    settleOld();
    if (!kept()) keep();
    if (navigator.onLine || "alone" in form.dataset) return; // offline/log.js answers it here
    event.preventDefault(); // the browser's own error page has no number to call
    tellAge(card, kept().at);
    show();
  });
  card.querySelector("[data-forget]").addEventListener("click", () => {
    form.reset();
    number.value = fresh;
    retell(form);
    sessionStorage.removeItem(key);
    for (const notice of document.querySelectorAll("[data-typed]")) notice.hidden = true;
    card.hidden = true;
  });
}

// Every answer and the number that makes a second sending the same log; no token.
function typedIn(form) {
  return [...new FormData(form)].filter(([name]) => name === "client_uuid" || form.elements[name].type !== "hidden");
}

function fill(form, { fields }) {
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
  for (const tile of form.querySelectorAll(".tile")) {
    const told = [...tile.querySelectorAll(":checked:not(.sign-no, option), [type=text]")];
    tile.open = told.some((one) => one.value);
  }
  retell(form);
}

// "An hour ago" was an hour before it was typed, by the server's time and the family's clock. A picked time stays.
function settle(form, typedAt) {
  const { when, when_at: picked } = form.elements;
  if (!when || when.value === "pick") return false;
  const clock = new Intl.DateTimeFormat("sv", { timeZone: document.documentElement.dataset.zone, dateStyle: "short", timeStyle: "short" });
  picked.value = clock.format(typedAt - when.value * 3600000).replace(" ", "T");
  when.value = "pick";
  return true;
}

// Since when it waits, in every line that has words for it.
function tellAge(part, at) {
  for (const line of part.matches("[data-words]") ? [part] : part.querySelectorAll("[data-words]")) {
    line.textContent = line.dataset.words.replace("{time}", clockAt(at, { weekday: "long" })).replace("{ago}", ago(at));
    line.hidden = false;
  }
}

// A number that stands in a field from before is replaced by the next digit, and not lengthened: "10101.1".
function selectWhatStands(form) {
  for (const field of form.querySelectorAll("input[type=text]")) {
    if (field.value) field.addEventListener("focus", () => setTimeout(() => field.select()), { once: true });
  }
}

// The comforts of app.js look again: how many signs a tile has, the temperature in the other unit.
function retell(form) {
  for (const tile of form.querySelectorAll(".tile")) tile.dispatchEvent(new Event("change"));
  form.querySelector("[data-temperature]")?.dispatchEvent(new Event("look", { bubbles: true }));
}
