"""The one line that every open board asks for each five seconds: it changes whenever the board would look different.

A hundred boards ask twenty times a second. So it is one query, written out: composing it anew would take ten times as
long as the database takes to answer.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tracker.messaging.heartbeats import LATE_AFTER, LIMITS
from tracker.models import CareTeam, User

FRESH = timedelta(minutes=5)
"""Ages and silences move without an event: so often a board is drawn again."""
STRAGGLER = timedelta(minutes=1)
"""As much later than another's, at most, a log is saved that came in before it."""

# What the board is made of, row by row of a team `t`. Each part moves also where two that write at once are done in
# another order than they began: so the events are a sum, not the newest, and the logs are counted.
PARTS = f"""
    (SELECT COUNT(*) FROM tracker_heartbeat h WHERE h.at <= %(ahead)s AND (
        {" OR ".join(f"h.name = '{name}' AND h.at >= %({name})s" for name in LIMITS)})) = {len(LIMITS)},
    (SELECT COUNT(*) || '.' || COUNT(CASE WHEN a.taken_until > %(now)s THEN 1 END) || '.' ||
            SUM((SELECT MAX(e.id) FROM tracker_alertevent e WHERE e.alert_id = a.id))
     FROM tracker_alert a JOIN tracker_child c ON c.id = a.child_id
     WHERE c.care_team_id = t.id AND a.resolved_at IS NULL AND a.taken_in_by_id IS NULL),
    t.changed_at,
    (SELECT MAX(c.last_log_at) FROM tracker_child c WHERE c.care_team_id = t.id AND c.last_log_at IS NOT NULL),
    (SELECT COUNT(*) FROM tracker_child c WHERE c.care_team_id = t.id AND c.last_log_at >= %(lately)s)
"""
OF_A_TEAM = f"SELECT {PARTS} FROM tracker_careteam t WHERE t.id = %(team)s"


class Version(NamedTuple):
    """The line, and whether its first part says that escalations and reminders are late."""

    line: str
    is_late: bool


def version(team: CareTeam, now: datetime) -> Version:
    """Of the board that is about to be read: what changes while it is drawn has another one."""
    on_duty, *others = _ask(OF_A_TEAM, _given(team.pk, now)) or (False,)
    return Version(_line((on_duty, *others), now), not on_duty)


def _line(parts: Sequence[Any], now: datetime) -> str:
    """What calls for somebody, a blank, and what can wait until a board is drawn again: board.js tells them apart."""
    urgent, calm = parts[:2], (*parts[2:], _drawn_at(now).timestamp())
    return " ".join("_".join(str(part).replace(" ", "T") for part in some) for some in (urgent, calm))


def _drawn_at(now: datetime) -> datetime:
    """When boards were last drawn again for the clock alone."""
    return datetime.fromtimestamp(now.timestamp() // FRESH.total_seconds() * FRESH.total_seconds(), UTC)


def _given(team_id: UUID, now: datetime) -> dict[str, Any]:
    moments = {name: now - timedelta(seconds=limit) for name, limit in LIMITS.items()}
    moments |= {
        "now": now,
        "ahead": now + timedelta(seconds=LATE_AFTER),
        "lately": _drawn_at(now) - STRAGGLER,
    }
    return {"team": _key(team_id), **{name: _moment(at) for name, at in moments.items()}}


def _ask(query: str, given: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchone()


def _key(value: Any) -> Any:
    """As this database keeps it."""
    return User._meta.pk.get_db_prep_value(value, connection)


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
