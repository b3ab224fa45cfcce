"""What Today says of the family's own: a pump problem in one tap, who is on duty, what was given last."""

from datetime import datetime
from typing import Any

from tracker.assessment.pump import pump_therapy
from tracker.core.on_duty import baton_held, is_quiet
from tracker.models import Child
from tracker.site.queries import Around


def own_today(child: Child, around: Around, now: datetime) -> dict[str, Any]:
    """One query, and none where nobody ever took a turn."""
    held = baton_held(child, now) if around.turns else None
    return {
        "given": around.given,
        "has_pump": pump_therapy(child) is not None,
        "on_duty": held.holder if held else None,
        "nobody_on_duty": held is None and is_quiet(child, now) and around.adults > 1,
    }
