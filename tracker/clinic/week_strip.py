"""Seven days in one small picture, drawn here and not in a template: a board shows a hundred of them."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.assessment.wording import urgency_word

_URGENCIES = ("emergency", "now", "today", "note")


def strip(week: Iterable[Mapping[str, Any]]) -> SafeString:
    """`week` as in _week_strip.html. Each urgency has a shape and a colour; a line below: the family called."""
    days = list(week)
    words = _words(get_language())
    cells = "".join(_cell(number, day["urgency"], bool(day["called"])) for number, day in enumerate(days))
    said = "; ".join(_in_words(day, words) for day in days)
    label = escape(f"{words['days']} {said}")
    return mark_safe(  # codes of ours, numbers, and words that were escaped
        f'<svg class="strip" viewBox="0 0 280 52" role="img" aria-label="{label}">{cells}</svg>'
    )


@cache
def _words(language: str | None) -> dict[Any, str]:
    """What a screen reader says, in that language: the weekdays by number, the rest by name."""
    weekdays = {number: str(name) for number, name in WEEKDAYS_ABBR.items()}
    urgencies = {urgency: urgency_word(urgency) for urgency in _URGENCIES}
    said = {"days": _("Seven days:"), None: _("nothing"), "called": _("called")}
    return {**weekdays, **urgencies, **said}


@cache
def _cell(number: int, urgency: str | None, was_called: bool) -> str:
    """The shapes themselves stand once in a board: _week_shapes.html."""
    names = [urgency if urgency in _URGENCIES else "none", *(["called"] if was_called else [])]
    return "".join(f'<use href="#day-{name}" x="{40 * number}"/>' for name in names)


def _in_words(day: Mapping[str, Any], words: Mapping[Any, str]) -> str:
    said = f"{words[day['day'].weekday()]} {words[day['urgency']]}"
    return f"{said}, {words['called']}" if day["called"] else said
