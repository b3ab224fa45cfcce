// What a log form says, as a report of the rules: LogForm.answers() of the site, from the same names. And what the rules
// are asked about a child at a moment, from the instants in its pocket.

import { Unreadable, isBlank, readNumber, readTemperature } from "../rules/numbers.js";

const HOUR = 3600000;
const NEURO = ["talks", "knows", "follows", "settles"];

// Undefined where nobody sees anything in it, or it cannot be read: then it is kept as it was typed.
function typedIn(name, read, told, raw, rules) {
  const typed = told(name);
  if (isBlank(typed, rules)) return undefined;
  try {
    return read(typed.trim(), rules);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    raw[name] = typed.trim();
    return undefined;
  }
}

function temperature(told, raw, rules) {
  const [value, unit] = typedIn("temperature", readTemperature, told, raw, rules) ?? [];
  if (value === undefined) return undefined;
  const said = { value, unit: unit ?? told("unit"), route: told("route") };
  return Object.fromEntries(Object.entries(said).filter(([, part]) => part));
}

// Null where one question came with two answers.
export function reportOf(fields, kit) {
  const told = (name) => fields.find(([key]) => key === name)?.[1] ?? "";
  const raw = {};
  const signs = fields.filter(([name, value]) => name.startsWith("sign-") && value && name.slice(5) in kit.names);
  const neuro = Object.fromEntries(NEURO.map((part) => [part, told(`neuro_${part}`)]).filter(([, answer]) => answer));
  const report = {
    temperature: temperature(told, raw, kit.rules),
    weight_kg: typedIn("weight_kg", readNumber, told, raw, kit.rules),
    antipyretic_given: { yes: true, no: false }[told("antipyretic_given")],
    worried: told("worried") ? true : undefined,
    note: told("note").trim() || undefined,
    neuro: Object.keys(neuro).length ? neuro : undefined,
  };
  if (fields.some(([name]) => name.startsWith("sign-"))) report.symptoms = signs.map(([name, value]) => sign(name.slice(5), value, told));
  for (const code of ["handwriting", "fluids_kept", "pump"]) report[code] = told(code) || undefined;
  const answers = Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined));
  return { answers, raw };
}

function sign(code, severity, told) {
  const found = { code };
  if (severity !== "yes") found.severity = severity;
  const hours = told(`sign-${code}-duration`);
  const times = told(`sign-${code}-episodes`);
  if (hours) found.duration_hours = hours;
  if (times) found.episodes_24h = Number(times);
  return found;
}

// ------------------------------------------------------------ the moment

// "An hour ago" before `at`, or the day and time that were picked, on the family's clock.
export function observedAt(fields, at, zone) {
  const told = (name) => fields.find(([key]) => key === name)?.[1] ?? "";
  const hours = Number(told("when") || 0);
  if (told("when") !== "pick") return at - hours * HOUR;
  const picked = Date.parse(`${told("when_at")}Z`);
  if (Number.isNaN(picked)) return at;
  return Math.min(at, picked - offset(picked - offset(picked, zone), zone));
}

function offset(at, zone) {
  const clock = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  return Date.parse(`${clock.format(at).replace(" ", "T")}Z`) - Math.floor(at / 1000) * 1000;
}

export const standingAt = (steps, at) => steps.filter((step) => step.from <= at).at(-1) ?? steps[0];

// ------------------------------------------------------------ the requests, one for each therapy that counts

export function requestsFor(child, answers, at) {
  const step = standingAt(child.steps, at);
  const advised = child.advised.filter((told) => told <= at).at(-1);
  const ago = (then) => Math.max(0, at - then) / HOUR;
  const report = { ...answers, hours_ago: 0 };
  const earlier = child.reports.filter((one) => one.at <= at).map((one) => ({ ...hidden(one.report, child, one.at), hours_ago: ago(one.at) }));
  const beside = { ...medicine(child, at), ...(isStopped(step, advised) ? { pump: "stopped" } : {}) };
  const reports = [report, ...earlier];
  if (Object.keys(beside).length) reports.push({ ...beside, hours_ago: 0 });
  if (child.oldest_weight !== null) reports.push({ weight_kg: child.oldest_weight, hours_ago: 240 });
  return step.asked.map(({ therapy, policy, context, since }) => ({
    therapy,
    policy,
    context: {
      ...context,
      ...Object.fromEntries(Object.entries(since).map(([key, from]) => [key, ago(from)])),
      ...(advised === undefined ? {} : { team_advised_hours_ago: ago(advised) }),
    },
    reports,
  }));
}

const isStopped = (step, advised) => step.stopped_at !== null && (advised === undefined || advised < step.stopped_at);

export function medicineAt(child, at) {
  return child.medicines.filter(([given]) => given <= at && at - given < child.medicine_hides).at(-1);
}

const medicine = (child, at) => (medicineAt(child, at) ? { antipyretic_given: true } : {});
const hidden = (report, child, at) => ({ ...report, ...medicine(child, at) });
