"""Children and their care teams."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from therapies.schedule import Event
from tracker.alerts.escalation import follow, open_around
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.families.actions.care_teams import own_care_team as _own_care_team
from tracker.families.actions.treatment import start_course
from tracker.families.actions.ward_stays import NO_PAUSE, admit, change_pause, come_home
from tracker.families.numbers import Numbers
from tracker.messaging import reminders
from tracker.models import Child, Membership, PauseReason, Role, User

ABOUT_A_CHILD = (
    "nickname",
    "birth_month",
    "colour",
    "writes",
    "baseline_weight_kg",
    "units",
    "time_zone",
    "country",
    "emergency_number",
    "home_care_number",
    "first_sentence",
)


def begin_child(
    *,
    about: Mapping[str, Any],
    numbers: Numbers,
    therapy: str,
    events: Sequence[Event] = (),
    by: User,
    now: datetime,
    child_id: UUID | None = None,
) -> Child:
    """A child with its first parent, its own care team and its course. `about`: see ABOUT_A_CHILD.

    With a `child_id` that came with the form, a double tap gives one child.
    """
    child = Child(pk=child_id or uuid4(), begun_at=now, changed_at=now, **_only(about))
    try:
        with transaction.atomic():
            child.care_team = _own_care_team(numbers, now)
            child.save(force_insert=True)
            Membership.objects.create(user=by, child=child, role=Role.PARENT, begun_at=now)
            record_audit("child.begun", by=by, now=now, child=child.pk)
            start_course(child=child, therapy=therapy, events=events, by=by, now=now)
            return child
    except IntegrityError:
        before = Child.objects.filter(pk=child.pk, memberships__user=by, memberships__ended_at=None).first()
        if before is None:
            raise
        return before


@transaction.atomic
def update_child(*, child: Child, about: Mapping[str, Any], by: User, now: datetime) -> None:
    """Changes some of ABOUT_A_CHILD."""
    for name, value in _only(about).items():
        setattr(child, name, value)
    child.changed_at = now
    child.save(update_fields=(*about, "changed_at"))
    if "time_zone" in about:
        reminders.follow_zone(child=child, now=now)
    mark_boards(child.care_team_id, now=now)
    record_audit("child.changed", by=by, now=now, child=child.pk, fields=sorted(about))


@transaction.atomic
def pause(*, child: Child, reason: str, by: User, now: datetime) -> None:
    """Nothing is sent any more until `resume`; nothing is asked. In hospital the reminders alone rest."""
    if reason == PauseReason.HOSPITAL:
        admit(child=child, by=by, now=now)
        return
    living = Child.objects.filter(pk=child.pk).exclude(paused_reason=PauseReason.DIED)
    if change_pause(child, living.update(paused_at=now, paused_reason=reason, changed_at=now), now):
        record_audit("child.paused", by=by, now=now, child=child.pk)


@transaction.atomic
def resume(*, child: Child, by: User, now: datetime) -> None:
    """Ends a pause; without one it changes nothing. On a ward that is "home again"."""
    if come_home(child=child, by=by, now=now):
        return
    paused = Child.objects.filter(pk=child.pk, paused_at__isnull=False).exclude(
        paused_reason=PauseReason.DIED
    )
    if change_pause(child, paused.update(changed_at=now, **NO_PAUSE), now):
        record_audit("child.resumed", by=by, now=now, child=child.pk)


@transaction.atomic
def set_login_open(*, person: User, is_open: bool, by: User, now: datetime) -> None:
    """Closes a login, or opens it again. Whom a closed one was to tell, and what it held, goes to others at once."""
    if not User.objects.filter(pk=person.pk).exclude(is_active=is_open).update(is_active=is_open):
        return
    person.is_active = is_open
    follow(now=now, pk__in=open_around(person))
    record_audit("login.opened" if is_open else "login.closed", by=by, now=now, about=person.pk)


def _only(about: Mapping[str, Any]) -> dict[str, Any]:
    """What may be told about a child. Raises TypeError for anything else: then a view is wrong."""
    if unknown := set(about) - set(ABOUT_A_CHILD):
        raise TypeError(f"not about a child: {', '.join(sorted(unknown))}")
    return dict(about)
