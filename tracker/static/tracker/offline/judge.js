// What this phone can say by itself about what was typed: the worst of the therapies that count, with what it keeps of the
// child. It may only warn. Whatever it cannot know or trust is "we could not check this: call".

import { medicineAt, observedAt, reportOf, requestsFor, standingAt } from "./report.js";

export const WEEK = 7 * 24 * 3600000;
const BACK = 60000; // a clock may be put back by so much and nobody has to call
const RANK = ["note", "today", "now", "emergency"];

export const isWorse = (urgency, than) => RANK.indexOf(urgency) > RANK.indexOf(than);

// The knowledge, if it is whole: its address has the beginning of its digest.
export async function readKit(version) {
  const answer = await fetch(`/kit/${version}/`);
  const text = await answer.text();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!hex.startsWith(version)) throw new Error("damaged");
  return JSON.parse(text);
}

// Why this phone must not judge; nothing where it may.
export function whyNot({ pocket, child, kit, rules, now, latest }) {
  if (!pocket || !kit || !rules) return "nothing";
  if (!child?.steps.length) return "child";
  if (latest !== undefined && Date.now() < latest - BACK) return "clock";
  if (now - pocket.now > WEEK || pocket.now - now > 10 * BACK) return "old";
  return "";
}

// The child with what was entered on this phone since the site was last reached.
export function withOwn(child, history) {
  const own = (history ?? []).filter((one) => one.child === child.id);
  const of = (key) => own.filter((one) => one[key]);
  return {
    ...child,
    reports: [...child.reports, ...of("report").map(({ at, report }) => ({ at, report }))],
    advised: [...child.advised, ...of("advised").map(({ at }) => at)].sort((one, two) => one - two),
    medicines: [...child.medicines, ...of("medicine").map(({ at, medicine }) => [at, medicine])].sort(([one], [two]) => one - two),
  };
}

export function judge({ fields, child, kit, now, kind, assess, worstOf }) {
  const { answers, raw } = reportOf(fields, kit);
  const at = observedAt(fields, now, child.zone);
  const day = standingAt(child.days, at);
  const told = { report: answers, raw, day, nothingNew: kind === "nothing-new", seenAt: at, now, therapies: standingAt(child.steps, at).asked.map((one) => one.therapy), medicine: medicineAt(child, at) };
  told.earlier = child.reports.filter((one) => one.at <= at).map((one) => ({ hours: (at - one.at) / 3600000, report: one.report }));
  const requests = requestsFor(child, answers, at);
  const response = worstOf(requests.map((request) => assess(request, kit.rules)));
  return { at, told, response: withUnread(response, Object.keys(raw), kit) };
}

// What could not be read is at least "call now", as at the site.
export function withUnread(response, codes, kit) {
  if (!codes.length) return response;
  const found = { ...response, could_not_check: [...response.could_not_check, ...codes] };
  found.unanswered = response.unanswered.filter((code) => !codes.includes(code));
  return isWorse("now", response.urgency) ? { ...found, urgency: "now", headline: kit.phrases["could not"] } : found;
}

// The answer where nothing could be judged.
export const unchecked = (headline) => ({
  urgency: "now",
  headline,
  flags: [],
  syndromes: [],
  unanswered: [],
  needs_confirmation: [],
  could_not_check: ["rules"],
  knowledge_version: "",
});
