// The request, read and checked as therapies/request.py does: what could be misread is refused, an odd number is not.

import { decimal, isNumberText } from "./decimal.js";

/** A request that cannot be assessed. `field` names where, `message` says what is allowed. */
export class Refused extends Error {
  constructor(field, message) {
    super(`${field}: ${message}`);
    this.name = "Refused";
    this.field = field;
    this.reason = message;
  }
}

/** The checked request: reports begin with the newest, no two of one time. */
export function readRequest(data, rules) {
  const { request: shape } = rules;
  const therapies = Object.keys(rules.therapies);
  const top = mapping(data, "request", shape.keys);
  if (given(top, "therapy") === null) throw new Refused("therapy", `is missing; one of ${therapies.join(", ")}`);
  const policy = mapping(given(top, "policy"), "policy", shape.policy);
  return {
    therapy: code(top, "therapy", therapies, ""),
    context: readContext(given(top, "context"), shape),
    fever: code(policy, "fever", shape.fever, "policy.") ?? shape.fever[0],
    sensitivity: code(policy, "sensitivity", shape.sensitivity, "policy.") ?? shape.sensitivity[0],
    reports: readReports(given(top, "reports"), rules),
  };
}

function readContext(data, shape) {
  const told = mapping(data, "context", [...shape.context_numbers, ...shape.context_flags]);
  const found = new Map();
  const keep = (key, value) => value !== null && found.set(key, value);
  for (const key of shape.context_numbers) keep(key, number(told, key, "context.")?.units ?? null);
  for (const key of shape.context_flags) keep(key, flag(told, key, "context."));
  // the baseline is shown as it was typed
  return { values: found, baseline: number(told, "baseline_weight_kg", "context.") };
}

function readReports(data, rules) {
  if (!Array.isArray(data)) throw new Refused("reports", "is missing or not a list");
  const byTime = new Map();
  data.forEach((item, position) => {
    const report = readReport(item, `reports[${position}]`, rules);
    const same = byTime.get(report.hoursAgo.units);
    byTime.set(report.hoursAgo.units, same ? merge(same, report, rules.request) : report);
  });
  if (!byTime.size) return [empty()];
  return [...byTime.values()].sort((one, other) => (one.hoursAgo.units < other.hoursAgo.units ? -1 : 1));
}

function empty() {
  return {
    hoursAgo: decimal(0),
    readings: [],
    signs: null,
    weights: [],
    answers: new Map(),
    note: "",
    notMeant: new Set(),
  };
}

function readReport(data, where, rules) {
  const { request: shape } = rules;
  const told = mapping(data, where, shape.report, true);
  const dot = `${where}.`;
  const answers = new Map();
  const keep = (key, value) => value !== null && answers.set(key, value);
  for (const key of Object.keys(shape.answers)) keep(key, answer(told, key, shape.answers[key], dot));
  const neuro = mapping(given(told, "neuro"), `${dot}neuro`, Object.keys(shape.neuro));
  for (const key of Object.keys(shape.neuro)) keep(`neuro.${key}`, code(neuro, key, shape.neuro[key], `${dot}neuro.`));
  const weight = number(told, "weight_kg", dot);
  return {
    hoursAgo: number(told, "hours_ago", dot) ?? decimal(0),
    readings: readReadings(given(told, "temperature"), `${dot}temperature`, shape),
    signs: readSigns(given(told, "symptoms"), `${dot}symptoms`, rules),
    weights: weight === null ? [] : [weight],
    answers,
    note: text(told, "note", dot),
    notMeant: texts(told, "not_meant", dot),
  };
}

function readReadings(data, where, shape) {
  const told = mapping(data, where, shape.temperature);
  const value = number(told, "value", `${where}.`);
  const unit = code(told, "unit", shape.units, `${where}.`);
  const route = code(told, "route", shape.routes, `${where}.`) ?? shape.route_unknown;
  return value === null ? [] : [{ value, unit, route }];
}

function readSigns(data, where, rules) {
  if (data === null) return null;
  if (!Array.isArray(data)) throw new Refused(where, "is not a list");
  const signs = new Map();
  data.forEach((item, position) => {
    const sign = readSign(item, `${where}[${position}]`, rules);
    signs.set(sign.code, worseOf(sign, signs.get(sign.code), rules.request));
  });
  return signs;
}

function readSign(data, where, { request: shape, symptoms }) {
  const told = mapping(data, where, shape.symptom, true);
  const dot = `${where}.`;
  const name = code(told, "code", Object.keys(symptoms), dot);
  if (name === null) throw new Refused(`${dot}code`, "is missing");
  return {
    code: name,
    severity: code(told, "severity", shape.severities, dot),
    hours: notNegative(number(told, "duration_hours", dot)),
    times: notNegative(number(told, "episodes_24h", dot)),
  };
}

// ------------------------------------------------------------------ two reports of one time

function merge(one, other, shape) {
  return {
    hoursAgo: one.hoursAgo,
    readings: [...one.readings, ...other.readings],
    signs: mergeSigns(one.signs, other.signs, shape),
    weights: [...one.weights, ...other.weights],
    answers: mergeAnswers(one.answers, other.answers, shape),
    note: [one.note, other.note].filter(Boolean).join("\n"),
    notMeant: mergeNotMeant(one, other),
  };
}

/** Each sign at its worst; signs that one of two asked about are asked about. */
function mergeSigns(one, other, shape) {
  if (one === null || other === null) return one ?? other;
  const merged = new Map(one);
  for (const [name, sign] of other) merged.set(name, worseOf(sign, merged.get(name), shape));
  return merged;
}

/** Both tellings of one sign as one: each detail at its worst, unknown before known. */
function worseOf(sign, other, { severities }) {
  if (!other) return sign;
  const rank = (severity) => (severity === null ? severities.length : severities.indexOf(severity));
  const times = larger(sign.times ?? 0n, other.times ?? 0n);
  return {
    code: sign.code,
    severity: rank(other.severity) > rank(sign.severity) ? other.severity : sign.severity,
    hours: sign.hours === null || other.hours === null ? null : larger(sign.hours, other.hours),
    times: times || null,
  };
}

function mergeAnswers(one, other, shape) {
  const merged = new Map(one);
  for (const [key, value] of other) {
    const order = shape.answers[key] ?? shape.neuro[key.slice(key.indexOf(".") + 1)];
    const isBetter = merged.has(key) && order.indexOf(value) <= order.indexOf(merged.get(key));
    if (!isBetter) merged.set(key, value);
  }
  return merged;
}

/** Of two notes, what neither means. */
function mergeNotMeant(one, other) {
  if (one.note && other.note) return new Set([...one.notMeant].filter((name) => other.notMeant.has(name)));
  return new Set([...one.notMeant, ...other.notMeant]);
}

function larger(one, other) {
  return other > one ? other : one;
}

/** A negative length or count says nothing: unknown. */
function notNegative(found) {
  return found === null || found.units < 0n ? null : found.units;
}

// ------------------------------------------------------------------ single values

function given(data, key) {
  return (Object.hasOwn(data, key) ? data[key] : null) ?? null;
}

function mapping(data, where, keys, isRequired = false) {
  if ((data ?? null) === null && !isRequired) return {};
  if (data === null || typeof data !== "object" || Array.isArray(data)) throw new Refused(where, "is not an object");
  for (const key of Object.keys(data)) {
    if (!keys.includes(key)) {
      throw new Refused(`${where}.${key}`.replace(/^request\./, ""), `is unknown; allowed: ${keys.join(", ")}`);
    }
  }
  return data;
}

function code(data, key, allowed, where) {
  const value = given(data, key);
  if (value !== null && (typeof value !== "string" || !allowed.includes(value))) {
    throw new Refused(where + key, `is not one of ${allowed.join(", ")}`);
  }
  return value;
}

/** A number, or the text of one as it was typed: 38.0 keeps its zero. */
function number(data, key, where) {
  const value = given(data, key);
  if (value === null) return null;
  if (typeof value === "number" && !Number.isFinite(value)) throw new Refused(where + key, "is not a finite number");
  const isOne = typeof value === "number" || (typeof value === "string" && isNumberText(value));
  if (!isOne) throw new Refused(where + key, "is not a number");
  return decimal(value);
}

function flag(data, key, where) {
  const value = given(data, key);
  if (value !== null && typeof value !== "boolean") throw new Refused(where + key, "is not true or false");
  return value;
}

function answer(data, key, order, where) {
  return typeof order[0] === "boolean" ? flag(data, key, where) : code(data, key, order, where);
}

function text(data, key, where) {
  const value = given(data, key);
  if (value !== null && typeof value !== "string") throw new Refused(where + key, "is not a text");
  return value ?? "";
}

function texts(data, key, where) {
  const value = given(data, key);
  if (value === null) return new Set();
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new Refused(where + key, "is not a list of texts");
  }
  return new Set(value);
}
