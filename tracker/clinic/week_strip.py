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

_SHAPES = {
    "emergency": '<path class="ink-emergency" d="M16 11h8l5 5v8l-5 5h-8l-5-5v-8z"/>',
    "now": '<path class="ink-now" d="M20 10l9 17h-18z"/>',
    "today": '<circle class="ink-today" cx="20" cy="20" r="8"/>',
    "note": '<rect class="ink-note" x="15" y="15" width="10" height="10" rx="2"/>',
}
_CALLED = '<path class="strip-called" d="M8 44h24"/>'


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
    urgencies = {urgency: urgency_word(urgency) for urgency in _SHAPES}
    said = {"days": _("Seven days:"), None: _("nothing"), "called": _("called")}
    return {**weekdays, **urgencies, **said}


@cache
def _cell(number: int, urgency: str | None, was_called: bool) -> str:
    shape, called, left = _SHAPES.get(urgency or "", ""), _CALLED if was_called else "", 40 * number
    fill, drawn = urgency if shape else "none", shape + called
    moved = f'<g transform="translate({left})">{drawn}</g>' if drawn else ""
    return f'<rect class="week-day fill-{fill}" x="{left + 4}" y="4" width="32" height="32" rx="8"/>{moved}'


def _in_words(day: Mapping[str, Any], words: Mapping[Any, str]) -> str:
    said = f"{words[day['day'].weekday()]} {words[day['urgency']]}"
    return f"{said}, {words['called']}" if day["called"] else said
