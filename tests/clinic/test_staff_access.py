"""Who comes into a ward: by a link that is theirs alone, and anew by two people where the second step was lost."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.personas import NOW, SECRET, join, person
from tracker.accounts.second_steps import ask_to_reset, decline_reset, reset_second_step
from tracker.core.refused import Refused
from tracker.lib.encryption import decrypt
from tracker.models import (
    AuditEvent,
    CareTeam,
    Child,
    Invitation,
    Membership,
    Message,
    Role,
    SecondStepReset,
    User,
)
from tracker.models.second_steps import ASKED_FOR
from tracker.site.demo.second_factors import seed_totp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]
ADDRESS = "new@example.org"


def mails_to(address: str) -> list[str]:
    sealed = [decrypt(one.sealed) for one in Message.objects.exclude(sealed="").order_by("queued_at")]
    return [text for text in sealed if f'"{address}"' in text]


def confirmed(name: str) -> User:
    user = person(name)
    User.objects.filter(pk=user.pk).update(confirmed_at=NOW)
    return user


@pytest.fixture
def link(lead: User, care_team: CareTeam) -> str:
    """That the lead's page made for new@example.org."""
    told = {"role": "nurse", "address": "New@example.org"}
    page = asked_again(lead).post(reverse("team-invite", args=[care_team.pk]), told).content.decode()
    found = re.search(r"/invitations/[^/]+/", page)
    assert found
    return found.group()


class TestAnInvitation:
    def test_needs_an_address_and_keeps_what_was_chosen(self, lead: User, care_team: CareTeam) -> None:
        client, place = asked_again(lead), reverse("team-invite", args=[care_team.pk])
        for address, said in (("", "Type the address"), ("new@", "like name@hospital.org")):
            answer = client.post(place, {"role": "lead", "address": address})
            page = answer.content.decode()
            assert answer.status_code == 422
            assert said in page
            assert re.search(r'value="lead"[^>]*checked', page)
        assert not Invitation.objects.filter(accepted_at=None).exists()

    def test_goes_by_mail_that_names_no_ward_and_its_page_does(self, link: str, client: Client) -> None:
        (mail,) = mails_to("New@example.org")
        assert link in mail
        assert "Maple" not in mail
        assert "Maple ward" in client.get(link).content.decode()

    def test_opened_by_somebody_else_says_so_and_stays_for_whose_it_is(
        self, link: str, client: Client, stranger: User
    ) -> None:
        client.force_login(stranger)
        for page in (client.get(link), client.post(link)):
            said = page.content.decode()
            assert "made for another e-mail address" in said
            assert ADDRESS not in said
            assert "Accept</button>" not in said
        assert not Membership.objects.filter(user=stranger, child=None).exists()
        new = confirmed("new")
        client.force_login(new)
        assert client.post(link).url == "/"
        assert Membership.objects.get(user=new).role == Role.NURSE
        assert not Invitation.objects.exclude(address="").exists()

    def test_is_not_for_who_signed_up_with_the_address_and_never_read_its_mail(
        self, link: str, client: Client
    ) -> None:
        client.force_login(person("new"))
        assert "Show first that this address is yours" in client.post(link).content.decode()
        assert not Membership.objects.filter(role=Role.NURSE).exists()

    def test_of_two_leads_at_once_leaves_one_membership(
        self, link: str, lead: User, care_team: CareTeam, client: Client
    ) -> None:
        told = {"role": "nurse", "address": ADDRESS}
        place = reverse("team-invite", args=[care_team.pk])
        second = asked_again(lead).post(place, told).content.decode()
        client.force_login(confirmed("new"))
        for one in (link, re.search(r"/invitations/[^/]+/", second).group()):  # type: ignore[union-attr]
            client.post(one)
        assert Membership.objects.filter(role=Role.NURSE, ended_at=None).count() == 1
        assert "works here already" in asked_again(lead).post(place, told).content.decode()


@pytest.fixture
def second_lead(care_team: CareTeam, lead: User) -> User:
    second = person("second")
    join(second, Role.LEAD, care_team=care_team, by=lead)
    return second


@pytest.fixture
def asked(nurse: User, lead: User) -> SecondStepReset:
    return ask_to_reset(membership=nurse.memberships.get(), by=lead, now=NOW)


def has_a_step(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


class TestALostSecondStep:
    def test_is_set_up_anew_once_two_leads_have_said_so(
        self, care_team: CareTeam, nurse: User, lead: User, second_lead: User, ward_child: Child
    ) -> None:
        theirs = Client()
        theirs.force_login(nurse)
        assert theirs.get(reverse("nurse-child", args=[ward_child.pk])).status_code == 200
        first, second = asked_again(lead), asked_again(second_lead)
        place = reverse("team-staff", args=[care_team.pk])
        first.post(reverse("second-step-ask", args=[nurse.memberships.get().pk]))
        asked = SecondStepReset.objects.get()
        assert "Another lead says yes" in first.get(place).content.decode()
        assert has_a_step(nurse)
        page = first.post(reverse("second-step-yes", args=[asked.pk]), follow=True).content.decode()
        assert "Another lead than the one who asked" in page
        assert has_a_step(nurse)
        second.post(reverse("second-step-yes", args=[asked.pk]))
        assert not has_a_step(nurse)
        assert theirs.get(reverse("nurse-child", args=[ward_child.pk])).status_code == 302  # signed out
        fresh = Client()
        fresh.force_login(User.objects.get(pk=nurse.pk))
        assert "/account/2fa/" in fresh.get(reverse("nurse-child", args=[ward_child.pk]))["Location"]
        assert len(mails_to(nurse.email)) == 2
        assert len(mails_to(second_lead.email)) == 2
        assert len(mails_to(lead.email)) == 1
        record = first.get(reverse("team-changes", args=[care_team.pk])).content.decode()
        assert "Reset a colleague&#x27;s second step" in record

    def test_asked_for_is_on_record_with_who(self, asked: SecondStepReset, nurse: User, lead: User) -> None:
        event = AuditEvent.objects.get(verb="second-step.asked")
        assert (event.who, event.detail) == (lead.pk, {"person": str(nurse.pk)})

    def test_is_not_asked_for_oneself_twice_or_by_a_nurse(
        self, asked: SecondStepReset, nurse: User, lead: User, second_lead: User
    ) -> None:
        with pytest.raises(Refused, match="Nobody does this for themselves"):
            ask_to_reset(membership=lead.memberships.get(), by=lead, now=NOW)
        with pytest.raises(Refused, match="asked already"):
            ask_to_reset(membership=nurse.memberships.get(), by=second_lead, now=NOW)
        assert asked_again(nurse).post(reverse("second-step-yes", args=[asked.pk])).status_code == 403

    def test_of_who_runs_the_site_is_no_leads_business(self, nurse: User, lead: User) -> None:
        User.objects.filter(pk=nurse.pk).update(is_staff=True)
        with pytest.raises(Refused, match="only its operator"):
            ask_to_reset(membership=Membership.objects.get(user=nurse), by=lead, now=NOW)

    def test_that_was_declined_or_is_too_old_changes_nothing(
        self, asked: SecondStepReset, nurse: User, second_lead: User
    ) -> None:
        for at, end in ((NOW + ASKED_FOR, False), (NOW, True)):
            if end:
                decline_reset(asked=asked, by=second_lead, now=NOW)
            asked.refresh_from_db()
            with pytest.raises(Refused, match="not asked for any more"):
                reset_second_step(asked=asked, by=second_lead, now=at)
        assert has_a_step(nurse)

    def test_two_leads_at_once_reset_it_once(
        self, asked: SecondStepReset, second_lead: User, nurse: User
    ) -> None:
        stale = SecondStepReset.objects.get(pk=asked.pk)
        reset_second_step(asked=asked, by=second_lead, now=NOW)
        seed_totp(nurse, SECRET)  # set up anew meanwhile
        with pytest.raises(Refused):
            reset_second_step(asked=stale, by=second_lead, now=NOW)
        assert has_a_step(nurse)

    def test_is_reset_by_the_operator_where_a_lead_asked(
        self, nurse: User, lead: User, care_team: CareTeam, capsys: Any
    ) -> None:
        with pytest.raises(CommandError, match="No lead has asked"):
            call_command("secondstep", nurse.email)
        with pytest.raises(CommandError, match="Let them ask first"):
            call_command("secondstep", nurse.email, "--only-lead")
        ask_to_reset(membership=nurse.memberships.get(), by=lead, now=NOW)
        call_command("secondstep", nurse.email)
        assert not has_a_step(nurse)
        assert AuditEvent.objects.get(verb="second-step.reset").who is None

    def test_of_the_only_lead_is_the_operators(self, lead: User, care_team: CareTeam) -> None:
        call_command("secondstep", lead.email, "--only-lead")
        assert not has_a_step(lead)
