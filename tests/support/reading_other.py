"""How hard a page reads in Spanish and in Arabic, by what there is to measure it with.

Spanish: 206.84 - 60 syllables a word - 1.02 words a sentence (Fernández Huerta, 1959), from 100, very easy, downwards;
what a child of the sixth year of school reads has 70 or more. Arabic has no formula that is agreed upon, and its short
vowels are not written: what is counted is how long the sentences are.
"""

import re
from collections.abc import Iterator

from tests.support.reading import A_LABEL, Reading
from tracker.lib.translations import MARK

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
END = re.compile(r"·|[.!?؟؛](?=\s|$|[)\"\u201d\u2019»])")
SILENT = re.compile(r"(?<=q)u(?=[eiéí])|(?<=g)u(?=[eiéí])")
# A strong vowel with weak ones beside it, or weak ones alone.
NUCLEUS = re.compile(r"[iuüy]?[aeoáéó][iuüy]?(?![aeoáéó])|[iuüy]?[aeoáéó]|[íú]|[iuüy]+")


def spanish(text: str) -> Reading:
    """Counts a text of lines; lines that are not translated yet are left out."""
    words = [[word.lower() for word in WORD.findall(one)] for one in sentences_of(text)]
    return Reading(len(words), sum(map(len, words)), sum(syllables(word) for one in words for word in one))


def ease(read: Reading) -> float:
    """By Fernández Huerta; 100 where there is nothing to read."""
    if not read.words:
        return 100.0
    return 206.84 - 60 * read.syllables / read.words - 1.02 * read.words / read.sentences


def syllables(word: str) -> int:
    """Of a Spanish word: two strong vowels, or a weak one with an accent beside another, are two."""
    plain = SILENT.sub("", word)
    plain = re.sub(r"y(?=[aeiouáéíóú])", "j", plain)  # a consonant there
    return max(1, len(NUCLEUS.findall(plain)))


def words_a_sentence(text: str) -> tuple[int, int]:
    """Words and sentences, of any language with spaces."""
    counts = [len(WORD.findall(one)) for one in sentences_of(text)]
    return sum(counts), len(counts)


def sentences_of(text: str) -> Iterator[str]:
    """Those that are running text, as in English, and that are translated."""
    for line in text.splitlines():
        if MARK.strip() not in line:
            yield from (one for one in END.split(line) if len(WORD.findall(one)) >= A_LABEL)
