"""Reminders of what is to be done at home: a planned dose that nobody has given, a part of the line that is due.

They go to who is on duty, else to every parent, once. The texts are those of every reminder: no medicine is named.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from tracker.core.on_duty import holders
from tracker.home_care.queries.doses import is_slot, next_slot
from tracker.home_care.queries.pump import due_changes
from tracker.lib.clock import local_date
from tracker.lib.task_queue import request_task
from tracker.messaging import contact_points
from tracker.messaging.reminders import nudge
from tracker.models import Cause, Child, DoseGiven, Lane, Medicine, Membership, Message, Reminder, Role

MANY = 200
TOO_LATE = timedelta(hours=1)


def doses_due(*, now: datetime) -> int:
    """A reminder for each planned dose whose time has come and that nobody has recorded."""
    with transaction.atomic():
        due = Medicine.objects.select_for_update(of=("self",), skip_locked=True)
        rows = list(
            due.filter(due_at__lte=now, ended_at=None).select_related("child").order_by("due_at")[:MANY]
        )
        slots = [(row, row.due_at) for row in rows if row.due_at]
        given = set(
            DoseGiven.objects.standing()
            .filter(medicine__in=rows, slot_at__in={at for _row, at in slots})
            .values_list("medicine", "slot_at")
        )
        come = [(row, at) for row, at in slots if now - at < TOO_LATE and is_slot(row, at)]
        remind = [
            _reminder(row.child, Cause.DOSE, row.pk, at)
            for row, at in come
            if (row.pk, at) not in given and row.child.paused_at is None
        ]
        _remind(remind, now)
        for row, at in slots:
            row.due_at = next_slot(row, max(at, now - TOO_LATE))
        Medicine.objects.bulk_update(rows, ("due_at",))
    return len(rows)


def lines_due(*, now: datetime) -> None:
    """A reminder for each bag, needle or dressing whose days are over."""
    changes = due_changes(now, within=TOO_LATE)
    reminders = [
        _reminder(one.child, Cause.LINE, uuid5(one.child.pk, str(one.part)), one.at) for one in changes
    ]
    known = set(Reminder.objects.filter(pk__in=[one.pk for one in reminders]).values_list("pk", flat=True))
    _remind([one for one in reminders if one.pk not in known], now)


def _reminder(child: Child, cause: Cause, about: UUID, at: datetime) -> Reminder:
    """Its key follows from what is due and when: whoever makes it makes the same one. No log makes it needless."""
    return Reminder(
        pk=uuid5(about, at.isoformat()),
        child=child,
        cause=cause,
        local_date=local_date(at, child.zone),
        due_at=at,
        moot_since=at + timedelta(days=1),
    )


def _remind(reminders: Sequence[Reminder], now: datetime) -> None:
    if not reminders:
        return
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
    children = [reminder.child_id for reminder in reminders]
    on_duty = holders(children, now)
    parents = Membership.objects.running().filter(child__in=children, role=Role.PARENT)
    around = list(parents.values_list("child_id", "user_id"))
    people = {*on_duty.values(), *(person for _child, person in around)}
    ways = contact_points.reminder_ways_to(people, now)
    Message.objects.bulk_create(
        (
            nudge(reminder, person, ways[person][0], 0, timedelta(0), now, TOO_LATE)
            for reminder in reminders
            for person in _told(reminder.child_id, on_duty, around)
            if ways[person]
        ),
        ignore_conflicts=True,
    )
    request_task("tracker.tasks.deliver_reminders", queue=Lane.REMINDERS)


def _told(child: UUID, on_duty: dict[UUID, UUID], parents: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    if child in on_duty:
        return [on_duty[child]]
    return [person for of_child, person in parents if of_child == child]
