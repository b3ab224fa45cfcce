// What was entered and what is said on the phone, in the sentences of the site (tracker/assessment/phone_script.py and
// wording.py), which the kit brings along in the reader's language.

const USUAL = ["usual", "same", "all", "ok"];
const SEVERITIES = ["severe", "moderate", "", "mild"];
const MOST_SIGNS = 6; // of what to say, unless more are urgent or severe

export const fill = (text, values = {}) => text.replace(/%\((\w+)\)[sd]/g, (all, name) => values[name] ?? all);
export const many = ([one, more], n, name = "n") => fill(n === 1 ? one : more, { [name]: n });

export function words(kit, zone) {
  const say = (key, values) => fill(kit.phrases[key], values);
  const some = (key, n, name) => many(kit.phrases[key], n, name);
  const clock = (at, now) => {
    const day = (one) => new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short" }).format(one);
    const near = day(at) === day(now) ? {} : { day: "numeric", month: "long" };
    const how = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...near };
    const text = new Intl.DateTimeFormat(kit.language, how).format(at);
    return globalThis.inHours ? inHours(text) : text;
  };
  const name = (code) => kit.names[code] ?? code;

  // ---------------------------------------------------------- temperatures

  const unitOf = (value) => Object.keys(kit.bands).find((unit) => value >= kit.bands[unit][0] && value <= kit.bands[unit][1]) ?? "";
  // In a line from right to left a reading keeps its order, as by tracker/lib/bidi.py.
  const ltr = (text) => (kit.right_to_left ? `\u2066${text}\u2069` : text);
  const asTyped = (value, unit) => ltr(`${/\.\d\d/.test(value) && !value.endsWith("0") ? value : Number(value).toFixed(1)} °${unit}`);
  const other = (value, unit) => ltr(unit === "F" ? `${shortOf((value - 32) / 1.8, "C")} °C` : `${shortOf(value * 1.8 + 32, "F")} °F`);
  // Rounded as thermometers show it, but never up across a line where an answer changes.
  const shortOf = (value, unit) => {
    const exact = Math.round(value * 1e6) / 1e6;
    const tenths = Math.round(exact * 10) / 10;
    const lines = kit.lines.map((line) => (unit === "F" ? Math.round((line * 1.8 + 32) * 1e6) / 1e6 : line));
    const crosses = tenths > exact && lines.some((line) => exact < line && line <= tenths);
    return (crosses ? Math.floor(exact * 10) / 10 : tenths).toFixed(1);
  };
  const probably = ({ temperature: { value, unit } = {} }) => {
    const meant = value === undefined ? "" : unitOf(Number(value));
    return meant && meant !== unit ? asTyped(String(value), meant) : "";
  };
  const temperature = (report, raw) => {
    if (raw?.temperature) return [`“${raw.temperature}”`, ""];
    if (!report.temperature) return ["", ""];
    const { value, unit = "" } = report.temperature;
    const meant = unitOf(Number(value));
    if (unit && meant === unit) return [asTyped(String(value), unit), other(Number(value), unit)];
    return [unit ? asTyped(String(value), unit) : String(value), meant ? say("probably", { temperature: probably(report) }) : ""];
  };
  const route = ({ temperature: { route: code } = {} }) => (code && code !== "unknown" ? (kit.routes[code] ?? "") : "");
  const reading = (report, raw) => {
    const [shown, beside] = temperature(report, raw);
    if (raw?.temperature) return say("typed", { typed: shown });
    return [shown, beside && `(${beside})`, route(report)].filter(Boolean).join(" ");
  };

  // ---------------------------------------------------------- signs

  const span = (hours) => {
    if (hours < 1) return some("minutes", Math.max(1, Math.round(hours * 60)));
    return hours < 48 ? some("hours", Math.round(hours)) : some("days", Math.round(hours / 24));
  };
  const signWords = (sign, howLong) => {
    const details = sign.severity ? [say(sign.severity)] : [];
    if (howLong && sign.duration_hours !== undefined) details.push(span(Number(sign.duration_hours)));
    if (howLong && sign.episodes_24h) details.push(some("times", sign.episodes_24h));
    return details.length ? `${name(sign.code)} (${details.join(", ")})` : name(sign.code);
  };
  const chosen = (report) => {
    const neuro = Object.entries(report.neuro ?? {}).map(([part, answer]) => [`neuro.${part}`, answer]);
    return [...neuro, ...["handwriting", "fluids_kept", "pump"].map((code) => [code, report[code]])].filter(([, answer]) => answer);
  };
  const seen = (report, raw, howLong) => {
    const signs = (report.symptoms ?? []).map((one) => ({ code: one.code, severity: one.severity ?? "", words: signWords(one, howLong) }));
    const odd = chosen(report).filter(([, answer]) => !USUAL.includes(answer));
    signs.push(...odd.map(([code, answer]) => ({ code, severity: "", words: `${name(code)}: ${kit.choices[code]?.[answer] ?? answer}` })));
    const weight = raw?.weight_kg ? `“${raw.weight_kg}”` : report.weight_kg && ltr(`${report.weight_kg} kg`);
    if (weight) signs.push({ code: "weight_kg", severity: "", words: say("weight", { weight }) });
    return signs;
  };
  const isOf = (one, code) => one.code === code || one.code.split(".")[0] === code;
  const worstFirst = (found, flags) => {
    const because = (urgency) => new Set(flags.filter((flag) => flag.urgency === urgency).flatMap((flag) => flag.because));
    const [emergency, now] = [because("emergency"), because("now")];
    const has = (codes, one) => [...codes].some((code) => isOf(one, code));
    const place = (one) => (has(emergency, one) ? 0 : has(now, one) ? 1 : 2);
    const ranked = [...found].sort((one, two) => place(one) - place(two) || SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(two.severity));
    const must = ranked.filter((one) => place(one) < 2 || one.severity === "severe").length;
    const said = ranked.slice(0, Math.max(must, MOST_SIGNS)).map((one) => one.words);
    return ranked.length > said.length ? [...said, some("more signs", ranked.length - said.length)] : said;
  };

  // ---------------------------------------------------------- earlier logs

  const logged = (codes, reports) => codes.flatMap((code) => {
    const known = reports.flatMap((report) => seen(report, null, true)).filter((one) => isOf(one, code)).map((one) => one.words);
    if (known.length) return known;
    const readings = code === "temperature" ? reports.map((report) => reading(report)).filter(Boolean) : [];
    return readings.length ? readings : [name(code)];
  });
  const ago = (hours) => (Math.round(hours) < 1 ? say("ago lately") : some("ago", Math.round(hours)));
  const reportsAt = (told, hours) => told.earlier.filter((one) => Math.abs(one.hours - hours) < 1 / 3600).map((one) => one.report);
  const remembered = (flags, told) => {
    const found = new Map();
    for (const { because, reported_hours_ago: hours } of flags.filter((flag) => flag.reported_hours_ago !== undefined)) {
      const rounded = Math.round(hours);
      found.set(rounded, [...(found.get(rounded) ?? []), ...logged(because, reportsAt(told, hours))]);
    }
    return [...found].sort(([one], [two]) => one - two).map(([hours, signs]) => {
      const said = [...new Set(signs)].join(", ");
      return fill(hours < 1 ? say("logged lately") : some("logged", hours, "hours"), { signs: said });
    });
  };

  // ---------------------------------------------------------- sentences

  const summary = (told) => {
    const said = [reading(told.report, told.raw), ...seen(told.report, told.raw, false).map((one) => one.words)];
    if (told.nothingNew) said.push(say("nothing new"));
    if (told.report.worried) said.push(say("you are worried"));
    const entered = said.filter(Boolean).join(", ");
    return [entered, entered && told.day.label].filter(Boolean).join(" · ");
  };
  const who = (told) => {
    const therapy = kit.therapies[told.therapies[0]];
    const says = therapy?.say && told.day.begun ? therapy.say : "";
    const { age, months } = told.day;
    if (age === null || age === undefined) return says && say("my child", { says });
    const baby = () => (months === undefined ? say("under one") : months ? some("months old", months, "months") : say("under one month"));
    const old = age === 0 ? baby() : some("age", age, "years");
    return says ? say("age and", { age: old, says }) : `${old}.`;
  };
  const treatment = (told) => {
    const therapy = kit.therapies[told.therapies[0]];
    if (!therapy) return "";
    const { label: day, begun } = told.day;
    if (begun && therapy.say.includes(therapy.name)) return day && `${day}.`;
    return say(day ? "treatment day" : "treatment", { therapy: therapy.name, day });
  };
  const measured = (report, raw) => {
    const [shown, beside] = temperature(report, raw);
    if (!shown) return say("not measured");
    const meant = !raw?.temperature && probably(report);
    if (meant) return say("wrote probably", { typed: shown, meant });
    if (!beside) return say("wrote", { typed: shown });
    const values = { shown, other: beside, route: route(report) };
    return say(values.route ? "temperature route" : "temperature was", values);
  };
  const whatToSay = (told, { flags, urgency }) => {
    const { report, raw } = told;
    const signs = worstFirst(seen(report, raw, true), flags).join(", ");
    const medicine = { true: "medicine yes", false: "medicine no" }[report.antipyretic_given];
    return [
      who(told),
      treatment(told),
      ...told.day.earlier.map((therapy) => say("earlier treatment", { therapy })),
      signs && say("i saw", { time: clock(told.seenAt, told.now), signs }),
      told.nothingNew && say("i see nothing new"),
      measured(report, raw),
      medicine && say(medicine),
      ...remembered(flags, told),
      report.worried && say("worried"),
      told.medicine && say("given at", { name: told.medicine[1], time: clock(told.medicine[0], told.now) }),
      say({ emergency: "ask emergency", now: "ask now" }[urgency] ?? "ask today"),
    ].filter(Boolean);
  };
  const carriedOver = (told, { flags, could_not_check: not }) => {
    const urgent = flags.filter((flag) => ["emergency", "now"].includes(flag.urgency));
    if (not.length || !urgent.length || urgent.some((flag) => flag.reported_hours_ago === undefined)) return "";
    const newest = Math.min(...urgent.map((flag) => flag.reported_hours_ago));
    const codes = urgent.filter((flag) => flag.reported_hours_ago === newest).flatMap((flag) => flag.because);
    return say("carried over", { when: ago(newest), signs: [...new Set(logged(codes, reportsAt(told, newest)))].join(", ") });
  };
  return { say, name, clock, ago, summary, whatToSay, carriedOver };
}
