// /check/ without the site: therapy, what is seen, and the answer of the rules that this phone keeps. Nothing of it is
// kept but what was typed, in this window alone, until the site or this page has answered.

import { card, element, rest } from "./answer.js";
import { typedIn } from "./entry.js";
import { isWorse, readKit, unchecked, WEEK, withUnread } from "./judge.js";
import { back, present, spare, whomToCall } from "./log.js";
import { reportOf } from "./report.js";
import { words as wordsOf } from "./words.js";

const TYPED = "/check/";
const RUNNING = { yes: true, no: false };
const A_YEAR = 12; // months

export async function standBy(form) {
  const [kit, rules, met] = await Promise.all([ownKit(), import("../rules/assess.js"), store.get("met")].map((one) => one.catch(() => null)));
  if (kit && rules) rules.prepare(kit.rules);
  const ready = { form, kit, rules, met };
  form.dataset.alone = "yes";
  if (kit && "alone" in document.documentElement.dataset) offerAdults(form, kit);
  form.addEventListener("submit", (event) => {
    if (navigator.onLine && !("again" in form.dataset)) return keep(form);
    event.preventDefault();
    answer(ready);
  });
  if ("unreached" in document.documentElement.dataset && fill(form)) answer(ready);
  sessionStorage.removeItem(TYPED);
}

// The knowledge that the worker keeps: in the language of this page, if it has it in more than one.
async function ownKit() {
  const found = [];
  for (const name of (await caches.keys()).filter((one) => one === "kit" || one.startsWith("shell-"))) {
    for (const { url } of await (await caches.open(name)).keys()) {
      const [, version] = new URL(url).pathname.match(/^\/kit\/([^/]+)\/$/) ?? [];
      if (version) found.push(await readKit(version).catch(() => null));
    }
  }
  const whole = found.filter(Boolean).reverse();
  return whole.find((kit) => kit.language === document.documentElement.lang) ?? whole[0];
}

// ------------------------------------------------------------ what was typed

const keep = (form) => sessionStorage.setItem(TYPED, JSON.stringify({ fields: typedIn(form), at: serverNow() }));

// False where nothing was typed here: the page was loaded again.
function fill(form) {
  const typed = JSON.parse(sessionStorage.getItem(TYPED));
  for (const [name, value] of typed?.fields ?? []) {
    const field = form.elements[name];
    if (field instanceof RadioNodeList || field?.type === "radio") for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) one.checked = one.value === value;
    else if (field?.type === "checkbox") field.checked = true;
    else if (field) field.value = value;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  return Boolean(typed);
}

// ------------------------------------------------------------ what is asked

const ARABIC = "٠١٢٣٤٥٦٧٨٩";
function whole(text) {
  const digits = text.trim().normalize("NFKC").replace(/[٠-٩]/g, (digit) => ARABIC.indexOf(digit));
  return /^\d{1,3}$/.test(digits) ? Number(digits) : undefined;
}

// AboutForm.context() of the site. What cannot be read stays open: unknown counts as the worse one.
function contextOf(told, given) {
  const [age, typed, days] = ["age_years", "age_months", "days"].map((name) => whole(told(name)));
  const months = typed < A_YEAR ? typed : undefined;
  const context = { age_years: age ?? (months === undefined ? undefined : 0), age_months: months };
  if (given === "once") context.days_since_infusion = days;
  if (given === "doses") context.days_since_last_dose = days;
  if (given === "pump") Object.assign(context, { infusion_running: RUNNING[told("running")], cycle_day: days === undefined ? undefined : days + 1 });
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
}

// Without a therapy the worst of all. Null where that is no reason to call: then the therapy has to be chosen first.
export function judgeCheck(fields, { kit, rules, now }) {
  const told = (name) => fields.find(([key]) => key === name)?.[1] ?? "";
  const all = Object.keys(kit.rules.therapies);
  const chosen = all.filter((therapy) => therapy === told("therapy") && isOffered(kit.therapies[therapy], told));
  const { answers, raw } = reportOf(fields, kit);
  const context = contextOf(told, kit.therapies[chosen[0]]?.given);
  const reports = [{ ...answers, hours_ago: 0 }];
  const said = (chosen.length ? chosen : all).map((therapy) => rules.assess({ therapy, context, reports }, kit.rules));
  const response = withUnread(rules.worstOf(said, kit.rules), Object.keys(raw), kit);
  if (!chosen.length && !isWorse(response.urgency, "note")) return null;
  const day = { label: "", earlier: [], begun: true, age: context.age_years, months: context.age_months };
  return { response, isOfAll: !chosen.length, told: { report: answers, raw, day, seenAt: now, now, therapies: chosen, earlier: [] } };
}

// A therapy for adults only is one for adults only: AboutForm.is_for_an_adult of the site.
function isOffered({ from_age: from }, told) {
  const age = whole(told("age_years"));
  return !from || (age === undefined ? Boolean(told("adult")) : age >= from);
}

// "For somebody of 18 or older": the page that is kept was asked for without it.
function offerAdults(form, kit) {
  const typed = new Map(JSON.parse(sessionStorage.getItem(TYPED))?.fields);
  const told = (name) => typed.get(name) ?? "";
  if (new URLSearchParams(location.search).has("adult")) typed.set("adult", "yes");
  const choice = form.elements.therapy;
  const before = choice.options.length;
  for (const [id, one] of Object.entries(kit.therapies)) {
    const known = [...choice.options].find((option) => option.value === id);
    if (known || isOffered(one, told)) choice.append(known ?? new Option(one.choice ?? one.name, id)); // in their order
  }
  form.elements.adult.value = told("adult");
  if (choice.options.length > before) form.querySelector('[href="?adult"]')?.closest("p").remove();
}

function whyNot({ kit, rules, met }, now) {
  if (!kit || !rules) return "nothing";
  return met && Math.abs(now - met) < WEEK ? "" : "old";
}

function judged(ready, now) {
  const why = whyNot(ready, now);
  const not = (reason) => ({ why: reason, response: unchecked(ready.kit?.phrases["could not"] ?? spare().couldNot) });
  try {
    return why ? not(why) : judgeCheck(typedIn(ready.form), { ...ready, now });
  } catch {
    return not("nothing");
  }
}

// ------------------------------------------------------------ what is shown

function answer(ready) {
  const now = serverNow();
  const found = judged(ready, now);
  if (!found) return askTherapy(ready);
  document.getElementById("which")?.remove();
  const { kit, form } = ready;
  const words = kit && wordsOf(kit, Intl.DateTimeFormat().resolvedOptions().timeZone);
  const whom = whomToCall(null, found.response, now);
  const main = document.getElementById("main");
  const place = element("div", { class: "columns alone" });
  if (kit) {
    const alone = found.why ? `${words.say("alone unchecked")} ${words.say(`why ${found.why}`)}` : words.say("alone check");
    const parts = { response: found.response, told: found.told, whom, words, kit, alone };
    const change = element("button", { class: "btn", type: "button" }, words.say("change"));
    change.addEventListener("click", () => back(place, main, form));
    const saved = element("p", { class: "saved" }, words.say("not saved"));
    const ofAll = found.isOfAll && element("p", { class: "alert" }, element("b", {}, words.say("of all")));
    place.append(element("div", { class: "stack" }, card(parts), saved, ofAll), element("div", { class: "stack" }, rest(parts), change));
  } else {
    place.append(element("div", { class: "stack" }, damaged(found.response, whom)));
  }
  present(place, main);
}

function damaged({ headline }, whom) {
  const numbers = whom.call ? [whom.call] : ["112", "911"].map((digits) => ({ shown: digits, link: `tel:${digits}` }));
  const links = numbers.map((one) => element("a", { class: "reach", href: one.link }, element("b", {}, one.shown)));
  return element("section", { class: "care care-now", role: "alert", tabindex: "-1" }, element("h1", {}, headline), element("p", {}, spare().damaged), ...links);
}

function askTherapy({ form, kit }) {
  document.getElementById("which")?.remove();
  const line = element("p", { class: "alert alert-warning", id: "which", role: "alert" }, kit.phrases["choose therapy"]);
  form.prepend(line);
  form.elements.therapy.focus();
}
