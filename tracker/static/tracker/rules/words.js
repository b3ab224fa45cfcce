// A note as words: in small letters, without accents, each with what its endings may hide. As in therapies/notes/words.py.
// Which letter becomes which stands in the rules: an engine's own Unicode tables may be older or newer than those of
// the program that is to say the same.

export const ENDS = new Set([".", ";", "!", "?", "\n"]);
const compiled = new WeakMap();

/** Words, numbers and punctuation marks in their order. What is said twice in a row is said once. */
export function wordsOf(note, { words: table }) {
  const { letters, parts } = compile(table);
  const text = Array.from(note, (sign) => plain(sign, letters)).join("");
  const found = [];
  for (const [part] of text.matchAll(parts)) {
    const word = isMark(part, table) ? mark(part) : part;
    if (word !== found.at(-1)) found.push(word);
  }
  return found;
}

/** What is no letter that we know, and not of ASCII, is a blank. */
function plain(sign, letters) {
  return letters.get(sign) ?? (sign < "\x80" ? sign : " ");
}

function isMark(part, { marks }) {
  return marks.includes(part[0]);
}

/** Of several marks, one that ends a sentence. */
function mark(marks) {
  return Array.from(marks).find((one) => ENDS.has(one)) ?? marks[0];
}

function compile(table) {
  if (!compiled.has(table)) {
    const letters = new Map();
    for (const [meant, signs] of Object.entries(table.letters)) {
      for (const sign of Array.from(signs)) letters.set(sign, meant);
    }
    const [whole, part] = [table.digits, table.decimals];
    const parts = new RegExp(
      `[a-z${table.more_letters}]+|\\d{1,${whole}}(?:[.,]\\d{1,${part}}(?!\\d))?|[${table.marks}]+`,
      "gu",
    );
    compiled.set(table, { letters, parts });
  }
  return compiled.get(table);
}

/** The word, and what it may be without its ending and what is joined to its front. */
export function forms(word, { words: table }) {
  const found = withoutEnding(word, table);
  for (const prefix of table.prefixes) {
    if (!word.startsWith(prefix) || word.length - prefix.length < table.shortest_without) continue;
    found.push(...withoutEnding(word.slice(prefix.length), table));
  }
  return found;
}

/** "waking" is "wak" or "wake", "fitted" also "fit". */
function withoutEnding(word, table) {
  const found = [word];
  for (const [ending, instead] of table.endings) {
    if (!word.endsWith(ending) || word.length - ending.length < table.shortest_stem) continue;
    const base = word.slice(0, -ending.length);
    found.push(...instead.map((letters) => base + letters));
    if (table.doubled.includes(ending) && base.at(-1) === base.at(-2)) found.push(base.slice(0, -1));
  }
  return found;
}

/** The word without one of its letters, each in turn; the first stays: it is seldom wrong. */
export function withoutOne(word) {
  return Array.from({ length: word.length - 1 }, (_, place) => word.slice(0, place + 1) + word.slice(place + 2));
}

/** Whether one letter was left out, added, changed, or changed places with its neighbour. */
export function isOneSlip(word, other) {
  let start = 0;
  while (start < Math.min(word.length, other.length) && word[start] === other[start]) start += 1;
  const [rest, others] = [word.slice(start), other.slice(start)];
  return (
    rest.slice(1) === others.slice(1) ||
    rest.slice(1) === others ||
    rest === others.slice(1) ||
    (rest.slice(0, 2) === swapped(others) && rest.slice(2) === others.slice(2))
  );
}

function swapped(text) {
  return (text[1] ?? "") + (text[0] ?? "");
}
