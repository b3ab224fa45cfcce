"""Seven days in one small picture, drawn here and not in a template: a board shows a hundred of them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.assessment.wording import urgency_word

Week = Sequence[Mapping[str, Any]]
"""As in _week_strip.html."""
_LETTERS = {"emergency": "e", "now": "n", "today": "t", "note": "o"}
_NOTHING = "x"


def strip(week: Week) -> SafeString:
    """It refers to what `shapes` draws: most of a board's weeks are the same few."""
    words = _words(get_language())
    said = "; ".join(_in_words(day, words) for day in week)
    label = escape(f"{words['days']} {said}")
    return mark_safe(  # codes of ours, and words that were escaped
        f'<svg class="strip" viewBox="0 0 280 52" role="img" aria-label="{label}">'
        f'<use href="#week-{_letters(week)}"/></svg>'
    )


def shapes(weeks: Iterable[Week]) -> SafeString:
    """Each of these weeks once. Each urgency has a shape and a colour; a line below: the family called."""
    return mark_safe("".join(_drawn(letters) for letters in sorted(set(map(_letters, weeks)))))


def _letters(week: Week) -> str:
    """A letter a day, a capital where the family called."""
    days = ((_LETTERS.get(day["urgency"], _NOTHING), day["called"]) for day in week)
    return "".join(letter.upper() if was_called else letter for letter, was_called in days)


@cache
def _drawn(letters: str) -> str:
    cells = "".join(_cell(40 * number, letter) for number, letter in enumerate(letters))
    return f'<g id="week-{letters}">{cells}</g>'


def _cell(x: int, letter: str) -> str:
    """The shapes of the days themselves stand in _week_shapes.html."""
    names = {letter: urgency for urgency, letter in _LETTERS.items()}
    drawn = [names.get(letter.lower(), "none"), *(["called"] if letter.isupper() else [])]
    return "".join(f'<use href="#day-{name}" x="{x}"/>' for name in drawn)


@cache
def _words(language: str | None) -> dict[Any, str]:
    """What a screen reader says, in that language: the weekdays by number, the rest by name."""
    weekdays = {number: str(name) for number, name in WEEKDAYS_ABBR.items()}
    urgencies = {urgency: urgency_word(urgency) for urgency in _LETTERS}
    said = {"days": _("Seven days:"), None: _("nothing"), "called": _("called")}
    return {**weekdays, **urgencies, **said}


def _in_words(day: Mapping[str, Any], words: Mapping[Any, str]) -> str:
    said = f"{words[day['day'].weekday()]} {words[day['urgency']]}"
    return f"{said}, {words['called']}" if day["called"] else said
