// Reads questions, a line of JSON each, and answers each with a line: what a phone would say.
//
//   node runner.mjs ASSESS_JS RULES_JSON
//
// {"ask": [request, ...]} -> {"answers": [response or {"error": ...}, ...], "worst": response, of several of which none was refused}
// {"typed": text}         -> {"number": text or null, "temperature": [text, unit] or null}

import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , place, knowledge] = process.argv;
const folder = new URL(".", pathToFileURL(place));
const { assess, worstOf, Refused } = await import(pathToFileURL(place));
const { readNumber, readTemperature } = await import(new URL("numbers.js", folder));
const rules = JSON.parse(readFileSync(knowledge, "utf8"));

function answer(request) {
  try {
    return assess(request, rules);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: { field: error.field, message: error.reason } };
  }
}

function read(reader, text) {
  try {
    return reader(text, rules);
  } catch {
    return null;
  }
}

function reply(question) {
  if ("typed" in question) {
    const { typed } = question;
    return { number: read(readNumber, typed), temperature: read(readTemperature, typed) };
  }
  const answers = question.ask.map(answer);
  const isOne = answers.length < 2 || answers.some((one) => one.error);
  return { answers, worst: isOne ? null : worstOf(answers) };
}

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  let said;
  try {
    said = reply(JSON.parse(line));
  } catch (error) {
    said = { crash: String(error?.stack ?? error) };
  }
  writeAll(`${JSON.stringify(said)}\n`);
}

function writeAll(text) {
  let bytes = Buffer.from(text);
  while (bytes.length) bytes = bytes.subarray(writeSync(1, bytes));
}
