// Reads what was typed as temperature and as weight, a line of JSON each, as the log form of a phone without a network.
//
//   node form_numbers.mjs REPORT_JS RULES_JSON

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , place, knowledge] = process.argv;
const { reportOf } = await import(pathToFileURL(place));
const kit = { names: {}, rules: JSON.parse(readFileSync(knowledge, "utf8")) };

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const typed = JSON.parse(line);
  const { answers, raw } = reportOf([["temperature", typed], ["weight_kg", typed]], kit);
  const { temperature = {}, weight_kg: weight = null } = answers;
  const [value, unit] = [temperature.value ?? null, temperature.unit ?? null];
  console.log(JSON.stringify({ value, unit, weight, raw: Object.keys(raw).sort() }));
}
