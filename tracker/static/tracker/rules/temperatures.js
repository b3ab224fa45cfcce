// Temperatures that a note speaks of: a fever anywhere, and a low one where it is called a temperature.
// The same as therapies/notes/temperatures.py. What is said before and behind a number is in lists of the rules.

import { decimal, times, units } from "./decimal.js";
import { unitOf } from "./facts.js";
import { ENDS } from "./words.js";

const isDigits = (word) => /^[0-9]+$/.test(word);
const ENDS_SPEECH = new Set([".", ",", ";", "!", "?", "\n"]);

/** The first of the note, no more than a family writes. */
export function temperatures(said, measures) {
  const isSpoken = said.some((word) => Object.hasOwn(measures.tens, word) || measures.point.includes(word));
  const words = isSpoken ? inDigits(said, measures) : said;
  const found = [];
  for (const [place, word] of words.entries()) {
    if (found.length >= measures.reach.at_most) break;
    const spoken = /^[0-9]/.test(word) ? spokenAt(words, place, measures) : null;
    if (spoken) found.push(spoken);
  }
  return found;
}

/** From what is usual, in parts of a degree that are the same for both units. */
export function distance({ value, unit }, measures) {
  const apart = value.units - units(measures.usual[unit]);
  return times(apart < 0n ? -apart : apart, units(measures.weight[unit]));
}

/** The note with "one hundred and one point two", "thirty nine five" and "39 point 1" as 101.2, 39.5 and 39.1. */
function inDigits(words, measures) {
  const found = [];
  for (let place = 0; place < words.length; ) {
    const [number, after] = numberSaid(words, place, measures);
    found.push(number || words[place]);
    place = after;
  }
  return found;
}

/** The number that begins there, in digits, and the place after it; nothing for one that cannot be a temperature. */
function numberSaid(words, start, measures) {
  const { ones, tens, point } = measures;
  const isOne = (at) => Object.hasOwn(ones, textAt(words, at));
  if (point.includes(textAt(words, start + 1)) && isDigits(words[start])) {
    const tenth = String(isOne(start + 2) ? ones[textAt(words, start + 2)] : textAt(words, start + 2));
    return /^[0-9]$/.test(tenth) ? [`${words[start]}.${tenth}`, start + 3] : ["", start + 1];
  }
  const isLed = measures.alone.includes(words[start]) && Object.hasOwn(tens, textAt(words, start + 1));
  let place = start + (isLed ? 1 : 0);
  if (!Object.hasOwn(tens, words[place])) return ["", start + 1];
  let whole = tens[words[place]];
  place += 1;
  if (measures.joints.includes(textAt(words, place)) && isOne(place + 1)) place += 1;
  if (isOne(place)) {
    whole += ones[words[place]];
    place += 1;
  }
  return withTenths(words, place, whole, measures);
}

function withTenths(words, place, whole, { ones, point }) {
  const tenths = place + (point.includes(textAt(words, place)) ? 1 : 0);
  const said = textAt(words, tenths);
  if (Object.hasOwn(ones, said)) return [`${whole}.${ones[said]}`, tenths + 1];
  if (tenths > place && isDigits(said)) return [`${whole}.${said[0]}`, tenths + 1];
  return [String(whole), place];
}

/** Of a number that can be a temperature: one with a decimal is, unless it is called something else; a whole one is
 * where it is called so or stands alone. */
function spokenAt(words, place, measures) {
  const value = decimal(words[place].replace(",", "."));
  const [fever, low] = [unitOf(value.units, measures.fever), unitOf(value.units, measures.low)];
  const label = fever || low ? labelOf(words, place, measures) : "something else";
  if (label === "something else" || (low && !label && !isMeasuredLow(words, place, measures))) return null;
  if (isDigits(words[place]) && !label && !standsAlone(words, place, measures)) return null;
  return { value, unit: fever || low, isLow: !fever, isNegated: isNegated(words, place, measures) };
}

/** What the number is called: by the word behind it, else by the nearest word before it that says so. */
function labelOf(words, at, measures) {
  const { degrees, other, reach } = measures;
  const text = (place) => textAt(words, place);
  if (degrees.includes(text(at + 1)) && !other.includes(text(at + 2))) return "temperature";
  if (isAnotherUnit(text, at, measures)) return "something else";
  const place = measures.ranges.includes(text(at - 1)) && isDigits(text(at - 2)) ? at - 2 : at;
  for (let back = place - 1; back > Math.max(-1, place - 1 - reach.near); back -= 1) {
    if (ENDS.has(words[back])) break;
    if (measures.temperature.includes(words[back])) return "temperature";
    const isRightBefore = back === place - 1 || !measures.adjacent.includes(words[back]);
    if (other.includes(words[back]) && isRightBefore) return "something else";
  }
  return degrees.includes(text(place + 2)) || isPlaced(words, place, measures) ? "temperature" : "";
}

function isAnotherUnit(text, at, { units: names }) {
  if (names.includes(text(at + 1))) return true;
  return (text(at + 1) === ":" && isDigits(text(at + 2))) || (text(at - 1) === ":" && isDigits(text(at - 2)));
}

/** Where it was measured stands soon behind the number: "34.9 on the armpit one". */
function isPlaced(words, place, measures) {
  for (const word of words.slice(place + 1, place + 1 + measures.reach.near)) {
    if (measures.places.includes(word)) return true;
    if (word === "," || ENDS.has(word)) return false;
  }
  return false;
}

/** Nothing but a temperature is written so: "35.4 this morning". */
function isMeasuredLow(words, place, measures) {
  const isFollowed = measures.low_following.includes(textAt(words, place + 1));
  return !isDigits(words[place]) && isFollowed && standsAfter(words, place, measures);
}

function standsAfter(words, place, { leading }) {
  const before = textAt(words, place - 1);
  return before === "" || leading.includes(before);
}

/** No word behind it says what was counted: "it was 39 again", and not "she did 39 jumps". */
function standsAlone(words, place, measures) {
  const after = textAt(words, place + 1);
  return standsAfter(words, place, measures) && (after === "" || measures.following.includes(after));
}

function isNegated(words, place, { below, reach }) {
  return words.slice(Math.max(0, place - reach.below), place).some((word) => below.includes(word));
}

/** The word there; nothing beyond the note, and for a mark that ends what was said. */
function textAt(words, place) {
  const text = words[place] ?? "";
  return ENDS_SPEECH.has(text) ? "" : text;
}
