"""Who belongs to a family or a team: invited by a link, for one role, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.support.personas import NOW, join
from tracker.core.refused import Refused
from tracker.families.actions.memberships import (
    OPEN_FOR,
    accept_invitation,
    end_membership,
    invite,
    revoke_invitation,
)
from tracker.models import AuditEvent, CareTeam, Child, Invitation, Membership, Role, User
from tracker.models.memberships import digest_of


@pytest.fixture
def invitation(child: Child, mother: User) -> Invitation:
    return invite(child=child, role=Role.HELPER, by=mother, now=NOW)[0]


def roles(child: Child) -> list[tuple[str, str]]:
    running = child.memberships.filter(ended_at=None).order_by("user__name")
    return list(running.values_list("user__name", "role"))


def test_a_token_is_long_and_not_kept(child: Child, mother: User) -> None:
    invitation, token = invite(child=child, role=Role.PARENT, by=mother, now=NOW)
    assert len(token) >= 43  # 256 bits
    assert invitation.token_digest == digest_of(token)
    assert not any(token in str(value) for row in Invitation.objects.values() for value in row.values())
    assert not any(token in str(row.detail) for row in AuditEvent.objects.all())


def test_accepting_gives_the_role_once(
    child: Child, invitation: Invitation, father: User, stranger: User
) -> None:
    accept_invitation(invitation=invitation, by=stranger, now=NOW)
    assert ("Stranger", "helper") in roles(child)
    with pytest.raises(Refused):
        accept_invitation(invitation=invitation, by=User.objects.create_user("next@example.org"), now=NOW)


def test_accepting_twice_by_one_person_is_accepting_once(
    child: Child, invitation: Invitation, stranger: User
) -> None:
    first = accept_invitation(invitation=invitation, by=stranger, now=NOW)
    assert accept_invitation(invitation=invitation, by=stranger, now=NOW) == first
    assert len(roles(child)) == 2


def test_who_has_the_role_already_leaves_the_link_to_the_other(
    child: Child, invitation: Invitation, mother: User, stranger: User
) -> None:
    assert accept_invitation(invitation=invitation, by=mother, now=NOW).role == Role.PARENT
    assert Invitation.objects.get(pk=invitation.pk).is_open(NOW)


def test_a_helper_becomes_a_parent(child: Child, mother: User, helper: User) -> None:
    join(helper, Role.PARENT, child=child, by=mother)
    assert roles(child) == [("Helper", "parent"), ("Mother", "parent")]


def test_a_link_dies_after_three_days(invitation: Invitation, stranger: User) -> None:
    with pytest.raises(Refused):
        accept_invitation(invitation=invitation, by=stranger, now=NOW + OPEN_FOR)
    accept_invitation(invitation=invitation, by=stranger, now=NOW + OPEN_FOR - timedelta(seconds=1))


def test_a_revoked_link_does_not_work(invitation: Invitation, mother: User, stranger: User) -> None:
    assert revoke_invitation(invitation=invitation, by=mother, now=NOW)
    assert not revoke_invitation(invitation=invitation, by=mother, now=NOW)
    with pytest.raises(Refused):
        accept_invitation(invitation=invitation, by=stranger, now=NOW)


def test_a_used_link_cannot_be_revoked(invitation: Invitation, mother: User, stranger: User) -> None:
    accept_invitation(invitation=invitation, by=stranger, now=NOW)
    assert not revoke_invitation(invitation=invitation, by=mother, now=NOW)


def test_a_child_keeps_one_parent(child: Child, mother: User, helper: User) -> None:
    with pytest.raises(Refused):
        end_membership(membership=mother.memberships.get(), by=mother, now=NOW)
    assert ("Mother", "parent") in roles(child)


def test_one_of_two_parents_may_go(child: Child, mother: User, father: User) -> None:
    membership = father.memberships.get()
    end_membership(membership=membership, by=mother, now=NOW)
    end_membership(membership=membership, by=mother, now=NOW + timedelta(hours=1))
    assert roles(child) == [("Mother", "parent")]
    membership.refresh_from_db()
    assert (membership.ended_at, membership.ended_by) == (NOW, mother)


def test_the_links_of_a_person_go_with_them(child: Child, mother: User, father: User, stranger: User) -> None:
    invitation, _token = invite(child=child, role=Role.PARENT, by=father, now=NOW)
    end_membership(membership=father.memberships.get(), by=mother, now=NOW)
    with pytest.raises(Refused):
        accept_invitation(invitation=invitation, by=stranger, now=NOW)


def test_a_nurse_can_be_removed_by_the_lead(care_team: CareTeam, nurse: User, lead: User) -> None:
    end_membership(membership=nurse.memberships.get(), by=lead, now=NOW)
    assert not care_team.memberships.filter(user=nurse, ended_at=None).exists()


def test_somebody_removed_can_be_invited_again(child: Child, mother: User, removed_helper: User) -> None:
    join(removed_helper, Role.HELPER, child=child, by=mother)
    assert ("Removed", "helper") in roles(child)


def test_every_change_is_on_record(child: Child, mother: User, removed_helper: User) -> None:
    verbs = ["invitation.made", "invitation.accepted", "membership.ended"]
    found = AuditEvent.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", "who", "child")
    assert list(found) == [
        ("invitation.made", mother.pk, child.pk),
        ("invitation.accepted", removed_helper.pk, child.pk),
        ("membership.ended", mother.pk, child.pk),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": Role.NURSE},
        {"role": "king"},
        {"child": None},
        {"ended_at": NOW},
    ],
)
def test_a_membership_that_cannot_be_is_refused(child: Child, mother: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.update(**wrong)


def test_a_membership_around_a_child_and_in_a_team_is_refused(
    child: Child, care_team: CareTeam, lead: User
) -> None:
    with pytest.raises(IntegrityError):
        Membership.objects.create(user=lead, child=child, care_team=care_team, role=Role.PARENT, begun_at=NOW)


def test_nobody_has_two_roles_around_one_child(child: Child, mother: User) -> None:
    with pytest.raises(IntegrityError, match=r"UNIQUE|one_role_around_a_child"):
        Membership.objects.create(user=mother, child=child, role=Role.HELPER, begun_at=NOW)


@pytest.mark.parametrize("wrong", [{"accepted_at": NOW}, {"revoked_at": NOW}, {"role": Role.LEAD}])
def test_an_invitation_that_cannot_be_is_refused(invitation: Invitation, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(**wrong)


def test_an_invitation_is_not_accepted_and_revoked(invitation: Invitation, mother: User) -> None:
    with pytest.raises(IntegrityError, match="accepted_or_revoked_not_both"):
        Invitation.objects.update(accepted_at=NOW, accepted_by=mother, revoked_at=NOW, revoked_by=mother)
