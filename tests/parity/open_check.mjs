// Judges what was typed into /check/, a line of JSON with its fields each, as a phone without a network.
//
//   node open_check.mjs CHECK_JS KIT_JSON

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , place, knowledge] = process.argv;
const { judgeCheck } = await import(pathToFileURL(place));
const rules = await import(pathToFileURL(join(dirname(place), "../rules/assess.js")));
const kit = JSON.parse(readFileSync(knowledge, "utf8"));

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const found = judgeCheck(JSON.parse(line), { kit, rules, now: 0 });
  const { urgency, flags, could_not_check: not } = found?.response ?? { urgency: "", flags: [], could_not_check: [] };
  console.log(JSON.stringify([urgency, flags.map((flag) => flag.id), [...not].sort()]));
}
