"""What is asked back about a note, of what it speaks of and no answer does."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from therapies.facts import Moment
from therapies.fever import fahrenheit
from therapies.notes import Mention, mentions
from therapies.notes.phrases import Phrasebook
from therapies.notes.temperatures import Spoken
from therapies.notes.words import ENDS, words_of
from therapies.response import Question

FIELD = "note"
"""Of a question, and among what could not be checked: nobody has answered it in time."""


def note_questions(now: Moment) -> Iterator[Question]:
    """One for each danger that was not told and not denied. Those that a "no" precedes come last."""
    book = now.catalogue.danger_words
    found = [one for one in mentions(now.report.note, book) if not _is_told(one, now)]
    for mention in sorted(found, key=lambda one: one.negated):
        yield _question(mention, now)


def asks_of_danger(questions: Collection[Question]) -> bool:
    """Whether a danger is asked about that no "no" precedes."""
    return any(one["field"] == FIELD and not one.get("negated") for one in questions)


def still_not_meant(names: Collection[str], before: str, after: str, book: Phrasebook) -> list[str]:
    """Which of the names a family need not deny again: the note speaks of them in sentences that were there before.

    Whole sentences: "she might have a fit" and "she had a fit" say the same word of danger.
    """
    known = set(_sentences(before))
    new = [" ".join(sentence) for sentence in _sentences(after) if sentence not in known]
    asked_anew = {mention.name for mention in mentions("\n".join(new), book)}
    spoken_of = {mention.name for mention in mentions(after, book)}
    return [name for name in names if name in spoken_of and name not in asked_anew]


def _sentences(note: str) -> Iterator[Sequence[str]]:
    for ends, words in groupby(words_of(note), ENDS.__contains__):
        if not ends:
            yield tuple(words)


def _is_told(mention: Mention, now: Moment) -> bool:
    """Ticked, answered the same or worse, measured; or the family has said that the note does not mean it."""
    code, report = mention.code, now.report
    if code in now.signs or mention.name in report.not_meant:
        return True
    degrees = [temperature.degrees_f for temperature in now.temperatures]
    if mention.reading:
        return _is_measured(mention.reading, degrees)
    if code == "felt_hot":
        return any(value >= now.catalogue.danger_words.measures.fever["F"][0] for value in degrees)
    if not mention.answer or code not in report.answers:
        return False
    choices = [choice.code for choice in now.catalogue.observations[code].choices]
    return choices.index(report.answers[code]) >= choices.index(mention.answer)


def _is_measured(reading: Spoken, degrees: Collection[Decimal]) -> bool:
    """A measured temperature is as far from what is usual as the one in the note."""
    spoken = fahrenheit(reading.value) if reading.unit == "C" else reading.value
    return any(value <= spoken if reading.is_low else value >= spoken for value in degrees)


def _question(mention: Mention, now: Moment) -> Question:
    """`code` and `answer` are what a yes makes of it."""
    catalogue = now.catalogue
    known = catalogue.symptoms.get(mention.code) or catalogue.observations[mention.code]
    values: dict[str, Any] = {"sign": known.name}
    kind = "note_says"
    if mention.reading:
        kind, values = (
            "note_measured",
            {"degrees": f"{mention.reading.value:f}", "unit": mention.reading.unit},
        )
    elif mention.answer:
        choices = catalogue.observations[mention.code].choices
        kind, values["answer"] = "note_answers", next(c.name for c in choices if c.code == mention.answer)
    msgid = catalogue.messages[f"{kind}_no" if mention.negated else kind]
    question: Question = {"field": FIELD, "message": msgid % values, "msgid": msgid, "values": values}
    question["code"] = mention.code
    if mention.answer:
        question["answer"] = mention.answer
    if mention.negated:
        question["negated"] = True
    return question
