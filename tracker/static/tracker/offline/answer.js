// The answer as the site's page shows it (templates/tracker/assessment): what to do, whom to call, what to say and why.

const SHAPES = { emergency: "octagon-alert", now: "triangle-alert", today: "clock", note: "square-pen" };
const MOST_FIRST_AID = 3;
const CALL_AGAIN = "ANY-DO-01";

export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...inside.flat().filter((one) => one || one === 0));
  return made;
}

function icon(name, sprite = document.querySelector("use").getAttribute("href").split("#")[0]) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

// The pictogram of a sign before its name. A page that was kept before it told of the pictures has the name alone.
function pictured(code, words, kit) {
  const { signs } = document.querySelector("[data-unsent]").dataset;
  return code in kit.rules.symptoms && signs ? [icon(code, signs), `\u00a0${words.name(code)}`] : [words.name(code)];
}

const link = (number, word, small) =>
  element("a", { class: "reach", href: number.link }, element("b", {}, number.shown), element("span", {}, word, " ", icon("phone")), small && element("small", {}, ...small));

// The ambulance first, where this is an emergency or one is open; then the number for this hour.
export function reach({ call, emergency, isEmergency, say }) {
  const first = emergency ? [emergency] : ["112", "911"].map((digits) => ({ shown: digits, link: `tel:${digits}` }));
  const found = isEmergency ? first.map((number) => link(number, say("call now"))) : [];
  if (call?.link) found.push(link(call, say(isEmergency ? "then team" : "call"), [call.label, call.hours && element("br"), call.hours]));
  else if (!isEmergency) found.push(element("p", { class: "reach-card" }, say("on your card")));
  return found;
}

export function card({ response, told, whom, words, kit, alone }) {
  const { urgency } = response;
  const summary = told && words.summary(told);
  const carried = told && words.carriedOver(told, response);
  const role = ["now", "emergency"].includes(urgency) ? "alert" : "status";
  const first = response.flags[0];
  const isNote = urgency === "note"; // no calm badge stands over what is not sent yet
  return element("section", { class: `care care-${isNote ? "today" : urgency}`, role, tabindex: "-1" },
    element("span", { class: "badge" }, icon(isNote ? "ban" : SHAPES[urgency]), " ", isNote ? words.say("not sent") : kit.urgencies[urgency]),
    element("h1", {}, urgency === "note" ? words.say("nothing urgent") : response.headline),
    carried && element("p", {}, element("b", {}, carried)),
    element("p", {}, alone),
    (urgency !== "note" || whom.isEmergency) && reach({ ...whom, say: words.say }),
    summary && element("p", { class: "care-summary" }, carried ? words.say("this log", { summary }) : summary),
    told && noteNotice(told.report.note ?? "", words, kit),
    urgency === "note" ? element("p", {}, words.say("can miss")) : first && element("p", {}, first.text),
  );
}

export function rest({ response, told, words, kit }) {
  const aid = firstAid(response, kit);
  const until = untilReached(response, told, kit);
  return [
    aid.length && part("first-aid", words.say("until help"), null,
      element("p", { class: "hint" }, words.say("call first")),
      ...aid.flatMap((one) => [element("h3", {}, one.of), list(one.lines)]), cited(aid, words)),
    questions(response, words, told),
    response.urgency !== "note" && told && part("quote", words.say("what to say"), "message-square-quote",
      element("blockquote", { class: "say" }, words.whatToSay(told, response).join(" "))),
    until.length && part("", words.say("until you reach them"), "ban",
      element("ul", { class: "until" }, until.map((one) => element("li", one.do ? { class: "is-do" } : {}, one.text))), cited(until, words)),
    response.flags.length && part("", words.say("why"), "circle-question-mark", element("ul", { class: "plain-list" }, response.flags.map((flag) => reason(flag, words, kit)))),
  ].filter(Boolean);
}

// Which letters the search for danger reads: is_in_another_script() of the site.
export function unreadBy({ letters }) {
  const read = Object.entries(letters).filter(([meant]) => !meant.includes(" "));
  const known = new Set(read.map(([, written]) => written).join(""));
  return (note) => [...note].some((sign) => /[^\P{L}a-zA-Z]/u.test(sign) && !known.has(sign));
}

// What was not searched, or by a draft of its words: is_in_arabic() of the site.
function noteNotice(note, words, kit) {
  const isUnread = unreadBy(kit.rules.notes.words)(note);
  const notice = isUnread ? "note unread" : /[\u060c-\u06f9]/.test(note) && "note by draft";
  return notice && element("p", {}, words.say(notice));
}

const part = (look, title, picture, ...inside) =>
  element("section", { class: `card ${look}` }, element("h2", {}, picture && icon(picture), picture && " ", title), ...inside);

const list = (lines) => element("ul", { class: "until" }, lines.map((line) => element("li", {}, line)));

const cited = (all, words) =>
  element("details", { class: "more" }, element("summary", {}, words.say("where from")),
    element("ul", { class: "sources" }, [...new Set(all.flatMap((one) => one.cited))].map((one) => element("li", { lang: "en" }, one))));

// "Nothing new" is an answer about the signs; the rules still take them as not known.
function questions({ needs_confirmation: asked, could_not_check: not, unanswered: all }, words, told) {
  const unanswered = all.filter((code) => !(told?.nothingNew && code === "symptoms"));
  const lines = asked.map((one) => element("p", {}, element("b", {}, one.message)));
  const names = (codes) => codes.map((code) => (code === "rules" ? words.say("the rules") : words.name(code))).join(", ");
  if (not.length && !asked.length) lines.push(element("p", {}, words.say("could not read"), " ", element("b", {}, names(not)), "."));
  if (unanswered.length) lines.push(element("p", {}, words.say("not told"), " ", names(unanswered), ". ", words.say("not checked")));
  const title = asked.length || not.length ? "one question" : "not everything";
  return lines.length > 0 && part("", words.say(title), "circle-question-mark", ...lines);
}

function reason(flag, words, kit) {
  const [plain, term] = kit.syndromes[flag.syndrome] ?? [flag.syndrome, ""];
  const when = flag.reported_hours_ago === undefined ? "" : ` · ${words.say("reported", { when: words.ago(flag.reported_hours_ago) })}`;
  return element("li", {},
    element("h3", {}, plain, term && " ", term && element("span", { class: "term" }, `(${term})`)),
    element("p", {}, flag.text),
    element("p", { class: "hint" },
      element("span", { class: `tag tag-${flag.urgency}` }, icon(SHAPES[flag.urgency]), " ", kit.urgencies[flag.urgency]),
      ` ${words.say("because of")} `, flag.because.flatMap((code, place) => [place ? ", " : "", ...pictured(code, words, kit)]), when),
    flag.sources.map((one) => element("cite", { class: "source", lang: "en" }, `${one.publisher}: ${one.title}. ${one.locator}`)),
  );
}

// The worst first, in one position: beside the lines of one, those that would say another are left out.
function firstAid({ flags }, kit) {
  const codes = [...new Set(flags.filter((flag) => flag.urgency === "emergency").flatMap((flag) => flag.because))];
  const wanted = new Set(codes);
  const found = [];
  for (const one of kit.first_aid) {
    if (!one.signs.some((sign) => wanted.has(sign))) continue;
    found.push({ ...one, of: codes.filter((sign) => one.signs.includes(sign)).map((sign) => kit.names[sign]).join(", ") });
    for (const sign of [...one.instead_of, ...one.signs]) wanted.delete(sign);
  }
  return found.slice(0, MOST_FIRST_AID);
}

function untilReached({ urgency, flags, unanswered }, told, kit) {
  const all = kit.therapies[told?.therapies[0]]?.until ?? [];
  if (urgency === "note") return [];
  if (urgency !== "emergency") return all;
  const seen = new Set([...unanswered, ...flags.flatMap((flag) => flag.because)]);
  return all.filter((one) => one.id !== CALL_AGAIN && (!one.with.length || one.with.some((code) => seen.has(code))));
}
