"""The shape of an answer of the rules. docs/assessment.md says what each key means.

It is plain JSON: it is stored with each log as it was given, and read again years later.
"""

from typing import Any, Literal, NotRequired, TypedDict

Urgency = Literal["emergency", "now", "today", "note"]


class Cited(TypedDict):
    """A document that is cited, and where in it. `revised`: its own date, as it has it."""

    id: str
    title: str
    publisher: str
    locator: str
    revised: str | None


class Flag(TypedDict):
    """A red flag that fired. `because`: the codes it fired for. `reported_hours_ago`: only an earlier report had it.
    `counts`: what it is counted as beside other findings for today.
    """

    id: str
    syndrome: str
    urgency: Urgency
    because: list[str]
    text: str
    sources: list[Cited]
    reported_hours_ago: NotRequired[float]
    counts: NotRequired[list[str]]


class Question(TypedDict):
    """What is asked back about `field`: a msgid, and the values that stand in it.

    Of a note: the code that is meant and, of a question with choices, the answer. `negated`: a "no" precedes it.
    """

    field: str
    message: str
    msgid: str
    values: dict[str, Any]
    code: NotRequired[str]
    answer: NotRequired[str]
    negated: NotRequired[bool]


class Response(TypedDict):
    """The answer to one request. `unanswered` and `could_not_check` are codes."""

    urgency: Urgency
    headline: str
    flags: list[Flag]
    syndromes: list[str]
    unanswered: list[str]
    needs_confirmation: list[Question]
    could_not_check: list[str]
    knowledge_version: str
