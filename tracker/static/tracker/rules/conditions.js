// The operators that a red flag's conditions are made of, and the three-valued logic that joins them: yes, no, or
// unknown (null) and which answer is missing. The same as therapies/conditions.py.

import { ONE, largest, smallest, times, units } from "./decimal.js";
import { fahrenheit, readingsOf } from "./facts.js";

const found = (truth, because = [], missing = []) => ({ truth, because, missing });
const YES = found(true);
const NO = found(false);
const yesOrNo = (truth) => (truth ? YES : NO);

/** The first condition that holds; unknown where none holds and one cannot be known. */
export function anyOf(conditions, moment, sign) {
  const missing = [];
  let isUnknown = false;
  for (const condition of conditions) {
    const one = allOf(condition, moment, sign);
    if (one.truth) return one;
    isUnknown ||= one.truth === null;
    missing.push(...one.missing);
  }
  return found(isUnknown ? null : false, [], missing);
}

/** Whether every operator of one condition holds. An empty condition always does. */
function allOf(condition, moment, sign) {
  const because = [];
  let unknown = null;
  for (const [name, argument] of Object.entries(condition)) {
    if (!Object.hasOwn(OPERATORS, name)) throw new Error(`unknown operator ${name}`);
    const one = OPERATORS[name](moment, sign, argument);
    if (one.truth === false) return NO;
    if (one.truth === null) unknown ??= one;
    because.push(...one.because);
  }
  return unknown ?? found(true, because);
}

const hasOwn = (wanted, key) => Object.hasOwn(wanted, key);

/** Whether one severity is as bad as the other, or worse. */
export function isAtLeast(severity, lowest, rules) {
  const order = rules.request.severities;
  return order.indexOf(severity) >= order.indexOf(lowest);
}

/** The same, where an unknown severity counts. */
export function mayBe(sign, lowest, rules) {
  return sign.severity === null || isAtLeast(sign.severity, lowest, rules);
}

/** The finding that `code` counts as when findings of a day are counted. */
export function countsAs(code, rules) {
  const known = rules.symptoms[code] ?? rules.observations[code];
  return known?.counts_as || code;
}

// ------------------------------------------------------------------ about the sign itself

function severity(moment, sign, lowest) {
  return yesOrNo(mayBe(sign, lowest, moment.rules));
}

/** For signs that are measured by their length: only a severity that was told counts. */
function severityTold(moment, sign, lowest) {
  return yesOrNo(sign.severity !== null && isAtLeast(sign.severity, lowest, moment.rules));
}

/** {from: h} or {over: h} or {over_minutes: m}. An unknown length counts. */
function lasting(moment, sign, wanted) {
  if (sign.hours === null) return YES;
  if (hasOwn(wanted, "from")) return yesOrNo(sign.hours >= units(wanted.from));
  if (hasOwn(wanted, "over_minutes")) {
    const minutes = times(sign.hours, units(moment.rules.constants.minutes_an_hour));
    return yesOrNo(minutes > units(wanted.over_minutes));
  }
  return yesOrNo(sign.hours > units(wanted.over));
}

function lastingTold(moment, sign, wanted) {
  return sign.hours === null ? NO : lasting(moment, sign, wanted);
}

function episodesOver(moment, sign, most) {
  return yesOrNo(sign.times !== null && sign.times > units(most));
}

/** The same sign in an earlier report, {from: h, within: h} hours before this one. */
function again(moment, sign, wanted) {
  const earlier = moment.before(units(wanted.within), units(wanted.from ?? 0));
  return yesOrNo(earlier.some((report) => report.signs?.has(sign.code)));
}

// ------------------------------------------------------------------ about the other signs

function withOthers(moment, sign, codes) {
  return others(
    moment,
    codes.filter((code) => code !== sign?.code),
  );
}

/** Another of these signs is present and severe; an unknown severity counts. */
function withSevere(moment, sign, codes) {
  const worst = moment.rules.request.severities.at(-1);
  const isSevere = (code) => moment.signs.has(code) && mayBe(moment.signs.get(code), worst, moment.rules);
  return others(moment, codes.filter(isSevere));
}

/** Any sign, at least of this severity, that is not just another word for a temperature. */
function anotherSign(moment, sign, lowest) {
  const own = sign?.code ?? "temperature";
  const isAnother = ([code, other]) =>
    countsAs(code, moment.rules) !== own && code !== own && mayBe(other, lowest, moment.rules);
  return others(
    moment,
    [...moment.signs].filter(isAnother).map(([code]) => code),
  );
}

function others(moment, codes) {
  const seen = codes.filter((code) => moment.signs.has(code));
  if (seen.length) return found(true, seen);
  return moment.report.signs === null ? found(null, [], ["symptoms"]) : NO;
}

// ------------------------------------------------------------------ about measurements

/** A reading in {from: °C, below: °C}, by one of `route` or by none of `not_route`. */
function temperature(moment, sign, wanted) {
  if (moment.temperatures.some((one) => isInBand(one, wanted, moment.rules))) return found(true, ["temperature"]);
  return unread(moment);
}

function unread(moment) {
  return moment.report.readings.length ? NO : found(null, [], ["temperature"]);
}

/** Such a reading in a report that is `at_least` to `within` hours older. */
function earlierTemperature(moment, sign, wanted) {
  const earlier = moment.before(units(wanted.within), units(wanted.at_least));
  const isIn = (report) => readingsOf(report, moment.rules).some((one) => isInBand(one, wanted, moment.rules));
  return earlier.some(isIn) ? found(true, ["temperature"]) : NO;
}

/** A reading that is {by: °C} or more above one of the last {within: hours}. */
function temperatureRise(moment, sign, rise) {
  if (!moment.temperatures.length) return unread(moment);
  const degrees = (readings) => readings.map((one) => one.degreesF);
  const before = moment.before(units(rise.within)).flatMap((report) => degrees(readingsOf(report, moment.rules)));
  const by = times(units(rise.by), units(moment.rules.constants.fahrenheit.a_degree));
  const isRisen = before.length > 0 && largest(degrees(moment.temperatures)) - smallest(before) >= by;
  return found(isRisen, isRisen ? ["temperature"] : []);
}

/** No reading was taken, or none that can be understood. */
function nothingRead(moment, sign, code) {
  if (code !== "temperature") throw new Error(`unread ${code}`);
  return yesOrNo(!moment.temperatures.length);
}

function isInBand({ degreesF, route }, wanted, rules) {
  const line = (end) => fahrenheit(units(wanted[end]), rules);
  return (
    (!hasOwn(wanted, "from") || degreesF >= line("from")) &&
    (!hasOwn(wanted, "below") || degreesF < line("below")) &&
    (!hasOwn(wanted, "route") || wanted.route.includes(route)) &&
    (!hasOwn(wanted, "not_route") || !wanted.not_route.includes(route))
  );
}

/** A weight of `percent` or more above the baseline, else above the oldest one told. */
function weightOverBaseline(moment, sign, percent) {
  const base = moment.baseline;
  const isHeavier = base !== null && moment.weights.some((one) => isMoreBy(one.units, base.units, percent, moment));
  return found(isHeavier, isHeavier ? ["weight_kg"] : []);
}

function isMoreBy(weight, base, percent, { rules }) {
  const hundred = units(rules.constants.hundred);
  return weight * hundred >= base * (hundred + units(percent));
}

/** {days: n} daily rises in a row that are together {percent: p} or more. */
function weightRises(moment, sign, rise) {
  const isRisen = moment.weights.some((today) => isRising(moment, today.units, rise));
  return found(isRisen, isRisen ? ["weight_kg"] : []);
}

/** Looks for the lowest chain of rising weights, one a day; an undated baseline may be its first. */
function isRising(moment, today, { days, percent }) {
  const { hours_a_day: aDay, half_a_day: half } = moment.rules.constants;
  const chain = [];
  for (let day = days; day > 0; day -= 1) {
    const reports = moment.before(units(day * aDay + half), units(day * aDay - half));
    const weights = reports.flatMap((report) => report.weights.map((weight) => weight.units));
    const base = moment.context.get("baseline_weight_kg");
    if (day === days && base) weights.push(base);
    const higher = weights.filter((weight) => !chain.length || weight > chain.at(-1));
    if (!higher.length) return false;
    chain.push(smallest(higher));
  }
  return today > chain.at(-1) && isMoreBy(today, chain[0], percent, moment);
}

// ------------------------------------------------------------------ about answers, the course, the clinic

/** One of these answers was given; each key with the codes that count. */
function answer(moment, sign, wanted) {
  const missing = [];
  for (const [key, codes] of Object.entries(wanted)) {
    const given = moment.report.answers.get(key);
    if (given === undefined) missing.push(key);
    else if (codes.includes(given)) return found(true, [key.split(".")[0]]);
  }
  return missing.length ? found(null, [], missing) : NO;
}

function early(moment) {
  return yesOrNo(moment.isEarly);
}

function running(moment) {
  return yesOrNo(moment.mayRun);
}

/** An unknown age counts as younger. */
function ageUnder(moment, sign, years) {
  const age = moment.ageInMonths;
  return yesOrNo(age === null || age < times(units(years), units(moment.rules.constants.months_a_year)));
}

/** An unknown age is not taken for a newborn's: almost every child is older. */
function underMonths(moment, sign, months) {
  const age = moment.ageInMonths;
  return yesOrNo(age !== null && age < units(months));
}

/** Somebody has said that they are low. Not told is no. */
function lowCounts(moment) {
  return yesOrNo(moment.context.get("low_counts_known") === true);
}

/** {days: n}, or at any time after one with {}. Not told is no. */
function afterTransplant(moment, sign, wanted) {
  const since = moment.context.get("days_since_transplant");
  return yesOrNo(since !== undefined && (!hasOwn(wanted, "days") || since <= units(wanted.days)));
}

function writes(moment) {
  return yesOrNo(moment.context.get("writes") !== false);
}

function policy(moment, sign, wanted) {
  return yesOrNo(Object.entries(wanted).every(([key, value]) => moment.given[key] === value));
}

/** A named list of conditions. */
function is(moment, sign, name) {
  return anyOf(moment.rules.definitions[name], moment, sign);
}

const OPERATORS = {
  severity,
  severity_told: severityTold,
  lasting,
  lasting_told: lastingTold,
  episodes_over: episodesOver,
  again,
  with: withOthers,
  with_severe: withSevere,
  another_sign: anotherSign,
  temperature,
  earlier_temperature: earlierTemperature,
  temperature_rise: temperatureRise,
  unread: nothingRead,
  weight_over_baseline: weightOverBaseline,
  weight_rises: weightRises,
  answer,
  early,
  running,
  age_under: ageUnder,
  under_months: underMonths,
  low_counts: lowCounts,
  after_transplant: afterTransplant,
  writes,
  policy,
  is,
};
