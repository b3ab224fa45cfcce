// Decimals as Python has them: exact, and with the digits that were typed. In fixed point: whole numbers of
// 10^-16, one place more than a request may have, so that a temperature in °C is exact in °F too.

const PLACES = 16;
const MOST_DECIMALS = 15;
const MOST_DIGITS = 9;
export const ONE = 10n ** BigInt(PLACES);
const SHAPE = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const ZERO = { units: 0n, text: "0", decimals: 0 };
const known = new Map();

/** Whether a text is a number as JSON writes it. */
export function isNumberText(text) {
  return JSON_NUMBER.test(text);
}

/** The decimal that a number or a text says, read as far as it can matter: `units` of 10^-16, `text` without exponent. */
export function decimal(value) {
  const [, sign, whole, part = "", power = "0"] = SHAPE.exec(String(value));
  let digits = (whole + part).replace(/^0+/, "");
  let exponent = Number(power) - part.length;
  const adjusted = exponent + digits.length - 1;
  if (!digits || adjusted < -MOST_DIGITS) return ZERO;
  if (adjusted > MOST_DIGITS) [digits, exponent] = ["1", MOST_DIGITS];
  if (exponent < -MOST_DECIMALS) {
    digits = digits.slice(0, digits.length + exponent + MOST_DECIMALS);
    exponent = -MOST_DECIMALS;
  }
  const units = BigInt(digits) * 10n ** BigInt(PLACES + exponent);
  return { units: sign ? -units : units, text: sign + shown(digits, exponent), decimals: Math.max(0, -exponent) };
}

function shown(digits, exponent) {
  if (exponent >= 0) return digits + "0".repeat(exponent);
  const padded = digits.padStart(1 - exponent, "0");
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** The units of a number of the rules. They are few, and asked for often. */
export function units(number) {
  if (!known.has(number)) known.set(number, decimal(number).units);
  return known.get(number);
}

/** The product of two numbers in units: exact where it has no more than 16 decimals. */
export function times(one, other) {
  return (one * other) / ONE;
}

/** Without what stands behind the point. */
export function whole(number) {
  return number / ONE;
}

/** The nearest whole number of what is not negative; of two equally near the even one. */
export function nearest(number, divisor) {
  const floor = number / divisor;
  const twice = 2n * (number % divisor);
  return twice > divisor || (twice === divisor && floor % 2n === 1n) ? floor + 1n : floor;
}

/** 38.0 stays 38.0, 30.00 hours are 30. */
export function plain({ units: number, text }) {
  return number % ONE ? text : String(number / ONE);
}

/** At least one decimal, as a thermometer shows it. */
export function tenths({ units: number, text }) {
  const tenth = ONE / 10n;
  return number % tenth ? text : shown(String(number / tenth), -1);
}

export function largest(numbers) {
  return numbers.reduce((most, number) => (number > most ? number : most));
}

export function smallest(numbers) {
  return numbers.reduce((least, number) => (number < least ? number : least));
}
