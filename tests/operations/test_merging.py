"""Two wards become one: everything that runs goes over, what was stays, and a refusal changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.clinic.test_board import another
from tests.support.personas import NOW, NUMBERS, join, person
from tracker.alerts.on_shift import on_by_shift, shift_at
from tracker.alerts.taking import take_alert
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import begin_care_team
from tracker.families.actions.memberships import invite
from tracker.families.actions.merging import merge_care_teams
from tracker.families.actions.transfers import offer_transfer
from tracker.models import (
    Absence,
    Alert,
    AuditEvent,
    CareTeam,
    Child,
    Invitation,
    Membership,
    Place,
    Role,
    Rota,
    StayEvent,
    Transfer,
    Turn,
    User,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]
DAY = timedelta(days=1)


@pytest.fixture
def birch(nurse: User) -> CareTeam:
    """The ward that ends: a lead of its own, a nurse, and the nurse of the Maple ward, who leads here."""
    lead, ada = person("birchlead"), person("ada")
    team = begin_care_team(name="Birch ward", numbers=NUMBERS, by=lead, now=NOW)
    join(ada, Role.NURSE, care_team=team, by=lead)
    join(nurse, Role.LEAD, care_team=team, by=lead)
    return team


@pytest.fixture
def merge(birch: CareTeam, care_team: CareTeam, lead: User) -> Callable[[], Any]:
    return lambda: merge_care_teams(left=birch, joins=care_team, by=lead, now=NOW)


def roles(team: CareTeam) -> dict[str, str]:
    return dict(Membership.objects.filter(care_team=team, ended_at=None).values_list("user__name", "role"))


@pytest.mark.hazard("H47")
def test_children_staff_and_open_alerts_go_over_with_their_history(
    birch: CareTeam, care_team: CareTeam, merge: Callable[[], Any]
) -> None:
    held, waits = (another(birch, name, {"temperature": 38.4}) for name in ("Held", "Waits"))
    another(birch, "Quiet", {"temperature": 36.8})
    ada = User.objects.get(name="Ada")
    alert = Alert.objects.select_related("child__care_team").get(child=held)
    take_alert(alert=alert, by=ada, now=NOW)
    Alert.objects.filter(child=waits).update(escalates_at=NOW + DAY)
    done = merge()
    assert (done.children, done.staff, done.alerts) == (3, 3, 2)
    assert not Child.objects.filter(care_team=birch).exists()
    assert roles(care_team) == {"Lead": "lead", "Birchlead": "lead", "Ada": "nurse", "Nurse": "lead"}
    assert roles(birch) == {}
    assert Membership.objects.filter(care_team=birch, ended_at=NOW).count() == 3
    assert Alert.objects.get(pk=alert.pk).taken_by == ada
    assert Alert.objects.get(child=waits).escalates_at == NOW
    assert StayEvent.objects.filter(left=birch, joined=care_team, kind="transferred").count() == 3
    for team in (birch, care_team):
        assert AuditEvent.objects.filter(verb="care-team.merged", about=team.pk).count() == 1
    theirs = Client()
    theirs.force_login(ada)
    assert theirs.get(reverse("nurse-child", args=[waits.pk])).status_code == 200


@pytest.mark.hazard("H47")
def test_nobody_who_was_on_tonight_is_told_less(
    birch: CareTeam, care_team: CareTeam, merge: Callable[[], Any], lead: User
) -> None:
    ada, other = User.objects.get(name="Ada"), User.objects.get(name="Birchlead")
    rota = Rota.objects.create(care_team=care_team, looks_at=NOW)
    night = shift_at(rota, care_team.zone, NOW + DAY)
    for team, who, place in ((care_team, lead, 1), (birch, ada, 1), (birch, other, 2)):
        Turn.objects.create(care_team=team, person=who, day=night.day, part=night.part, place=place)
    was = Turn.objects.create(care_team=birch, person=ada, day=NOW.date() - 7 * DAY, part="night", place=1)
    away = NOW.date() + 9 * DAY
    Absence.objects.create(care_team=birch, person=other, from_day=away, until_day=away)
    merge()
    on = on_by_shift(care_team, night.day, night.day)[night]
    assert on.first == {lead.pk, ada.pk}
    assert on.second == {other.pk}
    assert Turn.objects.get(person=ada, day=night.day).place == Place.HERE
    assert Turn.objects.get(pk=was.pk).care_team == birch
    assert Absence.objects.get().care_team == care_team


@pytest.mark.hazard("H47")
def test_the_ward_that_ended_is_closed_to_links_codes_and_offers(
    birch: CareTeam, care_team: CareTeam, merge: Callable[[], Any], ward_child: Child, nurse: User, lead: User
) -> None:
    code, there = str(birch.join_code), User.objects.get(name="Birchlead")
    invite(care_team=birch, role=Role.NURSE, by=there, now=NOW)
    offer = offer_transfer(child=ward_child, code=code, by=nurse, now=NOW)
    merge()
    assert Transfer.objects.get(pk=offer.pk).outcome == "declined"
    assert not Invitation.objects.filter(care_team=birch, accepted_at=None, revoked_at=None).exists()
    assert Child.objects.get(pk=ward_child.pk).care_team == care_team
    with pytest.raises(Refused, match="No ward has this code"):
        offer_transfer(child=ward_child, code=code, by=lead, now=NOW)


@pytest.mark.hazard("H47")
@pytest.mark.parametrize("why", ["rules", "who", "itself"])
def test_a_refusal_changes_nothing(birch: CareTeam, care_team: CareTeam, lead: User, why: str) -> None:
    another(birch, "Quiet")
    into, by = care_team, lead
    if why == "rules":
        CareTeam.objects.filter(pk=birch.pk).update(sensitivity="literal")
    elif why == "who":
        by = User.objects.get(name="Birchlead")
    else:
        into = birch
    with pytest.raises(Refused):
        merge_care_teams(left=birch, joins=into, by=by, now=NOW)
    assert Child.objects.filter(care_team=birch).count() == 1
    assert len(roles(birch)) == 3


def test_the_command_names_the_number_and_asks(
    birch: CareTeam, care_team: CareTeam, lead: User, capsys: Any
) -> None:
    names = ("Birch ward", "Maple ward", "--by", lead.email)
    with pytest.raises(CommandError, match="will be told to call 555 0100"):
        call_command("mergeclinics", *names)
    with pytest.raises(CommandError, match="no clinic Elm"):
        call_command("mergeclinics", "Elm", "Maple ward", "--by", lead.email, "--yes")
    assert roles(birch)
    call_command("mergeclinics", *names, "--yes")
    assert "3 of the staff" in capsys.readouterr().out
    assert roles(birch) == {}
