"""What changes who sees a child asks once more who it is. What was chosen is kept, and done after the answer."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.mails import code_for
from tests.support.pages import text
from tests.support.personas import NOW
from tracker.families.actions.memberships import invite
from tracker.models import CareTeam, Child, Invitation, Role, User

PASSWORD = "a quiet night"


def signed_in(user: User) -> Client:
    """With a password, given long ago."""
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.force_login(user)
    return client


def give_password(client: Client, asks: Any) -> Any:
    where, _sign, after = asks["Location"].partition("?next=")
    assert where == "/account/reauthenticate/"
    return client.post(where, {"password": PASSWORD, "next": after.replace("%2F", "/")})


@pytest.mark.hazard("H30")
def test_a_mother_who_invites_is_asked_and_gets_the_link_that_she_chose(child: Child, mother: User) -> None:
    client = signed_in(mother)
    asks = client.post(reverse("invite", args=[child.pk]), {"role": "parent"})
    assert not Invitation.objects.exists()
    page = client.get(asks["Location"])
    assert "changes who may see" in text(page)
    assert "kept" in text(page)
    assert "112" in text(page)
    assert client.post("/account/reauthenticate/", {"password": "a loud night"}).status_code == 200
    assert not Invitation.objects.exists()
    done = give_password(client, asks)
    assert done["Location"] == reverse("family", args=[child.pk])
    assert "Invitation: Parent" in text(client.get(done["Location"]))
    assert Invitation.objects.get().role == Role.PARENT


def test_a_double_tap_on_the_password_leads_to_the_page_and_invites_once(child: Child, mother: User) -> None:
    client = signed_in(mother)
    asks = client.post(reverse("invite", args=[child.pk]), {"role": "helper"})
    give_password(client, asks)
    second = client.get(give_password(client, asks)["Location"], follow=True)
    assert second.redirect_chain == [(reverse("family", args=[child.pk]), 303)]
    assert "Invitation: Helper" in text(second)
    assert Invitation.objects.count() == 1


def test_a_lead_who_invites_is_shown_the_link_after_the_password(care_team: CareTeam, lead: User) -> None:
    client = signed_in(lead)
    colleague = {"role": "lead", "address": "colleague@example.org"}
    asks = client.post(reverse("team-invite", args=[care_team.pk]), colleague)
    assert "It works once" in text(give_password(client, asks))
    assert Invitation.objects.get().role == Role.LEAD


@pytest.mark.hazard("H30")
def test_nobody_is_removed_by_an_open_telephone(child: Child, mother: User, helper: User) -> None:
    client, membership = signed_in(mother), helper.memberships.get()
    asks = client.post(reverse("membership-end", args=[membership.pk]))
    membership.refresh_from_db()
    assert membership.ended_at is None
    assert "Removed." in text(client.get(give_password(client, asks)["Location"]))
    membership.refresh_from_db()
    assert membership.ended_by == mother


@pytest.mark.hazard("H30")
def test_joining_and_leaving_a_clinic_are_asked_about(
    child: Child, care_team: CareTeam, mother: User
) -> None:
    client, page = signed_in(mother), reverse("settings", args=[child.pk])
    asks = client.post(page, {"save": "clinic", "code": care_team.join_code})
    child.refresh_from_db()
    assert child.care_team.kept_by_family
    give_password(client, asks)
    child.refresh_from_db()
    assert child.care_team == care_team
    again = signed_in(mother).post(page, {"save": "leave"})
    assert again["Location"].startswith("/account/reauthenticate/")
    child.refresh_from_db()
    assert child.care_team == care_team


def test_a_wrong_code_is_said_before_anybody_is_asked(child: Child, mother: User) -> None:
    page = signed_in(mother).post(
        reverse("settings", args=[child.pk]), {"save": "clinic", "code": "NOSUCHCODE"}
    )
    assert "No care team has this code" in text(page)


def test_who_signs_in_by_mail_is_told_so_and_comes_back_to_the_page(child: Child, mother: User) -> None:
    client = Client()
    client.force_login(mother)
    page = client.post(reverse("invite", args=[child.pk]), {"role": "helper"})
    assert "Then do it once more" in text(page)
    leads_to = re.search(r'value="(/account/login/code/[^"]+)"', page.content.decode())[1]
    client.post("/account/logout/")
    client.post(leads_to.partition("?")[0], {"email": mother.email})
    back = client.post(
        "/account/login/code/confirm/",
        {"code": code_for(mother.email), "next": leads_to.partition("next=")[2]},
        follow=True,
    )
    assert back.redirect_chain[-1] == (reverse("family", args=[child.pk]), 303)
    client.post(reverse("invite", args=[child.pk]), {"role": "helper"})
    assert Invitation.objects.get().role == Role.HELPER


def test_who_has_just_signed_in_is_not_asked(client: Client, child: Child, mother: User) -> None:
    signed_in(mother)
    client.post("/account/login/", {"login": mother.email, "password": PASSWORD})
    client.post(reverse("invite", args=[child.pk]), {"role": "helper"})
    assert Invitation.objects.exists()


def test_a_helper_who_came_to_leave_comes_back_to_the_family(
    client: Client, child: Child, helper: User
) -> None:
    client.force_login(helper)
    back = client.get(reverse("membership-end", args=[helper.memberships.get().pk]))
    assert (back.status_code, back["Location"]) == (303, reverse("family", args=[child.pk]))


def test_another_address_that_signs_in_is_asked_about(mother: User) -> None:
    client = signed_in(mother)
    added = {"email": "new@example.org", "action_add": "1"}
    assert client.post("/account/email/", added)["Location"].startswith("/account/reauthenticate/")
    assert not mother.emailaddress_set.filter(email="new@example.org").exists()


@pytest.mark.hazard("H30")
@pytest.mark.parametrize("name", ["team-end", "team-revoke"])
def test_changes_of_staff_wait_for_the_answer(
    care_team: CareTeam, lead: User, nurse: User, name: str
) -> None:
    client = signed_in(lead)
    link = invite(care_team=care_team, role=Role.NURSE, by=lead, now=NOW)[0]
    row = link if name == "team-revoke" else nurse.memberships.get()
    asks = client.post(reverse(name, args=[row.pk]))
    row.refresh_from_db()
    assert getattr(row, "ended_at", None) is None
    assert getattr(row, "revoked_at", None) is None
    assert give_password(client, asks)["Location"] == reverse("team-staff", args=[care_team.pk])
    row.refresh_from_db()
    assert getattr(row, "ended_at", None) or getattr(row, "revoked_at", None)
