"""How many alerts a shift some answers come to: what a change of rules would ask of the nurses."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from therapies.episodes import ADVICE_LASTS
from tracker.alerts.on_shift import Shift, rota_of, shift_at
from tracker.models import CareTeam, ShiftPart, Urgency
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.logs import RANK


@dataclass
class Budget:
    """Of some days: alerts in each shift. Night counts what rings at any hour apart: the rest waits for the day."""

    days: int
    shifts: Counter[Shift] = field(default_factory=Counter)
    ringing: int = 0  # by night, those that are not left until the day

    @property
    def alerts(self) -> int:
        return self.shifts.total()

    @property
    def a_day(self) -> float:
        return self._of(ShiftPart.DAY) / self.days

    @property
    def a_night(self) -> float:
        return self._of(ShiftPart.NIGHT) / self.days

    @property
    def ringing_a_night(self) -> float:
        return self.ringing / self.days

    @property
    def busiest(self) -> int:
        return max(self.shifts.values(), default=0)

    def _of(self, part: str) -> int:
        return sum(number for shift, number in self.shifts.items() if shift.part == part)


def budget(
    team: CareTeam, logs: Iterable[tuple[UUID, datetime, str]], since: datetime, days: timedelta
) -> Budget:
    """`logs`: child, time and answer, each child's in the order of time.

    A log that is no more urgent than an alert of the 24 hours before joins it. That leaves out what joins for longer
    or is told again, so it is an estimate, made alike for both rules that are compared.
    """
    found, rota, zone = Budget(days.days), rota_of(team), team.zone
    told: dict[UUID, list[tuple[datetime, int]]] = {}
    for child, at, urgency in logs:
        rank = RANK[urgency]
        standing = [one for one in told.get(child, ()) if at - one[0] < ADVICE_LASTS]
        told[child] = standing
        if rank < RANK[Urgency.TODAY] or any(rank <= known for _at, known in standing):
            continue
        standing.append((at, rank))
        if at < since:
            continue
        shift = shift_at(rota, zone, at)
        found.shifts[shift] += 1
        found.ringing += shift.part == ShiftPart.NIGHT and urgency in AT_ANY_HOUR
    return found
