"""How hard a page reads: the Flesch-Kincaid grade of its running text, by a count of syllables of our own.

0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others, 1975): what a child of the sixth year of
school reads with ease has 6. The names of documents, what stands in tables, and lone labels are no running text.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

import html5lib

OF_A_TERM = 2  # syllables that a term of the list counts as: it makes a text neither easy nor hard
A_LABEL = 4  # words: a shorter line is a label, of which many would make a hard page look easy
LEFT_OUT = {"script", "style", "svg", "option", "output", "textarea", "cite", "template", "head", "table"}
LEFT_OUT_CLASSES = {"source", "sources", "refs", "term", "call-bar", "safety", "skip", "draft"}
INLINE = {"a", "abbr", "b", "bdi", "em", "i", "q", "small", "span", "strong", "time"}
BUTTON = "tap"  # a link that stands alone beside others
END, TERM = "\n", "theterm"
WORD = re.compile(r"[a-z]+(?:['\u2019][a-z]+)*")
VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouydt]ed$|[^aeiouysxzgc]es$|(?<!s)(?<!c)hes$")
APART = re.compile(r"ia|io(?!us|n)|iu|eo|ua|uou|[iy]ing|[aeu]ing|oing|ier|[^t]ual|ea[tc][eioy]")


def words_of(name: str) -> list[list[str]]:
    """The words of each line of a list beside this module; a "#" begins a remark."""
    text = (Path(__file__).parent / name).read_text()
    return [words for line in text.splitlines() if (words := line.partition("#")[0].split())]


AS_SPOKEN = {word: int(count) for count, *words in words_of("reading_words.txt") for word in words}
"""Words that the rule counts wrong, with their syllables."""
TERMS = tuple(" ".join(words) for words in words_of("reading_terms.txt"))
"""Words of medicine that have no plain one."""


class Reading(NamedTuple):
    """What a text is made of."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """The year of school in which it is read with ease; 0 where there is nothing to read."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


@cache
def syllables(word: str) -> int:
    """As they are spoken, by a rule, or by the list of those that the rule does not get."""
    word = word.replace("\u2019", "'")
    if known := AS_SPOKEN.get(word) or AS_SPOKEN.get(word.removesuffix("'s")):
        return known
    plain = word.replace("'", "")
    return max(1, len(VOWELS.findall(SILENT.sub(" ", plain))) + len(APART.findall(plain)))


def read(text: str, terms: Iterable[str] = TERMS) -> Reading:
    """Counts a text of lines: the end of a line is the end of a sentence. `terms` count OF_A_TERM syllables each."""
    sentences = words = spoken = 0
    for sentence in sentences_of(_without(text.lower(), terms)):
        found = WORD.findall(sentence)
        sentences += 1
        words += len(found)
        spoken += sum(OF_A_TERM if word == TERM else syllables(word) for word in found)
    return Reading(sentences, words, spoken)


def sentences_of(text: str) -> Iterator[str]:
    """Those that are running text: what has a few words is mostly the name of a thing."""
    for line in text.split(END):
        for sentence in re.split(r"·|[.!?](?=\s|$|[)\"\u201d\u2019])", line):
            if len(WORD.findall(sentence)) >= A_LABEL:
                yield sentence


def _without(text: str, terms: Iterable[str]) -> str:
    """The longest first, so that no part of one takes its place. One in brackets stands beside its plain word."""
    text = re.sub(r" \(possible [^)]*\)", "", text)
    for term in sorted(terms, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(term.lower())}(?:s|es)?\b", TERM, text)
    return text


def parts(html: str) -> dict[str, str]:
    """The running text of a page, and of each of its parts with a heading of its own, by the id of that heading."""
    page = html5lib.parse(html, namespaceHTMLElements=False)
    main = next(page.iter("main"), page)
    named = {one.get("aria-labelledby", ""): text_of(one) for one in main.iter("section")}
    return {"page": text_of(main), **{name: text for name, text in named.items() if name}}


def text_of(element: Element) -> str:
    """What is read, a line for each block."""
    lines = "".join(_pieces(element)).split(END)
    return END.join(line for line in (" ".join(line.split()) for line in lines) if line)


def _pieces(element: Element) -> Iterator[str]:
    if _is_left_out(element):
        return
    is_alone = BUTTON in element.get("class", "").split()
    edge = "" if element.tag in INLINE and not is_alone else END
    yield edge
    yield " ".join((element.text or "").split(END))
    for child in element:
        yield from _pieces(child)
        yield " ".join((child.tail or "").split(END))
    yield edge


def _is_left_out(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return True  # a comment
    classes = set(element.get("class", "").split())
    return element.tag in LEFT_OUT or bool(classes & LEFT_OUT_CLASSES) or element.get("hidden") is not None
