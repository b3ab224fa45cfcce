"""What the lead of a care team decides: rules, escalation, who is called first, the code. At once, and on record."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from therapies.fever import FEVER_RULES
from tracker.alerts.escalation import follow
from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import CODE_LENGTH, CODE_LETTERS
from tracker.models import CareTeam, Membership, Sensitivity, User
from tracker.models.care_teams import LONGEST_WAIT
from tracker.models.memberships import TEAM_ROLES


@transaction.atomic
def change_policy(*, care_team: CareTeam, fever_rule: str, sensitivity: str, by: User, now: datetime) -> None:
    """The documented fever rule and the sensitivity. Each log from now on is assessed with them."""
    if fever_rule not in FEVER_RULES or sensitivity not in Sensitivity.values:
        raise Refused(_("Choose one of the documented rules."))
    _change("policy.changed", care_team, by, now, fever_rule=fever_rule, sensitivity=sensitivity)


@transaction.atomic
def change_escalation(*, care_team: CareTeam, minutes: Sequence[int], by: User, now: datetime) -> None:
    """Minutes after an alert at which each level is told; the first one waits for nobody."""
    if not minutes or list(minutes) != sorted(set(minutes)) or minutes[0] < 0 or minutes[-1] > LONGEST_WAIT:
        raise Refused(_("Each level is told later than the one before it, the last within an hour."))
    _change("escalation.changed", care_team, by, now, escalation_minutes=list(minutes))
    follow(now=now, child__care_team=care_team)


@transaction.atomic
def change_call_order(
    *, care_team: CareTeam, order: Mapping[UUID, int | None], by: User, now: datetime
) -> None:
    """Who is told first, second, ...: by membership. None: with the first."""
    staff = Membership.objects.filter(care_team=care_team, ended_at=None, role__in=TEAM_ROLES, pk__in=order)
    changed = {}
    for membership in staff.select_for_update(of=("self",)):
        place = order[membership.pk]
        if place != membership.call_order:
            changed[str(membership.user_id)] = [membership.call_order, place]
            Membership.objects.filter(pk=membership.pk).update(call_order=place)
    if changed:
        follow(now=now, child__care_team=care_team)
        record_audit("call-order.changed", by=by, now=now, about=care_team.pk, changed=changed)


@transaction.atomic
def renew_code(*, care_team: CareTeam, by: User, now: datetime) -> None:
    """A new code for families; with the old one nobody joins any more. Who has joined stays."""
    code = "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))
    CareTeam.objects.filter(pk=care_team.pk).update(join_code=code, changed_at=now)
    care_team.join_code, care_team.changed_at = code, now
    record_audit("code.renewed", by=by, now=now, about=care_team.pk)


def _change(verb: str, care_team: CareTeam, by: User, now: datetime, **wanted: Any) -> None:
    """Writes what differs, with what it was and what it is."""
    held = CareTeam.objects.select_for_update(no_key=True).get(pk=care_team.pk)
    changed = {
        name: [getattr(held, name), value] for name, value in wanted.items() if getattr(held, name) != value
    }
    if changed:
        CareTeam.objects.filter(pk=care_team.pk).update(**wanted, changed_at=now)
        record_audit(verb, by=by, now=now, about=care_team.pk, changed=changed)
    for name, value in wanted.items():
        setattr(care_team, name, value)
