"""A caregiver's answers as rows of the record, and back as a report of the assessment contract.

Nothing that was answered is lost on the way: what does not fit a column is kept as it was typed, and named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tracker.lib.text import cleaned

PRESENT = "present"  # the value of a sign
_YES_NO = {True: "yes", False: "no"}
_NUMBER = (Decimal(10) ** 8, 6)  # what the column holds: below this, with so many decimals
_LONGEST_HOURS = 99999
_MOST_EPISODES = 9999
_RAW_AT_MOST = 500
MOST_LETTERS = 32  # of a code


class Answer(NamedTuple):
    """One row: the columns of an Observation that hold what was answered."""

    code: str
    value_number: Decimal | None = None
    value_code: str = ""
    value_text: str = ""
    unit: str = ""
    route: str = ""
    severity: str = ""
    duration_hours: Decimal | None = None
    episodes_24h: int | None = None
    raw: str = ""


def rows_of(answers: Mapping[str, Any]) -> list[Answer]:
    """The rows for one report of the contract, with `raw` beside it for what was typed and can't be read."""
    return [row for key, value in answers.items() for row in _rows(str(key), value)]


def report_of(rows: Iterable[Answer], *, signs_asked: bool) -> tuple[dict[str, Any], list[str]]:
    """The report for these rows, without `hours_ago`, and the codes of what could not be read."""
    report: dict[str, Any] = {"symptoms": []} if signs_asked else {}
    unreadable: list[str] = []
    for row in rows:
        if row.raw:
            unreadable.append(row.code)
        elif row.value_code == PRESENT:
            report.setdefault("symptoms", []).append(_sign(row))
        elif row.code == "temperature":
            report["temperature"] = _without_blanks(
                value=_tidy(row.value_number), unit=row.unit, route=row.route
            )
        elif row.code == "not_meant":
            report.setdefault("not_meant", []).append(row.value_code)
        elif row.code.startswith("neuro."):
            report.setdefault("neuro", {})[row.code.removeprefix("neuro.")] = row.value_code
        else:
            report[row.code] = _value(row)
    return report, unreadable


def _rows(key: str, value: Any) -> Iterator[Answer]:
    if value in (None, "") or key == "hours_ago":
        return
    if key == "raw" and isinstance(value, Mapping):
        yield from (Answer(str(code)[:40], raw=_typed(text)) for code, text in value.items())
    elif (
        key == "symptoms" and isinstance(value, Sequence) and all(isinstance(sign, Mapping) for sign in value)
    ):
        yield from (_sign_row(sign) for sign in value)
    elif key == "not_meant" and isinstance(value, list):
        yield from (_plain(key, meant) for meant in dict.fromkeys(value))
    elif key == "neuro" and isinstance(value, Mapping):
        yield from (_plain(f"neuro.{part}", answer) for part, answer in value.items() if answer is not None)
    elif key == "temperature" and isinstance(value, Mapping):
        if value.get("value") is not None:
            yield _reading(value)
    else:
        yield _plain(key, value)


def _plain(code: str, value: Any) -> Answer:
    """A row for one value: yes or no, a number, a code, a text; anything else as it was typed."""
    code = code[:40]
    if isinstance(value, bool):
        return Answer(code, value_code=_YES_NO[value])
    if isinstance(value, int | float | Decimal):
        number = _number(value)
        return Answer(code, raw=_typed(value)) if number is None else Answer(code, value_number=number)
    if isinstance(value, str) and code == "note":
        return Answer(code, value_text=cleaned(value))
    if isinstance(value, str) and len(value) <= MOST_LETTERS:
        return Answer(code, value_code=cleaned(value))
    return Answer(code, raw=_typed(value))


def _reading(given: Mapping[str, Any]) -> Answer:
    value = given["value"]
    number = None if isinstance(value, str | bool) else _number(value)
    return Answer(
        "temperature",
        value_number=number,
        unit=_short(given.get("unit")),
        route=_short(given.get("route")),
        raw=_typed(value) if number is None else "",
    )


def _sign_row(sign: Mapping[str, Any]) -> Answer:
    episodes = _measure(sign.get("episodes_24h"), at_most=_MOST_EPISODES)
    return Answer(
        str(sign.get("code"))[:40],
        value_code=PRESENT,
        severity=_short(sign.get("severity")),
        duration_hours=_measure(sign.get("duration_hours"), at_most=_LONGEST_HOURS),
        episodes_24h=None if episodes is None else int(episodes),
    )


def _sign(row: Answer) -> dict[str, Any]:
    return _without_blanks(
        code=row.code,
        severity=row.severity,
        duration_hours=_tidy(row.duration_hours),
        episodes_24h=row.episodes_24h,
    )


def _value(row: Answer) -> Any:
    if row.value_number is not None:
        return _tidy(row.value_number)
    return (
        {"yes": True, "no": False}.get(row.value_code, row.value_code) if row.value_code else row.value_text
    )


def _without_blanks(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}


def _number(value: Any) -> Decimal | None:
    """The number, if the column keeps it exactly; None for one that it would change, and for no number."""
    below, decimals = _NUMBER
    try:
        number = Decimal(str(value))
        exact = abs(number) < below and number == round(number, decimals)
    except InvalidOperation:
        return None
    return _tidy(number) if exact else None


def _measure(value: Any, *, at_most: int) -> Decimal | None:
    """A length or a count to four decimals; None, which is unknown, for what cannot be one."""
    try:
        number = Decimal(str(value))
        return _tidy(round(min(number, Decimal(at_most)), 4)) if number >= 0 else None
    except InvalidOperation:
        return None


def _tidy(number: Decimal | None) -> Decimal | None:
    """Without the zeros that a column adds: 38.500000 is 38.5."""
    return None if number is None else number.normalize() + 0


def _short(value: Any) -> str:
    return "" if value is None else cleaned(str(value))[:16]


def _typed(value: Any) -> str:
    return cleaned(str(value))[:_RAW_AT_MOST] or "?"
