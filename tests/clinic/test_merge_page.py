"""Two leads let two wards become one: one asks, another says yes, and a clear sentence where it cannot be."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.clinic.test_board import another
from tests.support.again import asked_again
from tests.support.mails import mails_to
from tests.support.personas import NOW, NUMBERS, SECRET, join, person
from tracker.families.actions.care_teams import begin_care_team
from tracker.models import AuditEvent, CareTeam, Child, Membership, Role, TeamMerge, User
from tracker.models.team_merges import ASKED_FOR
from tracker.site.demo.second_factors import seed_totp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def asker(transactional_db: None) -> User:
    """Leads the ward that ends."""
    found = person("birchlead")
    seed_totp(found, SECRET)
    return found


@pytest.fixture
def birch(asker: User) -> CareTeam:
    return begin_care_team(name="Birch ward", numbers=NUMBERS, by=asker, now=NOW)


def ask(by: User, left: CareTeam, code: str) -> str:
    where = reverse("team-merge", args=[left.pk])
    return asked_again(by).post(where, {"code": code}, follow=True).content.decode()


def say(by: User, name: str) -> str:
    merge = TeamMerge.objects.latest("asked_at")
    return asked_again(by).post(reverse(name, args=[merge.pk]), follow=True).content.decode()


def told_of(words: str, reader: User) -> bool:
    return any(words in text for text in mails_to(reader.email))


def page(by: User, team: CareTeam) -> str:
    return asked_again(by).get(reverse("team-merge", args=[team.pk])).content.decode()


@pytest.mark.hazard("H47")
def test_one_lead_asks_and_another_says_yes_having_read_what_it_does(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User
) -> None:
    another(birch, "Waits", {"temperature": 38.4})
    assert "Nothing changes until a lead of the other ward says yes." in ask(
        asker, birch, care_team.join_code
    )
    assert Child.objects.get().care_team == birch
    assert "Yes, take them all over" not in page(asker, birch)
    said = page(lead, care_team)
    assert "Birch ward goes into Maple ward" in said
    assert "Children: 1. Staff: 1. Open alerts: 1." in said
    assert "1 children and 1 of the staff are with you now." in say(lead, "merge-accept")
    assert Child.objects.get().care_team == care_team
    assert Membership.objects.get(user=asker, ended_at=None).care_team == care_team
    assert TeamMerge.objects.get().outcome == "merged"
    for verb in ("care-team.merge-asked", "care-team.merged"):
        teams = set(AuditEvent.objects.filter(verb=verb).values_list("about", flat=True))
        assert teams == {birch.pk, care_team.pk}


@pytest.mark.hazard("H47")
def test_nobody_does_it_alone_and_who_says_yes_is_asked_once_more(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User
) -> None:
    join(asker, Role.LEAD, care_team=care_team, by=lead)
    ask(asker, birch, care_team.join_code)
    assert "Another lead than the one who asked has to say yes." in say(asker, "merge-accept")
    client = Client()
    client.force_login(lead)
    answer = client.post(reverse("merge-accept", args=[TeamMerge.objects.get().pk]))
    assert "reauthenticate" in answer["Location"] if answer.status_code == 302 else answer.status_code == 200
    assert TeamMerge.objects.get().ended_at is None


@pytest.mark.parametrize(("by", "said"), [("lead", "declined"), ("asker", "withdrawn")])
def test_a_no_or_taking_it_back_changes_nothing(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User, by: str, said: str
) -> None:
    ask(asker, birch, care_team.join_code)
    assert "Both wards stay as they are." in say({"lead": lead, "asker": asker}[by], "merge-end")
    assert TeamMerge.objects.get().outcome == said
    assert "This is not asked for any more." in say(lead, "merge-accept")
    assert Membership.objects.get(user=asker, ended_at=None).care_team == birch
    ask(asker, birch, care_team.join_code)
    assert TeamMerge.objects.filter(ended_at=None).count() == 1


def test_the_leads_of_both_wards_are_told_by_mail_and_who_acts_is_not(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User
) -> None:
    colleague = person("secondbirchlead")
    join(colleague, Role.LEAD, care_team=birch, by=asker)
    ask(asker, birch, care_team.join_code)
    (asked,) = mails_to(lead.email)
    assert "Then say yes or no under Team" in asked
    (told,) = mails_to(colleague.email)
    assert "You can take it back under Team" in told
    assert mails_to(asker.email) == []
    for text in (asked, told):
        assert "Birch" not in text
        assert "Maple" not in text


@pytest.mark.parametrize(
    ("name", "words"), [("merge-end", "declined or taken back"), ("merge-accept", "two wards are one")]
)
def test_what_became_of_it_is_mailed_to_the_leads_of_both_but_who_decided(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User, name: str, words: str
) -> None:
    colleague = person("secondbirchlead")
    join(colleague, Role.LEAD, care_team=birch, by=asker)
    ask(asker, birch, care_team.join_code)
    say(lead, name)
    assert told_of(words, asker)
    assert told_of(words, colleague)
    assert not told_of(words, lead)


def test_no_mail_goes_where_a_yes_was_refused(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User
) -> None:
    ask(asker, birch, care_team.join_code)
    CareTeam.objects.filter(pk=birch.pk).update(fever_rule="38.5-once")
    say(lead, "merge-accept")
    assert mails_to(asker.email) == []


def test_what_nobody_answered_in_a_week_is_over(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User
) -> None:
    ask(asker, birch, care_team.join_code)
    TeamMerge.objects.update(asked_at=NOW - ASKED_FOR)
    assert "goes into" not in page(lead, care_team)
    assert "This is not asked for any more." in say(lead, "merge-accept")
    assert "Nothing changes until" in ask(asker, birch, care_team.join_code)


def test_odd_wishes_get_a_clear_sentence(
    birch: CareTeam, care_team: CareTeam, asker: User, lead: User
) -> None:
    assert "No ward has this code." in ask(asker, birch, "NOWHERE")
    assert "This is the code of your own ward." in ask(asker, birch, birch.join_code)
    ask(asker, birch, care_team.join_code)
    assert "This was asked already." in ask(asker, birch, care_team.join_code)
    CareTeam.objects.filter(pk=birch.pk).update(fever_rule="38.5-once")
    said = page(lead, care_team)
    assert "The two wards have different rules or time zones." in said
    assert "Yes, take them all over" not in said
    assert "have different rules or time zones" in say(lead, "merge-accept")
    assert TeamMerge.objects.get().ended_at is None
    Membership.objects.filter(user=lead).update(role=Role.NURSE)
    TeamMerge.objects.update(ended_at=NOW, outcome="declined")
    assert "Nobody else leads that ward" in ask(asker, birch, care_team.join_code)
