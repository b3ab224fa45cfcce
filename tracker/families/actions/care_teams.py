"""Care teams: the one that a family keeps for itself, and the clinic's that it joins and leaves."""

import secrets
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.alerts.escalation import follow
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.refused import Refused
from tracker.families.numbers import Numbers
from tracker.models import CareTeam, Child, Membership, Role, Transfer, TransferEnd, User

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is mistaken for another


CODE_LENGTH = 10


@transaction.atomic
def change_numbers(*, care_team: CareTeam, numbers: Numbers, by: User, now: datetime) -> None:
    """The numbers and hours; what they were and are stays on record."""
    changed = {}
    for name, value in asdict(numbers).items():
        if getattr(care_team, name) != value:
            changed[name] = [str(getattr(care_team, name)), str(value)]
            setattr(care_team, name, value)
    if changed:
        care_team.changed_at = now
        care_team.save(update_fields=(*changed, "changed_at"))
        follow(now=now, child__care_team=care_team)
        record_audit("numbers.changed", by=by, now=now, about=care_team.pk, changed=changed)


@transaction.atomic
def begin_care_team(*, name: str, numbers: Numbers, by: User, now: datetime) -> CareTeam:
    """A clinic's care team, with a code that families join it by. Who begins it leads it."""
    code = "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))
    team = CareTeam.objects.create(
        name=name, kept_by_family=False, join_code=code, begun_at=now, changed_at=now, **asdict(numbers)
    )
    Membership.objects.create(user=by, care_team=team, role=Role.LEAD, begun_at=now)
    record_audit("care-team.begun", by=by, now=now, about=team.pk)
    return team


@transaction.atomic
def join_care_team(*, child: Child, code: str, by: User, now: datetime) -> CareTeam:
    """The clinic's team takes the place of the one that the family kept. Refused: no such code."""
    team = CareTeam.objects.filter(join_code="".join(code.split()).upper(), kept_by_family=False).first()
    if team is None:
        raise Refused(_("No care team has this code. Check it with your nurse."))
    move_to(child, team, by, now)
    record_audit("care-team.joined", by=by, now=now, child=child.pk, about=team.pk)
    return team


@transaction.atomic
def leave_care_team(*, child: Child, by: User, now: datetime) -> CareTeam:
    """The family keeps its own numbers again, first those of the clinic: there is always one to call."""
    left = child.care_team
    if left.kept_by_family:
        return left
    keep_own_numbers(child, by, now)
    record_audit("care-team.left", by=by, now=now, child=child.pk, about=left.pk)
    return child.care_team


def keep_own_numbers(child: Child, by: User, now: datetime) -> None:
    left = child.care_team
    kept = Numbers(**{name: getattr(left, name) for name in Numbers.__dataclass_fields__})
    move_to(child, own_care_team(kept, now), by, now)


def move_to(child: Child, team: CareTeam, by: User, now: datetime) -> None:
    """An offer to another ward that was open is over with it."""
    before = child.care_team
    offers = Transfer.objects.filter(child=child, ended_at=None)
    offers.update(ended_at=now, ended_by=by, outcome=TransferEnd.WITHDRAWN)
    child.care_team, child.changed_at = team, now
    child.save(update_fields=("care_team", "changed_at"))
    mark_boards(before.pk, team.pk, now=now)
    follow(now=now, child=child)
    if before.kept_by_family and before.pk != team.pk:
        before.delete()


def own_care_team(numbers: Numbers, now: datetime) -> CareTeam:
    return CareTeam.objects.create(kept_by_family=True, begun_at=now, changed_at=now, **asdict(numbers))
