// One entry, written down on this phone: sealed for the site, and part of what the next answer here knows.

import { seal } from "./seal.js";

const OF_THE_PAGE = ["csrfmiddlewaretoken", "form_of", "sent_at", "unsaved"];

// Every answer of a form; nothing that belongs to one page or one sending.
export const typedIn = (form, button) =>
  [...new FormData(form, button)].filter(([name]) => !OF_THE_PAGE.includes(name)).map(([name, value]) => [name, String(value)]);

// Both clocks stand in it: this phone's, and the site's as it was last known here.
export async function write({ pocket, child, kind, fields, number, at, answer, medicine, joins = [] }) {
  const said = {
    v: 1,
    author: pocket.person,
    child,
    kind,
    number,
    fields,
    phone_at: Date.now(),
    entered_at: at,
    answer: answer ?? null,
    medicine: medicine ?? null,
  };
  const envelope = await seal({ id: pocket.key, key: pocket.public }, number, said);
  await store.set("mark", true); // gone with all the rest, where the browser throws it away
  await store.add({ number, author: pocket.person, kind, at, key: pocket.key, envelope });
  const before = ((await store.get("history")) ?? []).filter((one) => one.number !== number);
  await store.set("history", [...before, ...joins.map((one) => ({ ...one, child, number }))]);
  navigator.serviceWorker?.ready.then((ready) => ready.sync?.register("unsent")).catch(() => {});
}

// For the record: what the phone said, without its words.
export const said = ({ urgency, headline, flags, could_not_check: not, knowledge_version: version }) => ({
  urgency,
  headline,
  flags: flags.map((flag) => flag.id),
  could_not_check: not,
  knowledge_version: version,
});
