// What is known at the time of one report: this report, those before it, and the course as it was then.
// The same as therapies/facts.py. Every number is a BigInt of decimal.js, unless it is to be shown.

import { ONE, nearest, smallest, times, units, whole } from "./decimal.js";

/** The report at `position` (0 is the newest), seen as it was then. */
export function momentOf(request, position, rules) {
  const report = request.reports[position];
  const passed = report.hoursAgo.units - request.reports[0].hoursAgo.units;
  return new Moment(request, report, request.reports.slice(position + 1), passed, rules);
}

class Moment {
  constructor(request, report, earlier, passed, rules) {
    this.rules = rules;
    this.therapy = rules.therapies[request.therapy];
    this.context = back(request.context.values, passed, rules.constants);
    this.given = { fever: request.fever, sensitivity: request.sensitivity };
    this.report = report;
    this.earlier = earlier;
    this.signs = report.signs ?? new Map();
    this.temperatures = readingsOf(report, rules);
    this.weights = plausible(report.weights, rules);
    this.baseline = baselineOf(request.context, earlier, rules);
  }

  get isTemperatureUnreadable() {
    return this.temperatures.length < this.report.readings.length;
  }

  get isWeightUnreadable() {
    return this.weights.length < this.report.weights.length;
  }

  /** The earlier reports that are from `atLeast` to `within` units of time older than this one. */
  before(within, atLeast = 0n) {
    const age = (report) => report.hoursAgo.units - this.report.hoursAgo.units;
    return this.earlier.filter((report) => age(report) <= within && age(report) >= atLeast);
  }

  /** Unknown counts as running: the stricter rules hold then. */
  get mayRun() {
    return this.therapy.schedule.given === "pump" && this.context.get("infusion_running") !== false;
  }

  /** Where the two ages disagree the younger counts; in the first year only months say how young. */
  get ageInMonths() {
    const [months, years] = [this.context.get("age_months"), this.context.get("age_years")];
    const aYear = units(this.rules.constants.months_a_year);
    if (months === undefined) return years === undefined ? null : times(years, aYear);
    if (years === undefined) return months;
    const agree = whole(years) * aYear <= months && months < (whole(years) + 1n) * aYear;
    return agree ? months : smallest([months, times(years, aYear)]);
  }

  /** Within the first hours after a start, restart or dose. Unknown is early. */
  get isEarly() {
    const { schedule } = this.therapy;
    const hours = this.context.get("hours_since_start");
    if (hours !== undefined) return hours <= units(schedule.early_hours);
    const day = this.#cycleDay();
    if (schedule.early_cycle_days.length) {
      return day === undefined || schedule.early_cycle_days.some((early) => units(early) === whole(day) * ONE);
    }
    const sinceEnd = this.context.get("hours_since_infusion_end");
    if (sinceEnd !== undefined && sinceEnd <= units(schedule.early_hours)) return true;
    return this.#isNearDose(day, sinceEnd);
  }

  #isNearDose(day, sinceEnd) {
    const { schedule } = this.therapy;
    const near = units(this.rules.constants.near_days);
    const [infused, dosed] = [this.context.get("days_since_infusion"), this.context.get("days_since_last_dose")];
    if (schedule.is_split && infused !== undefined && dosed === undefined) {
      return schedule.infusions.some(([first, last]) => units(first) <= infused && infused < units(last) + near);
    }
    const days = [infused, dosed].filter((value) => value !== undefined);
    if (days.length) return smallest(days) < near;
    if (day !== undefined && schedule.dose_days.length) {
      return schedule.dose_days.some((dose) => day >= units(dose) && day - units(dose) < near);
    }
    return sinceEnd === undefined;
  }

  /** No cycle comes before the first: then its day says nothing either. */
  #cycleDay() {
    const first = units(this.rules.constants.first_cycle);
    return (this.context.get("cycle") ?? first) >= first ? this.context.get("cycle_day") : undefined;
  }
}

/** The context so much earlier. What had not happened yet then is unknown. */
function back(context, passed, constants) {
  const days = nearest(passed, units(constants.hours_a_day)) * ONE;
  const found = new Map(context);
  const move = (key, by) => {
    if (!found.has(key)) return;
    const value = found.get(key) - by;
    if (value >= units(constants.first[key] ?? 0)) found.set(key, value);
    else found.delete(key);
  };
  for (const key of constants.days) move(key, days);
  for (const key of constants.hours) move(key, passed);
  return found;
}

/** The readings that can be understood, in the only unit that each can have. */
export function readingsOf(report, rules) {
  return report.readings.map((reading) => understood(reading, rules)).filter(Boolean);
}

function understood(reading, rules) {
  const value = reading.value.units;
  const unit = unitOf(value, rules.constants.bands);
  if (!unit) return null;
  const degreesF = unit === "C" ? fahrenheit(value, rules) : value;
  return { degreesF, route: reading.route, reading, otherUnit: [null, unit].includes(reading.unit) ? null : unit };
}

/** The only unit whose band a value lies in; nothing where it lies in none. */
export function unitOf(value, bands) {
  const found = Object.entries(bands).find(([, [low, high]]) => units(low) <= value && value <= units(high));
  return found ? found[0] : "";
}

export function fahrenheit(celsius, { constants }) {
  return times(celsius, units(constants.fahrenheit.a_degree)) + units(constants.fahrenheit.at_zero);
}

/** The baseline in kg, else the oldest weight that was told before; of two of one hour the lower. */
function baselineOf(context, earlier, rules) {
  if (context.baseline && plausible([context.baseline], rules).length) return context.baseline;
  const told = earlier.map((report) => plausible(report.weights, rules)).filter((weights) => weights.length);
  const oldest = told.at(-1) ?? [null];
  return oldest.reduce((least, weight) => (weight.units < least.units ? weight : least));
}

function plausible(weights, { constants }) {
  return weights.filter(({ units: kg }) => kg > 0n && kg <= units(constants.heaviest_kg));
}

/** Whether a reading is a fever as a note would have it. */
export function countsFever({ degreesF }, { notes }) {
  return degreesF >= units(notes.temperature.fever.F[0]);
}
