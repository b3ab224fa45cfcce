"""The filters that write times, for every template: Django's own know no reader's clock (tracker/lib/hours.py)."""

from datetime import date as Day
from datetime import datetime
from datetime import time as Clock
from typing import Any

from django import template

from tracker.lib import hours

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, wanted: str | None = None) -> str:
    """A date, or a moment, in a format; nothing for what is none."""
    return hours.date_format(value, wanted) if isinstance(value, Day) else ""


@register.filter(expects_localtime=True, is_safe=False)
def time(value: Any, wanted: str = "H:i") -> str:
    """A time of day in a format; nothing for what is none."""
    return hours.time_format(value, wanted) if isinstance(value, Clock | datetime) else ""


@register.simple_tag
def clock_hours() -> dict[str, str]:
    """`hours`, and the words behind a time before and after noon."""
    before, after = hours.halves()
    return {"hours": hours.active_clock(), "before": before, "after": after}


@register.filter
def clock_times(written: list[str]) -> str:
    """Times as a medicine keeps them, "08:00", in a row."""
    return ", ".join(map(hours.clock_text, written))
