// Looks for words of danger in a note, and says what is asked back about it. A search, not an understanding: it asks, it
// never lowers anything. The same as therapies/notes/__init__.py and therapies/note_questions.py.

import { countsFever, fahrenheit } from "./facts.js";
import { question } from "./messages.js";
import { ELSEWHERE, HARMLESS, Index, hits, read } from "./phrases.js";
import { distance, temperatures } from "./temperatures.js";
import { ENDS, forms, wordsOf } from "./words.js";

const TEMPERATURE = "temperature";
const FIELD = "note";
const indexes = new WeakMap();

/** One for each danger that was not told and not denied. Those that a "no" precedes come last. */
export function noteQuestions(moment) {
  const found = mentions(moment.report.note, moment.rules.notes).filter((one) => !isTold(one, moment));
  const said = found.filter((one) => !one.isNegated);
  return [...said, ...found.filter((one) => one.isNegated)].map((one) => questionOf(one, moment));
}

/** Whether a danger is asked about that no "no" precedes. */
export function asksOfDanger(questions) {
  return questions.some((one) => one.field === FIELD && !one.negated);
}

/** What a note speaks of, each danger once, in the order of the rules; a temperature is first. */
export function mentions(text, notes) {
  const words = wordsOf(text, notes);
  if (!words.length) return [];
  if (!indexes.has(notes)) indexes.set(notes, new Index(notes));
  return [...temperature(words, notes.temperature), ...dangers(read(words, indexes.get(notes)), indexes.get(notes))];
}

/** The farthest from normal of those that no "no" precedes, else of the others. */
function temperature(words, measures) {
  const found = temperatures(words, measures);
  if (!found.length) return [];
  const said = found.filter((one) => !one.isNegated);
  const farther = (one, other) => (distance(other, measures) > distance(one, measures) ? other : one);
  const worst = (said.length ? said : found).reduce(farther);
  return [{ code: TEMPERATURE, answer: "", isNegated: worst.isNegated, reading: worst }];
}

/** One that stands there without a "no" is not looked for any more. */
function dangers(note, index) {
  const { harmless, stated } = setAside(note, index);
  const elsewhere = elsewhereIn(note, index.notes, stated);
  const others = saidOfOthers(note.words, index);
  const [denied, said] = [new Map(), new Set()];
  for (const { danger, places } of hits(note, index, (number) => number >= 0 && !said.has(number))) {
    if (places.some((place) => harmless.has(place))) continue;
    const times = denied.get(danger) ?? 0;
    const isElsewhere = () =>
      places.every((place) => elsewhere.has(place)) || places.at(-1) < (others.get(places[0]) ?? 0);
    if (times < index.notes.reach.denied_at_most && (isElsewhere() || isNegated(places, note, index.notes))) {
      denied.set(danger, times + 1);
    } else {
      said.add(danger);
    }
  }
  return index.notes.dangers.flatMap(({ code, answer }, number) =>
    said.has(number) || denied.has(number) ? [{ code, answer, isNegated: !said.has(number) }] : [],
  );
}

/** The places of words that are harmless, and of those that tell of another time or somebody else. */
function setAside(note, index) {
  const [harmless, stated] = [new Set(), new Set()];
  for (const { danger, places } of hits(note, index, (number) => number === HARMLESS || number === ELSEWHERE)) {
    const isWithoutGap = places.at(-1) - places[0] === places.length - 1;
    const aside = danger === HARMLESS ? harmless : isWithoutGap ? stated : new Set();
    for (const place of places) aside.add(place);
  }
  return { harmless, stated };
}

/** The places of clauses in which something is stated of another time or somebody else, and nothing of now. */
function elsewhereIn(note, notes, stated) {
  const found = new Set(stated);
  if (!stated.size) return found;
  const known = clauses(note.words, notes.connectives);
  known.forEach((clause, number) => {
    const isCurrent = clause.some((place) => notes.current.includes(note.words[place]) && !stated.has(place));
    if ((known[number + 1] ?? []).some((place) => notes.repeats.includes(note.words[place]))) {
      for (const place of clause) found.delete(place);
    } else if (!isCurrent && clause.some((place) => stated.has(place))) {
      for (const place of clause) found.add(place);
    }
  });
  return found;
}

/** Where the first word stands that is said of a thing or an animal and not of the child, and where its clause ends. */
function saidOfOthers(words, index) {
  const found = new Map();
  for (const clause of clauses(words, index.notes.connectives)) {
    const place = behindAnother(clause, words, index);
    if (place !== undefined && !clause.some((one) => one >= place && index.own.has(words[one]))) {
      found.set(place, clause.at(-1) + 1);
    }
  }
  return found;
}

/** Only what is listed is another: a child's name is a word like any other, "Ellie has collapsed". */
function behindAnother(clause, words, index) {
  let isNamed = false;
  for (const place of clause) {
    if ([...forms(words[place], index.notes)].some((form) => index.others.has(form))) isNamed = true;
    else if (!(isNamed ? index.links : index.articles).has(words[place])) return isNamed ? place : undefined;
  }
  return undefined;
}

/** The places between two marks or connectives, each place once. */
function clauses(words, connectives) {
  const found = [[]];
  words.forEach((word, place) => {
    if (word === "," || ENDS.has(word) || connectives.includes(word)) found.push([]);
    else found.at(-1).push(place);
  });
  return found.filter((clause) => clause.length);
}

function isNegated(places, note, notes) {
  return isNoBefore(places, note, notes) || isNoAfter(places, note, notes);
}

/** "no sign of a seizure", "no fever, cough or chills". A word between that is not known to lead on ends it. */
function isNoBefore(places, note, notes) {
  const start = places[0];
  let isInList = orFollows(places, note, notes);
  for (let place = start - 1; place > Math.max(-1, start - 1 - notes.reach.no_before); place -= 1) {
    const word = note.words[place];
    if (notes.denials.includes(word)) return true;
    if (notes.alternatives.includes(word)) isInList = true;
    else if (word === "," && !isInList) return false;
    else if (word !== "," && !notes.leads.includes(word) && !(isInList && note.meanings[place])) return false;
  }
  return false;
}

/** Whether the danger stands in a list that ends with "or": then a comma before it does not end the "no". */
function orFollows(places, note, notes) {
  const end = places.at(-1) + 1;
  for (let place = end; place < Math.min(end + notes.reach.list_behind, note.words.length); place += 1) {
    const word = note.words[place];
    if (notes.alternatives.includes(word)) return true;
    if (ENDS.has(word) || (word !== "," && !notes.leads.includes(word) && !note.meanings[place])) return false;
  }
  return false;
}

/** "seizures: none", "Fever? No." */
function isNoAfter(places, note, notes) {
  const end = places.at(-1) + 1;
  const after = note.words.slice(end, end + notes.reach.no_behind).filter((word) => word !== ":" && word !== "?");
  if (!after.length || !notes.denials.includes(after[0])) return false;
  return after.length === 1 || ENDS.has(after[1]) || after[1] === ",";
}

// ------------------------------------------------------------------ what is asked

/** Ticked, answered the same or worse, measured; or the family has said that the note does not mean it. */
function isTold(mention, moment) {
  const { code, answer } = mention;
  const { report, rules } = moment;
  if (moment.signs.has(code) || report.notMeant.has(answer ? `${code}.${answer}` : code)) return true;
  if (mention.reading) return moment.temperatures.some((one) => isAsFar(one.degreesF, mention.reading, rules));
  if (code === "felt_hot") return moment.temperatures.some((one) => countsFever(one, rules));
  if (!answer || !report.answers.has(code)) return false;
  const choices = rules.observations[code].choices.map(([choice]) => choice);
  return choices.indexOf(report.answers.get(code)) >= choices.indexOf(answer);
}

/** A measured temperature is as far from what is usual as the one in the note. */
function isAsFar(degreesF, { value, unit, isLow }, rules) {
  const spoken = unit === "C" ? fahrenheit(value.units, rules) : value.units;
  return isLow ? degreesF <= spoken : degreesF >= spoken;
}

/** `code` and `answer` are what a yes makes of it. */
function questionOf({ code, answer, isNegated, reading }, { rules }) {
  const known = rules.symptoms[code] ?? rules.observations[code];
  let [kind, values] = ["note_says", { sign: known.name }];
  if (reading) {
    [kind, values] = ["note_measured", { degrees: reading.value.text, unit: reading.unit }];
  } else if (answer) {
    const [, name] = rules.observations[code].choices.find(([choice]) => choice === answer);
    [kind, values] = ["note_answers", { ...values, answer: name }];
  }
  const asked = question(FIELD, rules.messages[isNegated ? `${kind}_no` : kind], values);
  return { ...asked, code, ...(answer && { answer }), ...(isNegated && { negated: true }) };
}
