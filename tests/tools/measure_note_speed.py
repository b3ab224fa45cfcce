"""How long a note of 20,000 characters is read for: `python -m tests.tools.measure_note_speed`, in processor time."""

import time
from collections.abc import Iterator
from random import Random

from therapies.catalogue import load
from therapies.notes import mentions

LENGTH, TIMES = 20_000, 7


def hostile() -> Iterator[tuple[str, str]]:
    """Notes that make the search work, by name."""
    book, random = load().danger_words, Random(1)
    words = sorted(word for word in book.index.known if not word.startswith("="))
    meant = book.index.known
    busiest = sorted(words, key=lambda word: -(meant[word].first | meant[word].later).bit_count())[:12]
    pieces = {
        "one word": ["a" * LENGTH],
        "letters": ["a", "b"],
        "digits": ["9" * LENGTH],
        "temperatures": ["39.5,"],
        "numbers in words": ["one", "hundred", "and", "one", "point", "two"],
        "no and not": ["no", "not"],
        "a list that is denied": ["no", "fever", "or", "seizure,"],
        "harmless": ["blood", "test"],
        "words of danger": random.sample(words, 2000),
        "short words of danger": random.sample([word for word in words if len(word) <= 3], 60),
        "the busiest words": busiest,
        "slips": [f"{word[:2]}q{word[3:]}" for word in sorted(book.slips)],
        "accents": ["a" + "\u0316\u0301" * (LENGTH // 2)],
        "marks": [".", ","],
    }
    for name, parts in pieces.items():
        text = " ".join(parts)
        yield name, (f"{text} " * (LENGTH // len(text) + 1))[:LENGTH]


def measured(note: str) -> float:
    """The fastest of some times, in milliseconds."""
    book, took = load().danger_words, []
    for _time in range(TIMES):
        start = time.process_time()
        mentions(note, book)
        took.append(time.process_time() - start)
    return min(took) * 1000


if __name__ == "__main__":
    for name, note in hostile():
        print(f"{measured(note):6.1f} ms  {name}")
