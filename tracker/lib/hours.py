"""12 or 24 hours: how a time of day is written, for the length of a request or of a message.

The formats in templates and modules say "H:i"; here it becomes "8:30 PM" for whoever reads it so. What is typed into a
field of the browser's own looks as the phone is set.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from typing import Any, Protocol

from django.utils import dateformat, formats, translation

from tracker.lib import time_zones

TWELVE, TWENTY_FOUR = "12", "24"
_REGIONS = (
    "AE AG AL AS AU BB BD BH BM BN BO BS BT CA CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM GD GH GM GR GT GU "
    "GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX MY NA NI NZ OM PA PE PG PH PK "
    "PR PS PW QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT TW UM US VC VE VG VI VU WS YE ZM"
)
REGIONS = frozenset(_REGIONS.split())
"""Where most people read 12 hours: Unicode CLDR, supplemental data, timeData, preferred "h"."""

_clock: ContextVar[str] = ContextVar("clock", default=TWENTY_FOUR)
_TIME = re.compile(r"H:i(:s)?")


class Reader(Protocol):
    """`clock`: what they chose; empty until then."""

    clock: str
    language: str
    time_zone: str


def clock_of_region(country: str) -> str:
    return TWELVE if country.upper() in REGIONS else TWENTY_FOUR


def clock_of(person: Reader) -> str:
    """Their own choice, else that of the region of their time zone."""
    return person.clock or clock_of_region(time_zones.country_of(person.time_zone))


def active_clock() -> str:
    return _clock.get()


def activate(clock: str) -> None:
    _clock.set(clock)


@contextmanager
def read_by(person: Reader) -> Iterator[None]:
    """Texts in their language, with times as they read them."""
    before = _clock.set(clock_of(person))
    try:
        with translation.override(person.language):
            yield
    finally:
        _clock.reset(before)


def date_format(value: date, wanted: str | None = None) -> str:
    """As Django's own, with the clock of the moment."""
    return dateformat.format(value, _written(formats.get_format(wanted or "DATE_FORMAT")))


def time_format(value: time | datetime, wanted: str = "H:i") -> str:
    """As Django's own, with the clock of the moment."""
    return dateformat.time_format(value, _written(formats.get_format(wanted)))


def clock_text(written: str) -> str:
    """A time that is kept as "08:00"."""
    return time_format(time.fromisoformat(written), "H:i")


def halves() -> tuple[str, str]:
    """What stands behind a time before and after noon, for scripts."""
    return dateformat.time_format(time(0), "A"), dateformat.time_format(time(12), "A")


def _written(wanted: Any) -> str:
    return _TIME.sub(r"g:i\1 A", str(wanted)) if active_clock() == TWELVE else str(wanted)
