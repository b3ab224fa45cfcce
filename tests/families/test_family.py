"""The family: inviting by link or QR, accepting, ending; and the pages that a helper may not change."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.personas import NOW, join
from tracker.families.actions.memberships import invite
from tracker.models import Child, Invitation, Membership, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


@pytest.fixture
def as_mother(mother: User) -> Client:
    return asked_again(mother)


def family(child: Child) -> str:
    return reverse("family", args=[child.pk])


def make_link(client: Client, child: Child, role: str = "helper") -> str:
    """The address of a new invitation, as the page shows it once."""
    response = client.post(reverse("invite", args=[child.pk]), {"role": role})
    assert response.status_code == 303
    page = client.get(response.url).content.decode()
    return re.search(r'value="(http[^"]+/invitations/[^"]+)"', page)[1].removeprefix("http://localhost:8000")


def test_a_link_and_its_qr_code_are_shown_once(as_mother, child):
    as_mother.post(reverse("invite", args=[child.pk]), {"role": "helper"})
    first, second = (as_mother.get(family(child)).content.decode() for _ in range(2))
    assert 'role="img" aria-label="QR code' in first
    assert "<svg" in first
    assert "style=" not in first
    assert "/invitations/" in first
    assert "invite-link" not in second
    assert "Take back" in second


def test_a_grandmother_signs_up_through_the_link_and_sees_today(as_mother, child):
    link = make_link(as_mother, child)
    grandmother = Client()
    page = grandmother.get(link).content.decode()
    assert "Mother invites you" in page
    assert child.nickname not in page
    signup = re.search(r'href="(/account/signup/\?next=[^"]+)"', page)[1]
    form = {"email": "oma@example.org", "password1": "a quiet night", "next": link}
    assert grandmother.post(signup, form).url == link
    response = grandmother.post(link, {"your_name": "Oma"})
    assert (response.status_code, response.url) == (303, reverse("today", args=[child.pk]))
    membership = child.memberships.get(user__email="oma@example.org")
    assert (membership.role, membership.user.name) == (Role.HELPER, "Oma")
    assert grandmother.get("/").url == reverse("today", args=[child.pk])


def test_who_has_an_account_signs_in_and_comes_back(as_mother, child, stranger):
    link = make_link(as_mother, child, "parent")
    stranger.set_password("a quiet night")
    stranger.save()
    father = Client()
    login = re.search(r'href="(/account/login/\?next=[^"]+)"', father.get(link).content.decode())[1]
    response = father.post(login, {"login": stranger.email, "password": "a quiet night", "next": link})
    assert response.url == link
    father.post(link)
    assert child.memberships.filter(user=stranger, role=Role.PARENT, ended_at=None).exists()


def test_nobody_gets_in_without_signing_in(as_mother, child):
    link = make_link(as_mother, child)
    assert Client().post(link, {"your_name": "Oma"}).status_code == 200
    assert child.memberships.count() == 1


@pytest.mark.parametrize("why", ["used", "taken back", "too old", "wrong"])
def test_a_link_that_no_longer_works_says_so(as_mother, child, stranger, clock, why):
    link = make_link(as_mother, child)
    if why == "used":
        other = Client()
        other.force_login(stranger)
        other.post(link)
    elif why == "taken back":
        as_mother.post(reverse("invitation-revoke", args=[Invitation.objects.get().pk]))
    elif why == "too old":
        clock.shift(timedelta(hours=72))
    else:
        link = "/invitations/no-such-token/"
    response = Client().get(link)
    assert response.status_code == 404
    assert "no longer works" in response.content.decode()
    assert "tel:" in response.content.decode()


def test_a_link_that_was_used_cannot_be_taken_back(as_mother, child, stranger):
    link = make_link(as_mother, child)
    other = Client()
    other.force_login(stranger)
    other.post(link)
    response = as_mother.post(reverse("invitation-revoke", args=[Invitation.objects.get().pk]), follow=True)
    assert "used this link already" in response.content.decode()


@pytest.mark.hazard("H30")
def test_a_mother_removes_the_helper_who_then_sees_nothing(as_mother, child, helper):
    as_mother.post(reverse("membership-end", args=[helper.memberships.get().pk]))
    client = Client()
    client.force_login(helper)
    assert client.get(reverse("today", args=[child.pk])).status_code == 404


def test_a_helper_leaves(child, helper):
    response = asked_again(helper).post(
        reverse("membership-end", args=[helper.memberships.get().pk]), {"leave": "yes"}
    )
    assert response.url == "/"
    assert helper.memberships.get().ended_by == helper


def test_the_only_parent_cannot_leave(as_mother, child, mother):
    response = as_mother.post(
        reverse("membership-end", args=[mother.memberships.get().pk]), {"leave": "yes"}, follow=True
    )
    assert "A child needs one parent here" in response.content.decode()
    assert mother.memberships.get().ended_at is None


def test_an_address_is_shown_to_nobody(as_mother, child):
    nameless = User.objects.create_user("secret@example.org")
    join(nameless, Role.HELPER, child=child, by=child.memberships.get().user)
    page = as_mother.get(family(child)).content.decode()
    assert "secret@example.org" not in page
    assert "Somebody without a name" in page


def test_an_invitation_needs_a_role(as_mother, child):
    response = as_mother.post(reverse("invite", args=[child.pk]), {"role": "nurse"})
    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_a_nurse_accepts_an_invitation_to_the_ward(client, care_team, lead, stranger):
    _invitation, token = invite(care_team=care_team, role=Role.NURSE, by=lead, now=NOW)
    client.force_login(stranger)
    assert "takes their alerts" in client.get(f"/invitations/{token}/").content.decode()
    assert client.post(f"/invitations/{token}/").url == "/"
    assert Membership.objects.filter(user=stranger, care_team=care_team).exists()


def test_a_nurse_comes_home_to_her_board(client, nurse):
    client.force_login(nurse)
    assert client.get("/").url == reverse("board")


MANAGED = ("treatment", "settings", "pause")


def test_a_helper_logs_and_manages_nothing(client, child, helper, mother):
    client.force_login(helper)
    page = client.get(family(child)).content.decode()
    assert "Invite somebody" not in page
    assert "Yes, remove" not in page
    for name in MANAGED:
        assert client.get(reverse(name, args=[child.pk])).status_code == 403
        assert client.post(reverse(name, args=[child.pk]), {}).status_code == 403
    assert client.post(reverse("invite", args=[child.pk]), {"role": "parent"}).status_code == 403
    mothers = mother.memberships.get().pk
    assert client.post(reverse("membership-end", args=[mothers])).status_code == 403


@pytest.mark.parametrize("name", ["more", "family", *MANAGED])
def test_a_stranger_meets_nothing_and_a_nurse_has_no_business_here(client, ward_child, nurse, stranger, name):
    address = reverse(name, args=[ward_child.pk])
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(nurse)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("name", ["more", "family", *MANAGED])
def test_each_page_costs_few_queries_however_many_belong_to_the_family(
    as_mother, child, mother, name, django_assert_max_num_queries
):
    for number in range(6):
        helper = User.objects.create_user(f"helper{number}@example.org", name=f"Helper {number}")
        join(helper, Role.HELPER, child=child, by=mother)
        invite(child=child, role=Role.HELPER, by=mother, now=NOW)
    as_mother.get("/")
    with django_assert_max_num_queries(15):
        assert as_mother.get(reverse(name, args=[child.pk])).status_code == 200
