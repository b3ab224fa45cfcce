// Numbers as people type them: commas, other scripts' digits, a unit behind them. The same as therapies/numbers.py and
// therapies/marks.py, sign by sign; which sign is a digit or a blank stands in the rules, and not in the engine.

import { decimal } from "./decimal.js";

/** What cannot be read as a number: it is asked about, never guessed. */
export class Unreadable extends Error {
  constructor() {
    super("This is not a number we can read.");
    this.name = "Unreadable";
  }
}

/** The number that `text` says, as a request may have it: up to three digits and two decimals. Throws Unreadable. */
export function readNumber(text, { typed }) {
  const found = withoutMarks(text, typed).map((sign) => plain(sign, typed));
  const shape = new RegExp(`^(0|[1-9][0-9]{0,${typed.digits - 1}})(\\.[0-9]{1,${typed.decimals}})?$`);
  if (!shape.test(found.join(""))) throw new Unreadable();
  return decimal(found.join("")).text;
}

/** The number and, where one was typed behind it, the unit ("C" or "F", else null): "38,5" or "101.2 °F". */
export function readTemperature(text, rules) {
  const found = withoutMarks(text, rules.typed);
  const last = found.at(-1) ?? "";
  const unit = Object.hasOwn(rules.typed.units, last) ? rules.typed.units[last] : null;
  return [readNumber((unit ? found.slice(0, -1) : found).join(""), rules), unit];
}

/** Whether nobody sees anything in it. A degree sign alone is no answer, but somebody typed it. */
export function isBlank(text, { typed }) {
  return spaced(text, typed).every((sign) => typed.invisible.includes(sign));
}

/** Without the marks before and behind it; nothing of what is too long. Between digits marks stay: it is unreadable. */
function withoutMarks(text, typed) {
  const signs = spaced(text, typed);
  if (signs.length > typed.longest) return [];
  let [start, end] = [0, signs.length];
  while (start < end && typed.invisible.includes(signs[start])) start += 1;
  while (end > start && (typed.invisible + typed.degrees).includes(signs[end - 1])) end -= 1;
  return signs.slice(start, end);
}

function spaced(text, { blanks }) {
  return Array.from(text, (sign) => (blanks.includes(sign) ? " " : sign));
}

/** A digit of any script as 0-9, any decimal separator as a point. A superscript is no digit. */
function plain(sign, { zeros, separators }) {
  const code = sign.codePointAt(0);
  const zero = zeros.find((start) => start <= code && code < start + 10);
  if (zero !== undefined) return String(code - zero);
  return separators.includes(sign) ? "." : sign;
}
