"""What Today says of the family's own: a pump problem in one tap, who is on duty."""

from datetime import datetime
from typing import Any

from tracker.assessment.pump import pump_therapy
from tracker.core.on_duty import adults_of, baton_held, is_quiet
from tracker.models import Child


def own_today(child: Child, now: datetime) -> dict[str, Any]:
    """One query; one more in the quiet hours while nobody is on duty."""
    held = baton_held(child, now)
    return {
        "has_pump": pump_therapy(child) is not None,
        "on_duty": held.holder if held else None,
        "nobody_on_duty": held is None and is_quiet(child, now) and len(adults_of(child)) > 1,
    }
