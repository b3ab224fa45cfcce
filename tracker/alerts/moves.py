"""The one place that moves an alert: as the table of states.py has it, with its event.

The table says which moves there are. The condition of the UPDATE decides who is first.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q

from tracker.alerts import states
from tracker.models import Alert, AlertEvent, User

IN_STATE = {
    state: Q(**{f"{column}__isnull": not is_filled for column, is_filled in columns.items()})
    for state, columns in states.COLUMNS.items()
}


def move(
    alert_id: UUID,
    rules: Mapping[str, Q],
    changes: Mapping[str, Any],
    *,
    now: datetime,
    by: User | None = None,
    **about: Any,
) -> bool:
    """One of these moves, in one UPDATE, then its event; the caller has the transaction. False: none fits the row.

    `rules` has what must hold beside the state, by the name of the move. `about` goes into the event.
    """
    if not change(alert_id, rules, changes):
        return False
    event(next(iter(rules)), alert_id, now=now, by=by, **about).save(force_insert=True)
    return True


def change(alert_id: UUID, rules: Mapping[str, Q], changes: Mapping[str, Any]) -> bool:
    """The UPDATE alone, where the event is written together with others."""
    may = Q()
    for (name, rule), found in zip(rules.items(), states.find(rules), strict=True):
        states.check(name, changes)
        may |= reduce(or_, (IN_STATE[state] for state in found.states)) & rule
    return Alert.objects.filter(may, pk=alert_id).update(**changes) == 1


def event(name: str, alert_id: UUID, *, now: datetime, by: User | None = None, **about: Any) -> AlertEvent:
    """What the move leaves in the record, not saved yet. The sweep is nobody; everybody else has a name."""
    (found,) = states.find([name])
    if (by is None) != (found.who == states.SWEEP):
        raise states.IllegalMove(f"{name} is done by {found.who}")
    return AlertEvent(alert_id=alert_id, verb=found.verb, at=now, by=by, **about)
