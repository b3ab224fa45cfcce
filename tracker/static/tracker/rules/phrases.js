// The words of danger as an index, and where they stand in a note. As in therapies/notes/phrases.py, which says what a
// phrase is; there the phrases near a word are bits of one long number, here they are lists.

import { ENDS, forms, isOneSlip, withoutOne } from "./words.js";

export const HARMLESS = -1;
export const ELSEWHERE = -2;

/** The phrases by their words. */
export class Index {
  constructor(notes) {
    this.notes = notes;
    this.fillers = new Set(notes.fillers);
    this.articles = new Set(notes.articles);
    this.ordinary = new Set(notes.ordinary);
    this.others = new Set(notes.others);
    this.links = new Set(notes.links);
    this.own = new Set(notes.own);
    this.known = new Map();
    this.phrases = [
      ...notes.dangers.flatMap(({ phrases }, number) => phrases.map((text) => this.#phrase(number, text))),
      ...notes.harmless.map((text) => this.#phrase(HARMLESS, text)),
      ...notes.elsewhere.map((text) => this.#phrase(ELSEWHERE, text)),
    ];
    this.phrases.forEach((phrase, number) => this.#add(phrase, number));
    this.slips = new Map();
    for (const word of notes.slips) {
      for (const key of new Set([word, ...withoutOne(word)])) {
        if (!this.slips.has(key)) this.slips.set(key, []);
        this.slips.get(key).push(word);
      }
    }
  }

  /** What the word can be; with a slip of a letter only where it is nothing else and no word of its own. */
  meaning(word) {
    let names = [`=${word}`, ...forms(word, this.notes)].filter((name) => this.known.has(name));
    if (!names.length && !this.ordinary.has(word)) {
      names = this.#withASlip(word).filter((name) => this.known.has(name));
    }
    if (!names.length) return null;
    const [first, later] = [new Set(), new Set()];
    for (const name of names) {
      for (const number of this.known.get(name).first) first.add(number);
      for (const number of this.known.get(name).later) later.add(number);
    }
    return { names: new Set(names), first, later, all: [...new Set([...first, ...later])].sort((a, b) => a - b) };
  }

  #withASlip(word) {
    const { shortest_with_a_slip: shortest, longest_with_a_slip: longest } = this.notes.reach;
    if (word.length < shortest || word.length > longest) return [];
    const found = [];
    for (const form of forms(word, this.notes)) {
      for (const key of [form, ...withoutOne(form)]) {
        for (const meant of this.slips.get(key) ?? []) {
          if (isOneSlip(form, meant)) found.push(...forms(meant, this.notes));
        }
      }
    }
    return found;
  }

  #phrase(danger, written) {
    const isInOrder = written.includes("-");
    const parts = written.split(isInOrder ? "-" : " ").map((part) => new Set(this.#names(part)));
    return { danger, parts, isInOrder, between: danger < 0 ? this.articles : this.fillers };
  }

  #names(part) {
    return part.split("|").flatMap((name) => {
      if (!name.startsWith("@")) return [name];
      return this.notes.synonyms[name.slice(1)].flatMap((inner) => this.#names(inner));
    });
  }

  #add(phrase, number) {
    phrase.parts.forEach((part, place) => {
      for (const name of part) {
        if (!this.known.has(name)) this.known.set(name, { first: [], later: [] });
        this.known.get(name)[place ? "later" : "first"].push(number);
      }
    });
  }
}

/** Each word with its meaning and its position. A filler takes no room, a full stop much. */
export function read(words, index) {
  const known = new Map();
  for (const word of words) {
    if (!known.has(word)) known.set(word, { meaning: index.meaning(word), room: room(word, index) });
  }
  let position = 0;
  const meanings = words.map((word) => known.get(word).meaning);
  const positions = words.map((word) => (position += known.get(word).room));
  return { words, meanings, positions, speaking: [...words.keys()].filter((place) => meanings[place]) };
}

function room(word, index) {
  const { reach } = index.notes;
  if (ENDS.has(word)) return reach.sentence;
  if (index.fillers.has(word)) return 0;
  return word === "," ? reach.comma : 1;
}

/** Where the phrases stand whose danger is wanted at the time when their last word is reached. */
export function* hits(note, index, isWanted) {
  const back = index.notes.reach.back;
  const lastFirst = new Int32Array(index.phrases.length).fill(-back);
  const lastLater = new Int32Array(index.phrases.length).fill(-back);
  for (const place of note.speaking) {
    const meaning = note.meanings[place];
    const mayEnd = (number) =>
      index.phrases[number].parts.length === 1 ||
      (meaning.first.has(number) && place - lastLater[number] < back) ||
      (meaning.later.has(number) && place - lastFirst[number] < back);
    for (const number of meaning.all.filter(mayEnd)) {
      const phrase = index.phrases[number];
      const places = isWanted(phrase.danger) ? placesOf(phrase, note, place, index) : null;
      if (places) yield { danger: phrase.danger, places };
    }
    for (const number of meaning.first) lastFirst[number] = place;
    for (const number of meaning.later) lastLater[number] = place;
  }
}

function placesOf(phrase, note, last, index) {
  if (phrase.parts.length === 1) return [last];
  return (phrase.isInOrder ? inOrder : near)(phrase, note, last, index.notes.reach);
}

function isOneOf(part, meaning) {
  return meaning !== null && [...meaning.names].some((name) => part.has(name));
}

/** The places of its words, of which the last one ends it; none if they don't stand one after the other. */
function inOrder(phrase, note, last, reach) {
  if (!isOneOf(phrase.parts.at(-1), note.meanings[last])) return null;
  const places = [last];
  for (const part of phrase.parts.slice(0, -1).reverse()) {
    const place = before(part, phrase, note, last, places[0], reach);
    if (place === null) return null;
    places.unshift(place);
  }
  return places;
}

function before(part, phrase, note, last, after, reach) {
  for (let place = after - 1; place > Math.max(-1, last - reach.back); place -= 1) {
    if (note.positions[after] - note.positions[place] > 1) return null;
    if (isOneOf(part, note.meanings[place])) return place;
    if (!phrase.between.has(note.words[place])) return null;
  }
  return null;
}

/** The places of its words, of which this is one and the others are the nearest before it. */
function near(phrase, note, last, reach) {
  for (const part of phrase.parts) {
    const places = isOneOf(part, note.meanings[last]) ? othersBefore(phrase, part, note, last, reach) : null;
    if (places) return places;
  }
  return null;
}

function othersBefore(phrase, own, note, last, reach) {
  const farthest = note.positions[last] - (phrase.parts.length - 1) - reach.between;
  const places = [last];
  for (const part of phrase.parts) {
    if (part === own) continue;
    const place = nearest(part, places, note, last, farthest, reach);
    if (place === null) return null;
    places.push(place);
  }
  return places.sort((one, other) => one - other);
}

function nearest(part, taken, note, last, farthest, reach) {
  for (let place = last - 1; place > Math.max(-1, last - reach.back); place -= 1) {
    if (note.positions[place] < farthest) return null;
    if (!taken.includes(place) && isOneOf(part, note.meanings[place])) return place;
  }
  return null;
}
