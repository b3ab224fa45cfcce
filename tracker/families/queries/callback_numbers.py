"""Where a family is called back: each person's own number, in the family's order, then the clinic's records."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from tracker.lib import telephone
from tracker.models import Child, Membership, User
from tracker.models.children import Callback


def fill_callbacks(children: Iterable[Child]) -> None:
    """Sets `callbacks` of each child. One query for all of them."""
    by_child: dict[UUID, list[Child]] = {}
    for child in children:
        by_child.setdefault(child.pk, []).append(child)
        child.callbacks = []
    for member in _members_with_a_number(by_child):
        number = telephone.of(member.callback_number)
        if number and member.child_id:
            found = Callback(str(member.user), number, member.callback_confirmed_at, member.pk)
            for child in by_child[member.child_id]:
                child.callbacks.append(found)
    for same in by_child.values():
        for child in same:
            child.callbacks += _of_the_records(child)


def _members_with_a_number(children: Iterable[UUID]) -> Iterable[Membership]:
    """In the family's order; whom nobody has put in it comes after: parents, then who joined first."""
    members = Membership.objects.filter(child__in=list(children), ended_at=None).exclude(callback_number="")
    return members.select_related("user").order_by(
        F("callback_order").asc(nulls_last=True), "-role", "begun_at"
    )


def _of_the_records(child: Child) -> list[Callback]:
    """All that the staff typed in, but for a number that a person of the family gave as well."""
    known = {callback.number.dialled for callback in child.callbacks}
    numbers = telephone.all_in(child.call_back_number)
    return [
        Callback(_("From your records"), number, None, None)
        for number in numbers
        if number.dialled not in known
    ]


def own_membership(child: Child, person: User) -> Membership:
    """Of a family's member, whom access.py let through."""
    return Membership.objects.get(child=child, user=person, ended_at=None)
