// A log form without the site: answered here, in place, with what this phone keeps; written down, and sent later.
// On line nothing of this is used: the form goes to the site.

import { standCall } from "./call.js";
import { card, element, reach, rest } from "./answer.js";
import { said, typedIn, write } from "./entry.js";
import { judge, readKit, unchecked, whyNot, withOwn } from "./judge.js";
import { standingAt } from "./report.js";
import { words as wordsOf } from "./words.js";

const KINDS = { "": "full", "nothing-new/": "nothing-new", "thinking/": "neuro" };

// The few words that the page itself brings along, for where the kit is damaged.
export const spare = () => document.querySelector("[data-unsent]").dataset;

// All that it takes, read beforehand: the answer waits for nothing.
async function prepared(form) {
  const [, child, rest] = new URL(form.action).pathname.match(/^\/children\/([^/]+)\/logs\/(.*)$/) ?? [];
  if (!(rest in KINDS)) return null;
  const [pocket, history, latest] = await Promise.all(["pocket", "history", "latest"].map((key) => store.get(key).catch(() => undefined)));
  if (!pocket) return null;
  const [kit, rules] = await Promise.all([readKit(pocket.kit), import("../rules/assess.js")].map((one) => one.catch(() => null)));
  if (kit && rules) rules.prepare(kit.rules); // once, before it is needed: the index of the words of danger is large
  const known = pocket.children.find((one) => one.id === child);
  return { form, pocket, kit, rules, kind: KINDS[rest], id: child, child: known, history, latest };
}

export async function standBy(form) {
  const ready = await prepared(form);
  if (!ready) return;
  form.dataset.alone = "yes"; // unsaved.js and app.js leave it to us
  form.addEventListener("submit", (event) => {
    if (navigator.onLine && !("again" in form.dataset)) return;
    event.preventDefault();
    answer(ready);
  });
  if ("unreached" in document.documentElement.dataset) await answer(ready);
}

// Two pages may differ by the seconds that they took to open: what was entered before is not ahead of this entry.
const A_LITTLE = 600000;
function nowAfter(history) {
  const now = serverNow();
  const latest = Math.max(0, ...(history ?? []).map((one) => one.at));
  return latest > now && latest - now < A_LITTLE ? latest + 1 : now;
}

async function answer(ready) {
  ready.history = await store.get("history").catch(() => ready.history);
  const now = nowAfter(ready.history);
  const fields = typedIn(ready.form);
  const found = judged(ready, fields, now);
  const shown = show(ready, found, now);
  const number = ready.form.elements.client_uuid.value;
  try {
    const joins = found.report ? [{ at: found.at, report: found.report }] : [];
    await write({ ...ready, child: ready.id, fields, number, at: now, answer: said(found.response), joins });
    shown.say(now);
    sessionStorage.removeItem(ready.form.getAttribute("action")); // it is sealed now
  } catch {
    shown.failed();
  }
  document.dispatchEvent(new Event("unsent"));
}

function judged(ready, fields, now) {
  const why = whyNot({ ...ready, now });
  const { kit } = ready;
  try {
    if (why) return { why, response: unchecked(kit?.phrases["could not"] ?? spare().couldNot) };
    const child = withOwn(ready.child, ready.history);
    const found = judge({ fields, child, kit, now, kind: ready.kind, ...ready.rules });
    return { ...found, report: found.told.report };
  } catch {
    return { why: "nothing", response: unchecked(kit?.phrases["could not"] ?? spare().couldNot) };
  }
}

// ------------------------------------------------------------ what is shown

function show(ready, found, now) {
  const { form, kit, pocket, child } = ready;
  const words = kit && wordsOf(kit, child?.zone ?? document.documentElement.dataset.zone);
  const main = document.getElementById("main");
  const whom = whomToCall(child, found.response, now);
  const note = element("p", { class: "hint", role: "status" });
  const place = element("div", { class: "columns alone" });
  if (kit) {
    const alone = found.why
      ? `${words.say("alone unchecked")} ${words.say(`why ${found.why}`)}`
      : words.say("alone", { ago: words.ago((now - pocket.now) / 3600000), time: words.clock(pocket.now, now) });
    const parts = { response: found.response, told: found.told, whom, words, kit, alone };
    const nobody = element("p", {}, element("b", {}, words.say("nobody knows")));
    const change = element("button", { class: "btn", type: "button" }, words.say("change"));
    change.addEventListener("click", () => back(place, main, form));
    const today = element("a", { class: "btn", href: `/children/${ready.id}/` }, words.say("back"));
    const after = element("div", { class: "side-by-side" }, change, today);
    place.append(element("div", { class: "stack" }, card(parts), nobody, note), element("div", { class: "stack" }, rest(parts), after));
  } else {
    const call = reach({ ...whom, say: () => spare().call });
    const text = [element("h1", {}, found.response.headline), element("p", {}, spare().damaged), ...call];
    place.append(element("div", { class: "stack" }, element("section", { class: "care care-now", role: "alert", tabindex: "-1" }, text), note));
  }
  present(place, main);
  if (found.response.urgency !== "note") standCall(place.firstElementChild, ready).catch(() => {});
  return {
    say: (at) => (note.textContent = spare().written.replace("{time}", clockAt(at, { timeZone: child?.zone }))),
    failed: () => {
      note.className = "alert alert-warning";
      note.textContent = spare().notKept;
      form.hidden = false;
    },
  };
}

// In the place of what stands on the page.
export function present(place, main) {
  const draft = main.querySelector(".draft > p"); // of the translation; what changes the language needs the site
  for (const one of main.children) one.hidden = true;
  if (draft) place.firstElementChild.prepend(element("div", { class: "draft" }, draft.cloneNode(true)));
  main.append(place);
  document.querySelector(".save-bar")?.toggleAttribute("hidden", true);
  scrollTo(0, 0);
  place.querySelector(".care")?.focus();
}

// The number of this hour stands in the pocket; without it, those that the page has.
export function whomToCall(child, response, now) {
  const isEmergency = response.urgency === "emergency" || Boolean(child?.in_emergency);
  if (child) return { call: standingAt(child.numbers, now), emergency: child.emergency, isEmergency };
  const shown = document.querySelector(".call-bar a.call-button");
  const call = shown && { link: shown.getAttribute("href"), shown: document.querySelector(".call-bar b").textContent, label: "", hours: "" };
  return { call, emergency: null, isEmergency };
}

// The same form, under the same number: sent again it is a correction of itself.
export function back(place, main, form) {
  place.remove();
  for (const one of main.children) one.hidden = one.id === "unsent" || one.matches("button[disabled]");
  document.querySelector(".save-bar")?.toggleAttribute("hidden", false);
  form.dataset.again = "yes";
  form.scrollIntoView();
}
