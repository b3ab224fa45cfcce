"""The open alerts of several teams in one list, for a nurse who works in more than one. No child without an alert."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.clinic.queries.board import BoardRow, alert_rows
from tracker.clinic.queries.board_alerts import LINES, ON_A_PAGE, Filters, Pick, is_urgent, pick_of, waits
from tracker.models import Alert, CareTeam

EVERYTHING = Filters()


@dataclass(frozen=True)
class OfTeam:
    """One team's part of it: its board is one press away."""

    team: CareTeam
    open: int
    urgent: int  # of these, the urgent ones that wait for a nurse


@dataclass(frozen=True)
class Boards:
    pick: Pick
    alerts: list[BoardRow]  # of this page
    teams: list[OfTeam]

    @property
    def open_count(self) -> int:
        return len(self.pick.open)


def boards(
    teams: Sequence[CareTeam], unit: str, page: int, now: datetime, filters: Filters = EVERYTHING
) -> Boards:
    """What the filters leave, and every urgent one that waits for a nurse; the worst of any team first.

    The number of queries grows with neither teams nor children.
    """
    found = Alert.objects.open().filter(child__care_team__in=teams)
    alerts = list(found.select_related("child__care_team", "taken_by", "offered_to"))
    picked = pick_of(alerts, filters, now, size=ON_A_PAGE[LINES], page=page)
    counts = Counter(alert.child.care_team_id for alert in alerts)
    urgent = Counter(alert.child.care_team_id for alert in alerts if is_urgent(alert) and waits(alert, now))
    return Boards(
        pick=picked,
        alerts=alert_rows(picked.of_this_page, unit, now),
        teams=[OfTeam(team, counts[team.pk], urgent[team.pk]) for team in teams],
    )
