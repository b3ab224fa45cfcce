"""A clinic is opened by command or in the administration; its lead comes in by mail and finds the first steps."""

from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.mails import code_for, mails_to
from tests.support.personas import NOW, SECRET
from tracker.families.actions.care_teams import join_care_team
from tracker.messaging.contact_points import set_mobile
from tracker.models import AuditEvent, CareTeam, Child, Membership, User
from tracker.site.demo.second_factors import seed_totp

pytestmark = pytest.mark.django_db
LEAD = "lead@hospital.example"
NUMBER = {"number": "030 1234577", "time_zone": "Europe/Berlin"}


def add(name: str = "Maple ward", lead: str = LEAD, **named: str) -> str:
    out = StringIO()
    call_command("clinic", "add", name, "--lead", lead, stdout=out, **NUMBER | named)
    return out.getvalue()


class TestTheCommand:
    def test_opens_a_ward_whose_lead_comes_in_by_a_code(self, client: Client) -> None:
        said = add()
        assert "+49 30 1234577" in said
        assert LEAD in said
        team = CareTeam.objects.get()
        assert (team.name, team.time_zone, bool(team.join_code)) == ("Maple ward", "Europe/Berlin", True)
        assert AuditEvent.objects.filter(verb="clinic.opened", about=team.pk, who=None).exists()
        (told,) = mails_to(LEAD)
        assert "/account/login/code/" in told
        assert "Maple" not in told + mail.outbox[0].subject
        client.post(reverse("account_request_login_code"), {"email": LEAD})
        client.post("/account/login/code/confirm/", {"code": code_for(LEAD)})
        assert client.get(reverse("team", args=[team.pk])).url == reverse("mfa_index")
        seed_totp(User.objects.get(), SECRET)
        assert "First steps" in client.get(reverse("team", args=[team.pk])).content.decode()

    def test_gives_the_ward_to_who_has_an_account(self, mother: User) -> None:
        mother.confirmed_at = NOW
        mother.save()
        add(lead=mother.email.upper())
        assert Membership.objects.get().user == mother

    def test_gives_no_ward_to_who_only_typed_the_address(self, mother: User) -> None:
        with pytest.raises(CommandError, match="has not shown yet"):
            add(lead=mother.email)
        assert not CareTeam.objects.exists()

    def test_run_twice_opens_one(self) -> None:
        add()
        with pytest.raises(CommandError, match="of this name already"):
            add(name=" maple  ward")
        assert CareTeam.objects.count() == User.objects.count() == 1

    @pytest.mark.parametrize(
        ("named", "why"),
        [
            ({"number": "call us"}, "number"),
            ({"number": ""}, "--number"),
            ({"time_zone": "Berlin"}, "time zone"),
            ({"lead": "nobody"}, "e-mail address"),
            ({"name": " "}, "needs a name"),
            ({"name": "M" * 81}, "needs a name"),
        ],
    )
    def test_refuses_in_a_sentence_what_would_be_half_a_clinic(self, named: dict[str, str], why: str) -> None:
        with pytest.raises(CommandError, match=why):
            add(**named)
        assert CareTeam.objects.count() == User.objects.count() == 0


TYPED = {"name": "Maple ward", "day_number": "030 1234577", "night_number": "", "time_zone": "Europe/Berlin"}
ADDING = reverse("admin:tracker_careteam_add")


@pytest.fixture
def operator(db: None) -> User:
    person = User.objects.create_superuser("operator@hospital.example")
    seed_totp(person, SECRET)
    return person


class TestTheAdministration:
    def test_opens_a_ward_and_changes_it_on_record(self, operator: User) -> None:
        client = asked_again(operator)
        assert client.post(ADDING, TYPED | {"lead": LEAD}).status_code == 302
        team = CareTeam.objects.get()
        assert Membership.objects.get(care_team=team).user.email == LEAD
        assert AuditEvent.objects.filter(verb="clinic.opened", about=team.pk, who=operator.pk).exists()
        place = reverse("admin:tracker_careteam_change", args=[team.pk])
        changed = TYPED | {"name": "Birch ward", "night_number": "030 1234588"}
        assert client.post(place, changed).status_code == 302
        team.refresh_from_db()
        assert (team.name, team.night_number) == ("Birch ward", "+49 30 1234588")
        verbs = set(AuditEvent.objects.filter(about=team.pk, who=operator.pk).values_list("verb", flat=True))
        assert verbs == {"clinic.opened", "care-team.renamed", "numbers.changed"}

    def test_asks_once_more_who_it_is(self, operator: User, client: Client) -> None:
        client.force_login(operator)
        assert client.get(ADDING).status_code == 200
        assert "reauthenticate" in client.post(ADDING, TYPED | {"lead": LEAD}).url
        assert not CareTeam.objects.exists()

    def test_is_closed_without_a_second_factor(self, client: Client) -> None:
        client.force_login(User.objects.create_superuser("operator@hospital.example"))
        assert client.get(ADDING).url == reverse("mfa_index")

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ({"day_number": ""}, "one number at least"),
            ({"day_number": "call us"}, "number"),
            ({"name": "maple ward"}, "of this name already"),
            ({"lead": "mother@example.org"}, "has not shown yet"),
        ],
    )
    def test_says_beside_the_form_what_is_wrong(
        self, operator: User, mother: User, care_team: CareTeam, typed: dict[str, str], why: str
    ) -> None:
        page = asked_again(operator).post(ADDING, TYPED | {"name": "Oak ward", "lead": LEAD} | typed)
        assert page.status_code == 200
        assert why in page.content.decode()
        assert CareTeam.objects.count() == 1


def team_page(person: User, team: CareTeam) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("team", args=[team.pk])).content.decode()


def test_the_first_steps_go_once_they_are_done_and_are_the_leads(
    lead: User, care_team: CareTeam, nurse: User, child: Child, mother: User, clock_at_now: Any
) -> None:
    page = team_page(lead, care_team)
    assert "First steps" in page
    assert page.count(">done<") == 2  # both numbers, and a nurse
    assert "First steps" not in team_page(nurse, care_team)
    join_care_team(child=child, code=care_team.join_code, by=mother, now=NOW)
    set_mobile(person=lead, number="+15550100", now=NOW)
    assert "First steps" not in team_page(lead, care_team)
