"""What families entered, in the few words of a nurse's list."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from therapies.catalogue import KnowledgeError, load
from tracker.answers import PRESENT, Answer
from tracker.templatetags.formatting import severity, sign


def in_short(answers: Iterable[Answer]) -> list[str]:
    """ "38.4 °C", "Chills, shaking (moderate)", "worried": the temperature first, as it was typed."""
    rows = list(answers)
    said = [reading(row) for row in rows if row.code == "temperature"]
    said += [sign_in_words(row) for row in rows if row.value_code == PRESENT]
    if any(row.code == "worried" and row.value_code == "yes" for row in rows):
        said.append(_("worried"))
    return said


def reading(row: Answer) -> str:
    """A temperature as it was typed, with the unit that was typed: nothing is rounded."""
    if row.raw:
        return _("temperature typed as “%(raw)s”") % {"raw": row.raw}
    said = f"{plain(row.value_number)} °{row.unit}" if row.unit else plain(row.value_number)
    return f"{said} {_choice('temperature', row.route)}" if row.route not in ("", "unknown") else said


def sign_in_words(row: Answer) -> str:
    """The sign, how bad, how long, how often."""
    details = [severity(row.severity)] if row.severity else []
    if row.duration_hours is not None:
        details.append(_("for %(n)s h") % {"n": plain(row.duration_hours)})
    if row.episodes_24h is not None:
        details.append(_("%(n)s times in 24 h") % {"n": row.episodes_24h})
    name = sign(row.code)
    return f"{name} ({', '.join(details)})" if details else name


def in_full(answers: Iterable[Answer]) -> Iterator[tuple[str, str]]:
    """Each answer as a name and a value, in the order in which it was given."""
    for row in answers:
        if row.code == "temperature":
            yield _("Temperature"), reading(row)
        elif row.value_code == PRESENT:
            yield sign(row.code), sign_in_words(row).removeprefix(sign(row.code)).strip(" ()") or _("present")
        else:
            yield sign(row.code), _value(row)


def _value(row: Answer) -> str:
    if row.raw:
        return _("typed as “%(raw)s”") % {"raw": row.raw}
    if row.value_number is not None:
        return plain(row.value_number)
    said = {"yes": _("yes"), "no": _("no")}.get(row.value_code) or _choice(row.code, row.value_code)
    return said or row.value_text


def plain(number: Any) -> str:
    """38.400000 is 38.4."""
    return "" if number is None else f"{number.normalize():f}"


def _choice(code: str, chosen: str) -> str:
    """The words of one choice of an observation; its code where the knowledge has none."""
    try:
        known = load().observations.get(code)
    except KnowledgeError:
        known = None
    names = {choice.code: choice.name for choice in (*known.choices, *known.routes)} if known else {}
    return _(names[chosen]) if chosen in names else chosen
