"""Deleting for good: a child, or a person. What stays is said on the page that asks.

What stays of a child: audit events, which carry ids and no names; they also name each row of the record that went,
so that the chain of seals may lack those and no others. What stays of a person: what they wrote about a
child of another parent's, which is that child's, under an id without name or address.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import CASCADE, Exists, OuterRef, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from tracker.accounts import erased_list
from tracker.accounts.erased_rows import name_rows
from tracker.alerts.escalation import follow, open_around
from tracker.core.audit import record_audit
from tracker.core.board_mark import mark_boards
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.models import Child, Membership, Role, User
from tracker.models.append_only import erasing

TOGETHER = 500  # ids in one audit event or one query


@transaction.atomic
def erase_child(*, child: Child, by: User | None, now: datetime) -> None:
    """The child, all that hangs on it and its own numbers. Messages that wait go with it."""
    lock_child(child)
    team, number = child.care_team, child.pk
    name_rows(child=number, by=by, now=now, together=TOGETHER)
    with erasing():
        child.delete()
        if team.kept_by_family:
            team.delete()
    mark_boards(team.pk, now=now)
    record_audit("child.erased", by=by, now=now, child=number)
    transaction.on_commit(partial(erased_list.note, "child", number))


@transaction.atomic
def erase_person(*, user: User, now: datetime) -> None:
    """The person, and each child that would be left without a parent. Refused: the only lead of a care team."""
    if _teams_led_alone(user).exists():
        raise Refused(_("Your care team needs another lead first. Invite one, then come back."))
    for child in children_left_alone(user):
        erase_child(child=child, by=user, now=now)
    record_audit("person.erased", by=user, now=now, about=user.pk)
    others = open_around(user)
    transaction.on_commit(partial(erased_list.note, "person", user.pk))
    with erasing():
        try:
            with transaction.atomic():
                User.objects.get(pk=user.pk).delete()
        except ProtectedError:  # something on record names them
            _forget(user)
    follow(now=now, pk__in=others)


def erase_again(*, now: datetime) -> int:
    """In a database that was put back: who was erased since it was copied goes once more. How many."""
    count = 0
    for numbers in _pieces(erased_list.noted("child")):
        for child in Child.objects.filter(pk__in=numbers).select_related("care_team"):
            erase_child(child=child, by=None, now=now)
            count += 1
    for numbers in _pieces(erased_list.noted("person")):
        for user in User.objects.filter(pk__in=numbers, is_active=True):
            erase_person(user=user, now=now)
            count += 1
    return count


def _pieces(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), TOGETHER):
        yield numbers[start : start + TOGETHER]


def children_left_alone(user: User) -> QuerySet[Child]:
    """The children whose only parent this is."""
    parents = Membership.objects.filter(role=Role.PARENT, ended_at=None)
    others = parents.filter(child=OuterRef("pk")).exclude(user=user)
    own = Child.objects.filter(pk__in=parents.filter(user=user).values("child"))
    return own.filter(~Exists(others)).select_related("care_team").order_by("nickname")


def _teams_led_alone(user: User) -> QuerySet[Membership]:
    leads = Membership.objects.filter(role=Role.LEAD, ended_at=None)
    others = leads.filter(care_team=OuterRef("care_team")).exclude(user=user)
    return leads.filter(~Exists(others), user=user)


def _forget(user: User) -> None:
    """Leaves the id, and nothing that says whose it was: what would have gone with the person goes."""
    for relation in User._meta.related_objects:
        if relation.on_delete is CASCADE:
            relation.related_model._base_manager.filter(**{relation.field.name: user.pk}).delete()
    gone = User(pk=user.pk, email=f"{user.pk}@erased.invalid", is_active=False, joined_at=user.joined_at)
    gone.set_unusable_password()
    gone.save(force_update=True)
