"""The beginning of a child, settings, and what an adult says about themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction

from therapies.schedule import Event
from tracker.alerts.reassessing import reassess
from tracker.assessment.past_logs import WINDOW
from tracker.families.actions.care_teams import join_care_team
from tracker.families.actions.children import begin_child, update_child
from tracker.families.actions.memberships import accept_invitation
from tracker.families.numbers import Numbers
from tracker.lib.present import present
from tracker.messaging.reminders import set_plan
from tracker.models import CareTeam, Child, Invitation, Membership, User

ABOUT_ONESELF = ("name", "language", "time_zone", "clock")
UNKNOWN_ZONE = "UTC"  # what an account has until somebody says more
READ_BY_RULES = frozenset({"birth_month", "writes", "baseline_weight_kg", "time_zone"})


@transaction.atomic
def begin(
    *,
    child_id: UUID,
    about: Mapping[str, Any],
    numbers: Numbers | None,
    clinic: CareTeam | None,
    therapy: str,
    events: Sequence[Event],
    about_by: Mapping[str, str],
    remind_at: Sequence[time] = (),
    by: User,
    now: datetime,
) -> Child:
    """The child as the five screens told it. Without numbers of the family's own the clinic's stand in."""
    child = begin_child(
        about=about,
        numbers=numbers or _numbers_of(present(clinic)),
        therapy=therapy,
        events=events,
        by=by,
        now=now,
        child_id=child_id,
    )
    if clinic and child.care_team_id != clinic.pk:
        join_care_team(child=child, code=present(clinic.join_code), by=by, now=now)
    tell_about_oneself(by=by, **about_by)
    if remind_at:
        set_plan(child=child, times=remind_at, by=by, now=now)
    return child


def tell_about_oneself(*, by: User, **told: str) -> None:
    """Changes some of ABOUT_ONESELF."""
    if unknown := set(told) - set(ABOUT_ONESELF):
        raise TypeError(f"not about oneself: {', '.join(sorted(unknown))}")
    changed = [name for name, value in told.items() if getattr(by, name) != value]
    for name in changed:
        setattr(by, name, told[name])
    if changed:
        by.save(update_fields=changed)


@transaction.atomic
def accept(*, invitation: Invitation, name: str, by: User, now: datetime) -> Membership:
    """The membership, and the name that others see beside what was logged. Refused: it was used or revoked."""
    membership = accept_invitation(invitation=invitation, by=by, now=now)
    told = {"name": name} if name else {}
    if by.time_zone == UNKNOWN_ZONE:
        told["time_zone"] = invitation.around.time_zone
    tell_about_oneself(by=by, **told)
    return membership


@transaction.atomic
def change_settings(
    *, child: Child, about: Mapping[str, Any], about_by: Mapping[str, str], by: User, now: datetime
) -> None:
    """About the child and oneself. What the rules read of it follows at once for the last logs."""
    changed = {name: value for name, value in about.items() if getattr(child, name) != value}
    if changed:
        update_child(child=child, about=changed, by=by, now=now)
    if READ_BY_RULES & changed.keys():
        reassess(child=child, since=now - WINDOW, by=by, now=now)
    tell_about_oneself(by=by, **about_by)


def _numbers_of(team: CareTeam) -> Numbers:
    return Numbers(**{name: getattr(team, name) for name in asdict(Numbers())})
