"""Whom a family calls when, as its forms and actions hand it on."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Whom to call when. `open_days` are ISO weekdays; hours over midnight end on the next day."""

    day_number: str = ""
    night_number: str = ""
    second_number: str = ""
    open_days: str = "12345"
    opens_at: time = time(8)
    closes_at: time = time(17)
    time_zone: str = "UTC"
    language: str = "en"
