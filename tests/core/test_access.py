"""Who may see or do what: the whole table, and that nobody learns what is not theirs to know."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tests.support.personas import NOW, child_of, join
from tracker.core.access import (
    MAY,
    access_alert,
    access_care_team,
    access_child,
    access_event,
    access_invitation,
    access_log,
    access_membership,
    children_of,
    invitation_for,
)
from tracker.families.actions.care_teams import join_care_team, leave_care_team
from tracker.families.actions.memberships import accept_invitation, end_membership, invite, revoke_invitation
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, CareTeam, Child, Invitation, Role, User

VERBS = ("see", "log", "history", "manage", "review", "lead", "count", "stop")
OK, NO, UNKNOWN = "ok", "403", "404"
#                           see      log      history  manage   review   lead     count    stop
TABLE = {
    "mother":                (OK,      OK,      OK,      OK,      NO,      NO,      NO,      OK),
    "father":                (OK,      OK,      OK,      OK,      NO,      NO,      NO,      OK),
    "helper":                (OK,      OK,      NO,      NO,      NO,      NO,      NO,      NO),
    "nurse":                 (OK,      NO,      OK,      NO,      OK,      NO,      OK,      NO),
    "lead":                  (OK,      NO,      OK,      NO,      OK,      OK,      OK,      OK),
    "stranger":              (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "removed_helper":        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "nurse_of_another_team": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
}  # fmt: skip
CELLS = [(who, verb, cell) for who, row in TABLE.items() for verb, cell in zip(VERBS, row, strict=True)]


def outcome(access: Callable[..., Any], user: Any, row_id: Any, *, to: str) -> str:
    try:
        assert access(user, row_id, to=to) is not None
    except Http404:
        return UNKNOWN
    except PermissionDenied:
        return NO
    return OK


def test_the_table_has_every_role_and_every_verb() -> None:
    assert set(MAY) == set(Role.values)
    assert {verb for verbs in MAY.values() for verb in verbs} == set(VERBS)


@pytest.mark.parametrize(("who", "verb", "expected"), CELLS)
def test_each_person_and_each_verb_around_a_child(
    request: pytest.FixtureRequest,
    log: Callable[..., Recorded],
    ward_child: Child,
    who: str,
    verb: str,
    expected: str,
) -> None:
    user = request.getfixturevalue(who)
    recorded = log(temperature=38.4)
    event = ward_child.course.events.get()
    assert outcome(access_child, user, ward_child.pk, to=verb) == expected
    assert outcome(access_log, user, recorded.log.pk, to=verb) == expected
    assert outcome(access_alert, user, Alert.objects.get().pk, to=verb) == expected
    assert outcome(access_event, user, event.pk, to=verb) == expected


@pytest.mark.parametrize(
    "row_id", [uuid4(), "", "not an id", None, 1, "00000000-0000-0000-0000-000000000000"]
)
def test_an_id_that_is_not_there_is_a_404(mother: User, child: Child, row_id: Any) -> None:
    for access in (
        access_child,
        access_log,
        access_alert,
        access_event,
        access_membership,
        access_invitation,
    ):
        assert outcome(access, mother, row_id, to="see") == UNKNOWN
    assert outcome(access_care_team, mother, row_id, to="see") == UNKNOWN


def test_nobody_in_particular_gets_a_404(child: Child) -> None:
    assert outcome(access_child, AnonymousUser(), child.pk, to="see") == UNKNOWN
    assert outcome(access_care_team, AnonymousUser(), child.care_team_id, to="see") == UNKNOWN


def test_the_child_comes_with_its_team_and_course_in_one_query(
    mother: User, ward_child: Child, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        child = access_child(mother, ward_child.pk, to="log")
        assert (child.care_team.name, child.course.therapy) == ("Maple ward", "tisagenlecleucel")
        assert child.course.child.nickname == "Juno"


def test_a_child_without_a_running_course_is_found_all_the_same(mother: User, child: Child) -> None:
    child.courses.update(ended_at=NOW, ended_by=mother)
    assert access_child(mother, child.pk, to="log").course is None


def test_a_nurse_who_is_the_mother_too_may_do_both(nurse: User, ward_child: Child, mother: User) -> None:
    join(nurse, Role.PARENT, child=ward_child, by=mother)
    for verb in ("log", "manage", "review"):
        assert outcome(access_child, nurse, ward_child.pk, to=verb) == OK


@pytest.mark.hazard("H30")
def test_a_nurse_loses_a_child_that_leaves_the_team(nurse: User, ward_child: Child, mother: User) -> None:
    assert outcome(access_child, nurse, ward_child.pk, to="see") == OK
    leave_care_team(child=ward_child, by=mother, now=NOW)
    assert outcome(access_child, nurse, ward_child.pk, to="see") == UNKNOWN


@pytest.mark.hazard("H30")
def test_a_nurse_loses_everything_when_she_leaves(nurse: User, lead: User, ward_child: Child) -> None:
    end_membership(membership=nurse.memberships.get(), by=lead, now=NOW)
    assert outcome(access_child, nurse, ward_child.pk, to="see") == UNKNOWN
    assert outcome(access_care_team, nurse, ward_child.care_team_id, to="see") == UNKNOWN


@pytest.mark.parametrize(
    ("who", "verb", "expected"),
    [
        ("mother", "see", OK),
        ("helper", "see", OK),
        ("nurse", "see", OK),
        ("mother", "lead", NO),
        ("helper", "lead", NO),
        ("nurse", "lead", NO),
        ("lead", "lead", OK),
        ("nurse", "review", OK),
        ("mother", "review", NO),
        ("stranger", "see", UNKNOWN),
        ("nurse_of_another_team", "see", UNKNOWN),
        ("removed_helper", "see", UNKNOWN),
    ],
)
def test_a_clinics_team(
    request: pytest.FixtureRequest, ward_child: Child, care_team: CareTeam, who: str, verb: str, expected: str
) -> None:
    assert outcome(access_care_team, request.getfixturevalue(who), care_team.pk, to=verb) == expected


@pytest.mark.parametrize(
    ("who", "expected"), [("mother", OK), ("father", OK), ("helper", NO), ("stranger", UNKNOWN)]
)
def test_only_parents_keep_a_familys_own_numbers(
    request: pytest.FixtureRequest, child: Child, who: str, expected: str
) -> None:
    assert outcome(access_care_team, request.getfixturevalue(who), child.care_team_id, to="lead") == expected


def test_a_helper_of_one_child_who_is_parent_of_another_in_the_same_ward_leads_nothing(
    helper: User, ward_child: Child, care_team: CareTeam
) -> None:
    own = child_of(helper, "Mila")
    join_care_team(child=own, code=care_team.join_code, by=helper, now=NOW)
    assert outcome(access_care_team, helper, care_team.pk, to="see") == OK
    assert outcome(access_care_team, helper, care_team.pk, to="lead") == NO
    assert outcome(access_child, helper, ward_child.pk, to="manage") == NO


def test_memberships_are_managed_by_parents_and_left_by_their_own(
    mother: User, helper: User, nurse: User, stranger: User, ward_child: Child
) -> None:
    membership = helper.memberships.get().pk
    assert outcome(access_membership, mother, membership, to="manage") == OK
    assert outcome(access_membership, helper, membership, to="manage") == NO
    assert outcome(access_membership, nurse, membership, to="manage") == NO
    assert outcome(access_membership, stranger, membership, to="manage") == UNKNOWN
    assert outcome(access_membership, helper, membership, to="leave") == OK
    assert outcome(access_membership, mother, membership, to="leave") == UNKNOWN


def test_invitations_are_revoked_by_parents_only(
    mother: User, father: User, helper: User, stranger: User, child: Child
) -> None:
    invitation, _token = invite(child=child, role=Role.HELPER, by=mother, now=NOW)
    for user, expected in ((mother, OK), (father, OK), (helper, NO), (stranger, UNKNOWN)):
        assert outcome(access_invitation, user, invitation.pk, to="manage") == expected


class TestATokenOpensAnInvitation:
    @pytest.fixture
    def given(self, child: Child, mother: User) -> tuple[Invitation, str]:
        return invite(child=child, role=Role.HELPER, by=mother, now=NOW)

    def test_while_it_is_open(self, given: tuple[Invitation, str]) -> None:
        invitation, token = given
        assert invitation_for(token, at=NOW) == invitation

    def test_not_after_three_days(self, given: tuple[Invitation, str]) -> None:
        with pytest.raises(Http404):
            invitation_for(given[1], at=given[0].expires_at)

    def test_not_once_it_is_used(self, given: tuple[Invitation, str], stranger: User) -> None:
        accept_invitation(invitation=given[0], by=stranger, now=NOW)
        with pytest.raises(Http404):
            invitation_for(given[1], at=NOW)

    def test_not_once_it_is_revoked(self, given: tuple[Invitation, str], mother: User) -> None:
        revoke_invitation(invitation=given[0], by=mother, now=NOW)
        with pytest.raises(Http404):
            invitation_for(given[1], at=NOW)

    @pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 100_000])
    def test_not_with_another_token(self, given: tuple[Invitation, str], token: str) -> None:
        with pytest.raises(Http404):
            invitation_for(token, at=NOW)


def test_children_of_are_those_of_the_family_by_nickname(
    mother: User, child: Child, nurse: User, ward_child: Child, removed_helper: User
) -> None:
    child_of(mother, "Anouk")
    assert [found.nickname for found in children_of(mother)] == ["Anouk", "Juno"]
    assert not children_of(nurse)
    assert not children_of(removed_helper)
