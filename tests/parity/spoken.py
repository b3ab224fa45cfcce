"""Notes that speak of a temperature: each kind of word at each distance that is looked at and one beyond, at each end
of each band."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from tests.parity.settings import Asked, near
from therapies.catalogue import load
from therapies.notes.temperatures import NEAR, Measures

_OTHER_WORDS = ["qa", "qb", "qc", "qd", "qe", "qf", "qg"]
"""That nothing knows. One said twice in a row is said once, so they differ."""
_NUMBERS = ("39", "39.5", "35.4", "35", "101", "39 point 1", "thirty nine point one")
_SPELLED = (
    *(
        "39 point one",
        "39 point x",
        "39 point 12",
        "point 39",
        "39 point",
        "x thirty",
        "thirty nine and a half",
    ),
    *("a hundred and one point 25", "one hundred", "hundred four five", "ninety-five two this morning"),
    *("12:39", "39:12", "38 to 39", "temp 37 to 39", "37-39 fever", "39/40 temp", "39, 40, 35.4 temp"),
)


def spoken_temperatures() -> Iterator[Asked]:
    measures = load().danger_words.measures
    for note in dict.fromkeys(chain(_SPELLED, _distances(measures), _neighbours(measures), _bands(measures))):
        yield {"therapy": "blinatumomab", "reports": [{"hours_ago": 0, "symptoms": [], "note": note}]}


def _distances(measures: Measures) -> Iterator[str]:
    kinds = (
        *(measures.temperature, measures.other, measures.adjacent, measures.degrees),
        *(measures.below, measures.places, measures.units),
    )
    for word in (min(kind) for kind in kinds):
        for number in _NUMBERS:
            for far in range(NEAR + 3):
                between = _OTHER_WORDS[:far]
                yield " ".join((word, *between, number))
                yield " ".join((number, *between, word))
                yield " ".join((word, *between, number, max(measures.degrees)))


def _neighbours(measures: Measures) -> Iterator[str]:
    """What stands right before and right behind a number, a mark and nothing too."""
    before = ("", "qa", ",", min(measures.leading), max(measures.leading))
    behind = ("", "qa", "!", *measures.following, *measures.low_following)
    for number in ("39", "35.4", "95"):
        yield from (f"{one} {number} {other}" for one in before for other in sorted(behind))


def _bands(measures: Measures) -> Iterator[str]:
    for end in (end for bands in (measures.fever, measures.low) for band in bands.values() for end in band):
        for value in near(end, Decimal("0.1")):
            yield from (f"temp {value}", f"{value}", f"temp 39.9, {value} and 35.1")
