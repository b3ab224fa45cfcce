"""A family's reminders: at its own times, exactly one a time and local date, through DST and travel."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.on_duty import holders
from tracker.core.refused import Refused
from tracker.lib.clock import local_date, moment
from tracker.lib.task_queue import request_task
from tracker.messaging import contact_points
from tracker.models import (
    Cause,
    Channel,
    Child,
    Kind,
    Lane,
    Membership,
    Message,
    NumberCheck,
    Reminder,
    ReminderPlan,
    ReminderTime,
    Role,
    User,
)
from tracker.models.reminders import OF_THE_WARD

EXPIRES = timedelta(minutes=90)
"""A reminder that is later than this is not sent: it would arrive in a heap with the next."""
LOOK_AGAIN_EXPIRES = timedelta(hours=4)
LOGGED_BEFORE = {Cause.TIME: timedelta(hours=2), Cause.LOOK_AGAIN: timedelta(minutes=30)}
"""A log as short as this before it makes a reminder needless."""
OTHERS_AFTER = 30  # minutes, where there is no second nudge
NUMBERS_EVERY = timedelta(days=30)
NUMBERS_CLOCK = time(10)
TONIGHT = time(21)
LONGEST_DAY = timedelta(hours=26)
"""No time of day is further away than this, whatever the clocks of a zone do."""
MANY = 200
ABOUT_A_PLAN = ("first_id", "nudge_minutes", "tells_others", "quiet_from", "quiet_until")


@transaction.atomic
def set_plan(
    *, child: Child, times: Iterable[time] | None = None, by: User, now: datetime, **about: Any
) -> ReminderPlan:
    """The family's times, and whatever of ABOUT_A_PLAN is given. The first one to set it is reminded first.

    A time that moves stays the same slot: what it said today is not said again.
    """
    if unknown := set(about) - set(ABOUT_A_PLAN):
        raise TypeError(f"not about a plan: {', '.join(sorted(unknown))}")
    begun = {"first_id": by.pk, "numbers_due_at": _numbers_due(child, now), "changed_at": now}
    plan, _created = ReminderPlan.objects.select_for_update().get_or_create(child=child, defaults=begun)
    plan.child = child
    for name, value in about.items():
        setattr(plan, name, value)
    plan.changed_at = now
    plan.save(update_fields=(*about, "changed_at"))
    if times is not None:
        _set_times(plan, sorted(set(times)), now)
    record_audit("reminders.changed", by=by, now=now, child=child.pk)
    return plan


def _set_times(plan: ReminderPlan, wanted: Sequence[time], now: datetime) -> None:
    kept = {row.at: row for row in plan.times.select_for_update()}
    gone = [row for at, row in sorted(kept.items()) if at not in wanted]
    for at in wanted:
        if at in kept:
            continue
        row = gone.pop(0) if gone else ReminderTime(plan=plan)
        row.at = at
        _plan_next(row, plan.child, now, is_missed_made_up=False)
        row.save()
    for row in gone:
        row.delete()


@transaction.atomic
def follow_zone(*, child: Child, now: datetime) -> None:
    """The family is in another zone: its times are those of the clocks there."""
    rows = list(ReminderTime.objects.select_for_update().filter(plan__child=child))
    for row in rows:
        _plan_next(row, child, now, is_missed_made_up=True)
    ReminderTime.objects.bulk_update(rows, ("due_on", "due_at"))


def _plan_next(row: ReminderTime, child: Child, now: datetime, *, is_missed_made_up: bool) -> None:
    """The next date without a reminder at this time. Today's, even where it has gone by, if that one is owed."""
    had = (
        set()
        if row._state.adding
        else set(Reminder.objects.filter(time=row, child=child).values_list("local_date", flat=True))
    )
    day = local_date(now, child.zone)
    is_owed = is_missed_made_up and row.due_at > now
    while day in had or (moment(day, row.at, child.zone) <= now and not is_owed):
        day += timedelta(days=1)
    row.due_on, row.due_at = day, moment(day, row.at, child.zone)


@transaction.atomic
def put_right(*, now: datetime) -> None:
    """Times that lie further ahead than a day can be were moved on by a clock that was ahead: the next date is theirs.

    What that clock took for too late is still to come, and is asked again.
    """
    ahead = ReminderTime.objects.select_for_update(of=("self",)).filter(due_at__gt=now + LONGEST_DAY)
    rows = list(ahead.select_related("plan__child"))
    if not rows:
        return
    Reminder.objects.filter(time__in=rows, due_at__gt=now, messages=None).delete()
    for row in rows:
        _plan_next(row, row.plan.child, now, is_missed_made_up=False)
    ReminderTime.objects.bulk_update(rows, ("due_on", "due_at"))


def remind_due(*, now: datetime) -> int:
    """A reminder for each time that has come, and its messages. Again, or twice at once, changes nothing."""
    with transaction.atomic():
        due = ReminderTime.objects.select_for_update(of=("self",), skip_locked=True)
        rows = list(due.filter(due_at__lte=now).select_related("plan__child").order_by("due_at")[:MANY])
        if not rows:
            return 0
        for row in rows:
            row.due_at = moment(row.due_on, row.at, row.plan.child.zone)  # the zone may have changed unseen
        come = [row for row in rows if row.due_at <= now]
        _remind([_reminder_of(row) for row in come], {row.plan_id: row.plan for row in come}, now)
        for row in come:
            _advance(row, now)
        ReminderTime.objects.bulk_update(rows, ("due_on", "due_at"))
    return len(rows)


def _reminder_of(row: ReminderTime) -> Reminder:
    """Its key follows from the time and the date: whoever makes it makes the same one."""
    return Reminder(
        pk=uuid5(row.pk, row.due_on.isoformat()),
        child=row.plan.child,
        cause=Cause.TIME,
        time=row,
        local_date=row.due_on,
        due_at=row.due_at,
        moot_since=row.due_at - LOGGED_BEFORE[Cause.TIME],
    )


def _advance(row: ReminderTime, now: datetime) -> None:
    """To the next date. After a standstill, to the first one that is not too late."""
    zone = row.plan.child.zone
    day = max(row.due_on + timedelta(days=1), local_date(now - EXPIRES, zone))
    while moment(day, row.at, zone) <= now - EXPIRES:
        day += timedelta(days=1)
    row.due_on, row.due_at = day, moment(day, row.at, zone)


def _remind(reminders: Sequence[Reminder], plans: Mapping[UUID, ReminderPlan], now: datetime) -> None:
    """Keeps them all; messages only for those that are not too late, paused or asked for later."""
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
    wanted = [
        reminder
        for reminder in reminders
        if now - reminder.due_at < EXPIRES and reminder.child.paused_at is None
        if not _is_snoozed(plans[reminder.child_id], reminder)
    ]
    children = [reminder.child_id for reminder in wanted]
    parents, on_duty = _parents_of(children), holders(children, now)
    for child_id, holder in on_duty.items():
        parents[child_id] = [holder, *(person for person in parents[child_id] if person != holder)]
    ways = contact_points.reminder_ways_to({person for people in parents.values() for person in people}, now)
    queued = [
        message
        for reminder in wanted
        for message in _messages(
            reminder,
            on_duty.get(reminder.child_id) or plans[reminder.child_id].first_id,
            plans[reminder.child_id],
            parents[reminder.child_id],
            ways,
            now,
        )
    ]
    Message.objects.bulk_create(queued, ignore_conflicts=True)
    request_task("tracker.tasks.deliver_reminders", queue=Lane.REMINDERS)


def _is_snoozed(plan: ReminderPlan, reminder: Reminder) -> bool:
    return bool(plan.snoozed_until and reminder.due_at <= plan.snoozed_until)


def _parents_of(children: Collection[UUID]) -> defaultdict[UUID, list[UUID]]:
    """The longest there first."""
    members = Membership.objects.running().filter(child__in=children, role=Role.PARENT)
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for child_id, person in members.order_by("begun_at").values_list("child_id", "user_id"):
        found[child_id].append(person)
    return found


def _messages(
    reminder: Reminder,
    first: UUID | None,
    plan: ReminderPlan,
    parents: Sequence[UUID],
    ways: Mapping[UUID, Sequence[str]],
    now: datetime,
) -> list[Message]:
    """To the first of them, once more, then to the others: whoever is on duty tonight, else as the plan says.

    Whoever is reached by nothing leaves the place to others.
    """
    reachable = [person for person in parents if ways[person]]
    if not reachable:
        return []
    first = first if first in reachable else reachable[0]
    others = [person for person in reachable if person != first] if plan.tells_others else []
    nudges = [(first, 0, 0)]
    nudges += [(first, 1, plan.nudge_minutes)] if plan.nudge_minutes else []
    nudges += [(person, 2, plan.nudge_minutes * 2 or OTHERS_AFTER) for person in others]
    return [
        nudge(reminder, person, ways[person][0], level, timedelta(minutes=minutes), now)
        for person, level, minutes in nudges
    ]


def nudge(
    reminder: Reminder,
    person: UUID,
    way: str,
    level: int,
    later: timedelta,
    now: datetime,
    expires: timedelta = EXPIRES,
) -> Message:
    """One message of a reminder, not saved yet. `later` than the reminder is due; worth nothing once it `expires`."""
    due_at = reminder.due_at + later
    return Message(
        kind=Kind.REMINDER,
        child_id=reminder.child_id,
        reminder=reminder,
        recipient_id=person,
        channel=way,
        level=level,
        queued_at=now,
        due_at=due_at,
        expires_at=due_at + expires,
    )


@transaction.atomic
def snooze(*, child: Child, minutes: int | None, by: User, now: datetime) -> datetime:
    """Reminds `by` again in so many minutes, or without a number tonight. What comes before then is not sent."""
    until = now + timedelta(minutes=minutes) if minutes else tonight(child, now)
    if until is None:
        raise Refused(_("It is too late for tonight. Choose 15 minutes or an hour."))
    ReminderPlan.objects.filter(child=child).update(snoozed_until=until)
    _drop(child, (Cause.TIME, Cause.SNOOZED), until, "snoozed", now)
    _ask_for(child, Cause.SNOOZED, until, by, now, moot_since=now)
    record_audit("reminders.snoozed", by=by, now=now, child=child.pk)
    return until


def tonight(child: Child, now: datetime) -> datetime | None:
    """When "tonight" is; None once it has come."""
    evening = moment(local_date(now, child.zone), TONIGHT, child.zone)
    return evening if evening > now else None


def look_again(*, child: Child, at: datetime, by: User, now: datetime) -> None:
    """After a call: the team said when to look again. The latest word counts."""
    _drop(child, (Cause.LOOK_AGAIN,), None, "replaced", now)
    since = max(now, at - LOGGED_BEFORE[Cause.LOOK_AGAIN])
    _ask_for(child, Cause.LOOK_AGAIN, at, by, now, moot_since=since)


def _drop(child: Child, causes: Collection[str], until: datetime | None, why: str, now: datetime) -> None:
    waiting = Message.objects.waiting().filter(child=child, reminder__cause__in=causes, claimed_until=None)
    if until:
        waiting = waiting.filter(due_at__lte=until)
    waiting.update(dropped_at=now, reason=why)


def _ask_for(child: Child, cause: str, at: datetime, by: User, now: datetime, moot_since: datetime) -> None:
    """A reminder for this moment: to who asked, then to the other parents."""
    reminder = Reminder.objects.create(
        child=child, cause=cause, local_date=local_date(at, child.zone), due_at=at, moot_since=moot_since
    )
    keeps_it_to_one = ReminderPlan.objects.filter(child=child, tells_others=False).exists()
    is_for_all = cause == Cause.LOOK_AGAIN or not keeps_it_to_one
    others = _parents_of([child.pk])[child.pk] if is_for_all else []
    people = [by.pk, *(person for person in others if person != by.pk)]
    ways = contact_points.reminder_ways_to(people, now)
    later = timedelta(minutes=OTHERS_AFTER)
    Message.objects.bulk_create(
        nudge(
            reminder,
            person,
            (ways[person] or [Channel.EMAIL])[0],
            0 if person == by.pk else 2,
            timedelta(0) if person == by.pk else later,
            now,
            LOOK_AGAIN_EXPIRES,
        )
        for person in people
        if ways[person] or person == by.pk
    )


def ask_everybody(
    *,
    child: Child,
    cause: str,
    first: UUID | None,
    expires: timedelta,
    now: datetime,
    key: UUID | None = None,
) -> bool:
    """A reminder now: to `first`, else to the parent who is there longest; an hour later to the other parents, too.

    To them also where the plan keeps reminders to one person: this is no daily nudge. A log makes it needless, and
    whom another reminder asks within the hour is asked by that; not so for what is asked while a child is on a ward.
    False where the reminder with that `key` is there already.
    """
    hour, is_of_the_ward = timedelta(hours=1), cause in OF_THE_WARD
    moot_since = now + timedelta(days=1) if is_of_the_ward else now
    about = {"local_date": local_date(now, child.zone), "due_at": now, "moot_since": moot_since}
    reminder, is_new = Reminder.objects.get_or_create(
        pk=key or uuid4(), defaults={"child": child, "cause": cause, **about}
    )
    if not is_new:
        return False
    parents = _parents_of([child.pk])[child.pk]
    people = [*([first] if first else []), *(person for person in parents if person != first)]
    ways = contact_points.reminder_ways_to(people, now)
    reachable = [person for person in people if ways[person]]
    nudges = [(person, 2 if place else 0, hour if place else None) for place, person in enumerate(reachable)]
    near = Message.objects.filter(kind=Kind.REMINDER, child=child, due_at__range=(now - hour, now + hour))
    asked = set(near.filter(dropped_at=None, failed_at=None).values_list("recipient_id", flat=True))
    asked -= set(people if is_of_the_ward else ())
    Message.objects.bulk_create(
        nudge(reminder, person, ways[person][0], level, later or timedelta(0), now, expires)
        for person, level, later in nudges
        if person not in asked
    )
    request_task("tracker.tasks.deliver_reminders", queue=Lane.REMINDERS)
    return True


@transaction.atomic
def confirm_numbers(*, child: Child, by: User, now: datetime) -> None:
    """Somebody called the numbers, and they are right. They are asked for again in a month."""
    NumberCheck.objects.create(child=child, by=by, at=now)
    due = _numbers_due(child, now + NUMBERS_EVERY)
    ReminderPlan.objects.filter(child=child).update(numbers_due_at=due)
    _drop(child, (Cause.NUMBERS,), None, "done", now)


def _numbers_due(child: Child, after: datetime) -> datetime:
    """The next late morning."""
    today = local_date(after, child.zone)
    mornings = (moment(today + timedelta(days=ahead), NUMBERS_CLOCK, child.zone) for ahead in (0, 1))
    return next(morning for morning in mornings if morning > after)


def numbers_due(*, now: datetime) -> int:
    """Asks families whose numbers nobody has tried for a month."""
    with transaction.atomic():
        due = ReminderPlan.objects.select_for_update(of=("self",), skip_locked=True)
        plans = list(due.filter(numbers_due_at__lte=now).select_related("child")[:MANY])
        if not plans:
            return 0
        _remind([_numbers_reminder(plan) for plan in plans], {plan.pk: plan for plan in plans}, now)
        for plan in plans:
            plan.numbers_due_at = _numbers_due(plan.child, now + NUMBERS_EVERY)
        ReminderPlan.objects.bulk_update(plans, ("numbers_due_at",))
    return len(plans)


def _numbers_reminder(plan: ReminderPlan) -> Reminder:
    due_at = plan.numbers_due_at
    day = local_date(due_at, plan.child.zone)
    key = uuid5(plan.pk, f"numbers {due_at.isoformat()}")
    return Reminder(
        pk=key, child=plan.child, cause=Cause.NUMBERS, local_date=day, due_at=due_at, moot_since=due_at
    )
