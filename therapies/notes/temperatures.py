"""Temperatures that a note speaks of: a fever anywhere, and a low one where it is called a temperature."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from therapies.notes.words import ENDS

Bands = Mapping[str, tuple[Decimal, ...]]
NEAR, BELOW, AT_MOST = 4, 3, 20
"""How many words around a number are read, how many before it for a "below", and how many numbers."""
WEIGHTS = {"C": 9, "F": 5}
"""What a degree counts when two units are compared."""
_STOPS = frozenset(".,;!?\n")


@dataclass(frozen=True)
class Spoken:
    """A temperature as it was written, and the unit that it can only have."""

    value: Decimal
    unit: str
    is_low: bool
    negated: bool


@dataclass(frozen=True)
class Measures:
    """The bands of fevers and of low temperatures by unit, and the words around a number that say what it is."""

    fever: Bands
    low: Bands
    usual: Mapping[str, Decimal]
    degrees: frozenset[str]
    temperature: frozenset[str]
    units: frozenset[str]
    other: frozenset[str]
    adjacent: frozenset[str]
    leading: frozenset[str]
    following: frozenset[str]
    below: frozenset[str]
    ranges: frozenset[str]
    places: frozenset[str]
    low_following: frozenset[str]
    tens: Mapping[str, int]
    ones: Mapping[str, int]
    point: frozenset[str]
    joints: frozenset[str]
    alone: frozenset[str]

    def distance(self, spoken: Spoken) -> Decimal:
        """From what is usual, in degrees Fahrenheit."""
        return abs(spoken.value - self.usual[spoken.unit]) * WEIGHTS[spoken.unit]


def temperatures(said: Sequence[str], measures: Measures) -> list[Spoken]:
    """The first twenty of the note: there are no more in one that a family writes."""
    is_spoken = not (measures.tens.keys() | measures.point).isdisjoint(said)
    words = list(_in_digits(said, measures)) if is_spoken else said
    numbers = {word for word in set(words) if "0" <= word[0] <= "9"}
    places = (place for place, word in enumerate(words) if word in numbers)
    found = (spoken for place in places if (spoken := _spoken(words, place, measures)))
    return list(islice(found, AT_MOST))


def _in_digits(words: Sequence[str], measures: Measures) -> Iterator[str]:
    """The note with "one hundred and one point two", "thirty nine five" and "39 point 1" as 101.2, 39.5 and 39.1."""
    place, begins = 0, measures.tens.keys() | measures.alone
    while place < len(words):
        word, after = words[place], place + 1
        if word in begins or word.isdigit():
            number, after = _number_said(words, place, measures)
            word = number or word
        yield word
        place = after


def _number_said(words: Sequence[str], start: int, measures: Measures) -> tuple[str, int]:
    """The number that begins there, in digits, and the place after it; nothing for one that cannot be a temperature."""
    if _text(words, start + 1) in measures.point and words[start].isdigit():
        tenth = str(measures.ones.get(_text(words, start + 2), _text(words, start + 2)))
        return (
            (f"{words[start]}.{tenth}", start + 3) if len(tenth) == 1 and tenth.isdigit() else ("", start + 1)
        )
    place = start + (words[start] in measures.alone and _text(words, start + 1) in measures.tens)
    whole = measures.tens.get(words[place])
    if whole is None:
        return "", start + 1
    place += 1
    if _text(words, place) in measures.joints and _text(words, place + 1) in measures.ones:
        place += 1
    if _text(words, place) in measures.ones:
        whole += measures.ones[words[place]]
        place += 1
    tenths = place + (_text(words, place) in measures.point)
    if _text(words, tenths) in measures.ones:
        return f"{whole}.{measures.ones[words[tenths]]}", tenths + 1
    if tenths > place and _text(words, tenths).isdigit():
        return f"{whole}.{words[tenths][:1]}", tenths + 1
    return str(whole), place


def _spoken(words: Sequence[str], place: int, measures: Measures) -> Spoken | None:
    """Of a number that can be a temperature: one with a decimal is, unless it is called something else; a whole one
    is where it is called so or stands alone.
    """
    text = words[place]
    value = Decimal(text.replace(",", "."))
    fever, low = _unit(value, measures.fever), _unit(value, measures.low)
    label = _label(words, place, measures) if fever or low else "something else"
    if label == "something else" or (low and not label and not _is_measured_low(words, place, measures)):
        return None
    if text.isdigit() and not label and not _stands_alone(words, place, measures):
        return None
    return Spoken(value, fever or low, not fever, _is_negated(words, place, measures))


def _unit(value: Decimal, bands: Bands) -> str:
    return next((unit for unit, (lowest, highest) in bands.items() if lowest <= value <= highest), "")


def _label(words: Sequence[str], place: int, measures: Measures) -> str:
    """What the number is called: by the word behind it, else by the nearest word before it that says so."""
    after = _text(words, place + 1)
    if after in measures.degrees and _text(words, place + 2) not in measures.other:
        return "temperature"
    if after in measures.units or (after == ":" and _text(words, place + 2).isdigit()):
        return "something else"
    if _text(words, place - 1) == ":" and _text(words, place - 2).isdigit():
        return "something else"
    if _text(words, place - 1) in measures.ranges and _text(words, place - 2).isdigit():
        place -= 2
    for back in range(place - 1, max(-1, place - 1 - NEAR), -1):
        word = words[back]
        if words[back] in ENDS:
            break
        if word in measures.temperature:
            return "temperature"
        if word in measures.other and (back == place - 1 or word not in measures.adjacent):
            return "something else"
    return (
        "temperature"
        if _text(words, place + 2) in measures.degrees or _is_placed(words, place, measures)
        else ""
    )


def _is_placed(words: Sequence[str], place: int, measures: Measures) -> bool:
    """Where it was measured stands soon behind the number: "34.9 on the armpit one"."""
    for word in words[place + 1 : place + 1 + NEAR]:
        if word in measures.places:
            return True
        if word == "," or word in ENDS:
            return False
    return False


def _is_measured_low(words: Sequence[str], place: int, measures: Measures) -> bool:
    """Nothing but a temperature is written so: "35.4 this morning"."""
    return (
        not words[place].isdigit()
        and _text(words, place + 1) in measures.low_following
        and _stands_after(words, place, measures)
    )


def _stands_after(words: Sequence[str], place: int, measures: Measures) -> bool:
    before = _text(words, place - 1)
    return before == "" or before in measures.leading


def _stands_alone(words: Sequence[str], place: int, measures: Measures) -> bool:
    """No word behind it says what was counted: "it was 39 again", and not "she did 39 jumps"."""
    after = _text(words, place + 1)
    return _stands_after(words, place, measures) and (after == "" or after in measures.following)


def _is_negated(words: Sequence[str], place: int, measures: Measures) -> bool:
    return any(words[back] in measures.below for back in range(max(0, place - BELOW), place))


def _text(words: Sequence[str], place: int) -> str:
    """The word there; nothing beyond the note, and for a punctuation mark that ends what was said."""
    text = words[place] if 0 <= place < len(words) else ""
    return "" if text in _STOPS else text
