"""One page for the next shift: what is open, what was decided, who is silent, what was promised."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.clinic.queries.board import BoardRow, open_rows
from tracker.families.queries.callback_numbers import fill_callbacks
from tracker.messaging.silence import silent_ones
from tracker.models import Alert, Call, CareNote, CareTeam, Child, Silence

SHIFTS = (8, 12, 24)  # hours
AT_MOST = 100


@dataclass(frozen=True)
class Handover:
    """What happened since `since`. A list that is longer than the page says so."""

    since: datetime
    open: list[BoardRow]
    closed: list[Alert]
    closed_count: int
    raised_count: int
    promised: list[Call]  # the family looks again, at a time that is still to come
    notes: list[CareNote]
    silent: list[Child]  # with asked_at
    reached: list[Silence]


def handover(team: CareTeam, hours: int, unit: str, now: datetime) -> Handover:
    since = now - timedelta(hours=hours)
    alerts = Alert.objects.filter(child__care_team=team)
    closed = alerts.filter(resolved_at__gte=since)
    children = Child.objects.filter(care_team=team)
    notes = CareNote.objects.filter(child__care_team=team, at__gte=since).select_related("child", "by")
    reached = Silence.objects.filter(child__care_team=team, reached_at__gte=since)
    calls = Call.objects.filter(child__care_team=team, look_again_at__gte=now).select_related("child")
    promised = list(calls.filter(called_at__gte=since).order_by("look_again_at")[:AT_MOST])
    silent = silent_ones(children, 1, now, AT_MOST)[:AT_MOST]
    fill_callbacks([*silent, *(call.child for call in promised)])
    return Handover(
        since=since,
        open=open_rows(team, unit, now),
        closed=list(closed.select_related("child", "resolved_by").order_by("-resolved_at")[:AT_MOST]),
        closed_count=closed.count(),
        raised_count=alerts.filter(raised_at__gte=since).count(),
        promised=promised,
        notes=list(notes.order_by("-at")[:AT_MOST]),
        silent=silent,
        reached=list(reached.select_related("child", "reached_by").order_by("-reached_at")[:AT_MOST]),
    )
