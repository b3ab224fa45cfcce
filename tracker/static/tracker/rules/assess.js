// The rules on the phone: a request in, an answer out, without a network. The same as therapies/rules.py, word for word.
//
//   import { assess, worstOf, unchecked, prepare, Refused } from "./assess.js";
//
//   rules      the bundle of `manage.py catalogue --rules [THERAPY ...]`, as JSON.parse gives it. Don't change it.
//   assess(request, rules)      one request of docs/assessment.md -> the response of docs/assessment.md. A number of the
//                               request may be a text as JSON would write it, so that "38.0" keeps its zero.
//                               Throws Refused {field, reason} for what `manage.py assess` refuses; to a family that is
//                               unchecked("rules", rules). Rules that cannot be used are no error: the answer is `now`.
//   worstOf(responses, rules)   of several answers to one report, asked with several therapies; the present one first.
//                               `rules` may be left out for answers that `assess` has just given.
//   unchecked(what, rules)      the answer when nothing could be checked: call now.
//   prepare(rules)              builds the index of the words of danger, once for each bundle object; while the form is
//                               filled in, so that the first answer with a note does not wait for it.
//
// numbers.js has readNumber(text, rules), readTemperature(text, rules) and isBlank(text, rules) for what is typed.
// Pure and synchronous; no network, no storage, no clock, no DOM, nothing is logged.

import { plain, tenths, units } from "./decimal.js";
import { anyOf, countsAs, mayBe } from "./conditions.js";
import { momentOf } from "./facts.js";
import { filled, question } from "./messages.js";
import { asksOfDanger, mentions, noteQuestions } from "./notes.js";
import { Refused, readRequest } from "./request.js";

export { Refused };
const WITHOUT_RULES = "We could not check this. Call your care team now.";
const URGENCIES = ["emergency", "now", "today", "note"];
const FORMAT = 1;
const rulesOf = new WeakMap();

export function assess(data, rules) {
  if (rules?.format !== FORMAT) return unchecked("knowledge", rules);
  const request = readRequest(data, rules);
  const moment = momentOf(request, 0, rules);
  const looked = look(moment);
  const known = new Set(looked.findings.filter(isUrgent).map((finding) => finding.flag.id));
  const findings = sorted([...looked.findings, ...remembered(request, known, rules)], rules);
  const couldNot = [...unreadable(moment), ...looked.failed];
  const asked = toConfirm(moment, looked.findings);
  const urgency = worst([...findings, ...(couldNot.length ? [{ urgency: "now" }] : [])], rules);
  const response = {
    urgency,
    headline: headline(urgency, couldNot, findings, asked, moment),
    flags: findings.map((finding) => asFlag(finding, rules)),
    syndromes: unique(findings.map((finding) => finding.flag.syndrome)),
    unanswered: unanswered(looked.missing, moment),
    needs_confirmation: asked,
    could_not_check: couldNot,
    knowledge_version: rules.version,
  };
  rulesOf.set(response, rules);
  return response;
}

export function prepare(rules) {
  mentions("a", rules.notes);
}

export function unchecked(what, rules) {
  return {
    urgency: "now",
    headline: rules?.messages?.could_not_check ?? WITHOUT_RULES,
    flags: [],
    syndromes: [],
    unanswered: [],
    needs_confirmation: [],
    could_not_check: [what],
    knowledge_version: "",
  };
}

export function worstOf(responses, rules = responses.map((one) => rulesOf.get(one)).find(Boolean)) {
  const [first] = responses;
  const least = sorted(responses, rules)[0];
  let { urgency, headline: words } = least;
  const flags = mergedFlags(responses, rules);
  const two = urgency === "today" && rules ? twoOfToday([...flags.values()], rules) : null;
  if (two) {
    flags.set(two.flag.id, asFlag(two, rules));
    urgency = two.urgency;
    // no question stands before a call now
    for (const milder of ["today", "note_first"]) words = words.replaceAll(rules.messages[milder], rules.messages.now);
  }
  const found = sorted([...flags.values()], rules);
  return {
    ...first,
    urgency,
    headline: words,
    flags: found,
    syndromes: unique(found.map((flag) => flag.syndrome)),
    could_not_check: unique(responses.flatMap((response) => response.could_not_check)),
  };
}

/** Each flag at its worst. The first answer's come first: it knows most of what is given now. */
function mergedFlags(responses, rules) {
  const flags = new Map();
  for (const flag of responses.flatMap((response) => response.flags)) {
    const known = flags.get(flag.id);
    if (!known || rank(flag, rules) < rank(known, rules)) flags.set(flag.id, flag);
  }
  return flags;
}

// ------------------------------------------------------------------ the red flags on one report

/** Every red flag of the therapy on one report. A flag that fails is named and stops no other. */
function look(moment) {
  const { rules } = moment;
  const looked = { findings: [], missing: [], failed: [] };
  for (const [number, cited] of moment.therapy.red_flags) {
    const flag = { ...rules.red_flags[number], cited };
    try {
      const { finding, missing } = judge(flag, moment);
      looked.missing.push(...missing);
      if (finding) looked.findings.push(finding);
    } catch {
      looked.failed.push(flag.id);
    }
  }
  looked.findings = looked.findings.filter((finding) => !addsNothing(finding, looked.findings, rules));
  const two = twoOfToday(looked.findings.map(counted), rules);
  if (two) looked.findings.push(two);
  return looked;
}

/** The flag at the worst urgency that holds, and what is missing to know whether a worse one would. */
function judge(flag, moment) {
  const { report, signs: present, rules } = moment;
  if (flag.signs.length && report.signs === null) return { missing: ["symptoms"] };
  const signs = flag.signs.length
    ? flag.signs.filter((code) => present.has(code)).map((code) => present.get(code))
    : [null];
  const missing = [];
  for (const urgency of signs.length ? rules.urgencies.filter((level) => flag.levels[level]) : []) {
    const looked = signs.map((sign) => ({ sign, ...anyOf(flag.levels[urgency], moment, sign) }));
    const held = looked.filter(({ truth }) => truth);
    if (held.length) {
      const primary = held.filter(({ sign }) => sign).map(({ sign }) => sign.code);
      const because = unique([...primary, ...held.flatMap((one) => one.because)]);
      const counts = countsOf(flag, urgency, primary.length ? primary : because, moment);
      return { finding: { flag, urgency, because, counts }, missing };
    }
    missing.push(...looked.flatMap((one) => one.missing));
  }
  return { missing };
}

/** The same sign is spoken of more urgently: for the same syndrome, or for any where this is only a note. */
function addsNothing(finding, others, rules) {
  const isWorse = (other) =>
    rank(other, rules) < rank(finding, rules) &&
    (finding.urgency === "note" || other.flag.syndrome === finding.flag.syndrome);
  const spoken = new Set(others.filter(isWorse).flatMap((other) => other.because));
  return finding.because.every((code) => spoken.has(code));
}

/** What a finding for today is counted as: each sign that is bad enough, what stands for the same thing once. */
function countsOf(flag, urgency, codes, { signs, rules }) {
  if (urgency !== "today") return [];
  const isEnough = (code) => !signs.has(code) || mayBe(signs.get(code), flag.counts_from, rules);
  return unique(codes.filter(isEnough).map((code) => flag.counts_as || countsAs(code, rules)));
}

const counted = ({ counts, because, flag }) => ({ counts, because, syndrome: flag.syndrome });

/** Two findings for today in one report are one for now. */
function twoOfToday(findings, rules) {
  const counting = findings.filter(({ counts }) => counts?.length);
  const { fewest, ...rule } = rules.two_of_today;
  if (unique(counting.flatMap(({ counts }) => counts)).length < fewest) return null;
  const because = unique(counting.flatMap((one) => one.because));
  return { flag: { ...rule, syndrome: counting[0].syndrome }, urgency: "now", because, counts: [] };
}

/** Danger of the last 24 hours that the team has not advised on since. It stays `now`. */
function remembered(request, known, rules) {
  const advised = request.context.values.get("team_advised_hours_ago");
  const found = new Map();
  request.reports.forEach((report, position) => {
    const ago = report.hoursAgo;
    const isOld = ago.units - request.reports[0].hoursAgo.units > units(rules.constants.remembered_hours);
    if (!position || isOld || (advised !== undefined && advised < ago.units)) return;
    for (const finding of look(momentOf(request, position, rules)).findings.filter(isUrgent)) {
      const { id } = finding.flag;
      if (!known.has(id) && !found.has(id)) found.set(id, { ...finding, urgency: "now", counts: [], ago });
    }
  });
  return [...found.values()];
}

// ------------------------------------------------------------------ what is asked and said

function unreadable(moment) {
  return [
    ...(moment.isTemperatureUnreadable ? ["temperature"] : []),
    ...(moment.isWeightUnreadable ? ["weight_kg"] : []),
  ];
}

/** Of what is missing, what a family is expected to tell. An empty report is asked for the temperature first. */
function unanswered(missing, moment) {
  const { report } = moment;
  const isEmpty = !(report.readings.length || report.signs?.size || report.weights.length || report.answers.size);
  const isAsked = (code) => !(code === "symptoms" && isEmpty && !report.note) && isExpected(code, moment);
  const codes = unique(missing).filter(isAsked).sort();
  return [...codes.filter((code) => code === "temperature"), ...codes.filter((code) => code !== "temperature")];
}

function isExpected(code, moment) {
  if (code === "symptoms") return true;
  const { expected } = moment.rules.observations[code];
  return expected === "always" || (expected === "while-infusion-runs" && moment.mayRun);
}

/** What the answer page asks back: another unit, another way to measure, a weight that can hardly be. */
function toConfirm(moment, findings) {
  const { rules, baseline, weights } = moment;
  const asked = noteQuestions(moment);
  for (const one of moment.temperatures.filter(({ otherUnit }) => otherUnit)) {
    asked.push(question("temperature", rules.messages.other_unit, inOtherUnit(one)));
  }
  for (const { flag, urgency } of findings) {
    if (flag.confirm && urgency === "today") asked.push(question(flag.confirm.field, flag.confirm.message, {}));
  }
  if (baseline && weights.some((weight) => isFarFrom(baseline, weight, rules))) {
    asked.push(question("weight_kg", rules.messages.weight, { before: plain(baseline), now: plain(weights[0]) }));
  }
  return asked;
}

function inOtherUnit({ reading, otherUnit }) {
  return { typed: reading.value.text, unit: reading.unit, meant: tenths(reading.value), other: otherUnit };
}

function isFarFrom({ units: base }, { units: weight }, { constants }) {
  const apart = weight < base ? base - weight : weight - base;
  return apart * units(constants.hundred) > base * units(constants.ask_weight_percent);
}

/** A danger that the note may mean is answered first; where the answer is to call now, no question stands before it. */
function headline(urgency, couldNot, findings, asked, { report, rules }) {
  const { messages, constants } = rules;
  const hours = report.hoursAgo;
  let words = messages[urgency];
  if (couldNot.length && !findings.some(isUrgent)) words = messages.could_not_check;
  else if (!isUrgent({ urgency }) && asksOfDanger(asked)) words = messages.note_first;
  else if (urgency === "note" && !report.readings.length) words = messages.no_temperature;
  if (hours.units <= units(constants.old_hours)) return words;
  return `${words} ${filled(messages.old, { hours: plain(hours) })}`;
}

function asFlag({ flag, urgency, because, counts, ago }, rules) {
  const sources = rules.citations[flag.cited].map(([number, locator]) => cited(rules.sources[number], locator));
  return {
    id: flag.id,
    syndrome: flag.syndrome,
    urgency,
    because: [...because],
    text: flag.text,
    sources,
    ...(ago && { reported_hours_ago: Number(ago.text) }),
    ...(urgency === "today" && { counts: [...counts] }),
  };
}

function cited({ id, title, publisher, revised }, locator) {
  return { id, title, publisher, locator, revised };
}

// ------------------------------------------------------------------ urgencies

const isUrgent = ({ urgency }) => urgency === "emergency" || urgency === "now";

function rank({ urgency }, rules) {
  return (rules?.urgencies ?? URGENCIES).indexOf(urgency);
}

/** The worst first, those of one urgency in their order. */
function sorted(found, rules) {
  return [...found].sort((one, other) => rank(one, rules) - rank(other, rules));
}

function worst(found, rules) {
  return sorted(found, rules)[0]?.urgency ?? rules.urgencies.at(-1);
}

function unique(codes) {
  return [...new Set(codes)];
}
