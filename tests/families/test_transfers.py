"""To another ward, offered and accepted, or discharged: who sees the child, who is told, and nothing half done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.mails import mails_to
from tests.support.pages import text
from tests.support.personas import NOW
from tracker.alerts.actions import resolve_alert
from tracker.clinic.actions.nursing import write_note
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import leave_care_team
from tracker.families.actions.transfers import accept_transfer, discharge, end_transfer, offer_transfer
from tracker.logs.actions.record import Recorded
from tracker.models import Alert, CareTeam, Child, StayEvent, Transfer, TransferEnd, User
from tracker.operations import sweep

Log = Callable[..., Recorded]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_night(clock_at_now: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def birch(nurse_of_another_team: User) -> CareTeam:
    return CareTeam.objects.get(name="Birch ward")


@pytest.fixture
def offer(ward_child: Child, birch: CareTeam, nurse: User) -> Transfer:
    return offered(ward_child, birch, nurse)


def offered(child: Child, team: CareTeam, by: User) -> Transfer:
    return offer_transfer(child=child, code=str(team.join_code).lower(), by=by, now=NOW)


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sees(person: User, child: Child) -> bool:
    return of(person).get(reverse("nurse-child", args=[child.pk])).status_code == 200


def team_of(child: Child) -> str:
    child.refresh_from_db()
    return child.care_team.name


class TestATransfer:
    @pytest.mark.hazard("H47")
    def test_changes_nothing_until_it_is_accepted(
        self, offer: Transfer, ward_child: Child, nurse: User, nurse_of_another_team: User
    ) -> None:
        assert team_of(ward_child) == "Maple ward"
        assert sees(nurse, ward_child)
        assert not sees(nurse_of_another_team, ward_child)

    @pytest.mark.hazard("H47")
    def test_takes_the_record_along_and_ends_the_old_wards_access(
        self, ward_child: Child, birch: CareTeam, nurse: User, nurse_of_another_team: User, mother: User
    ) -> None:
        write_note(child=ward_child, text="Likes to be called Ju.", by=nurse, now=NOW)
        offer = offered(ward_child, birch, nurse)
        there = of(nurse_of_another_team)
        listed = text(there.get(reverse("transfers", args=[birch.pk])))
        assert "Juno" in listed
        assert "From Maple ward, by Nurse" in listed
        page = there.post(reverse("transfer-accept", args=[offer.pk]), follow=True)
        assert "Likes to be called Ju." in text(page)
        assert team_of(ward_child) == "Birch ward"
        assert not sees(nurse, ward_child)
        today = text(of(mother).get(reverse("today", args=[ward_child.pk])))
        assert "Birch ward cares for your child" in today
        assert "Maple ward sees nothing any more." in today

    @pytest.mark.hazard("H47")
    def test_tells_an_open_alert_to_the_new_ward_at_once_and_the_family_that_it_has_moved(
        self, offer: Transfer, nurse_of_another_team: User, log: Log
    ) -> None:
        log(temperature=39.6)
        sweep.sweep(now=NOW, deliver=True)
        mail.outbox.clear()
        accept_transfer(transfer=offer, by=nurse_of_another_team, now=NOW + MINUTE)
        sweep.sweep(now=NOW + MINUTE, deliver=True)
        told = {sent.to[0].partition("@")[0]: sent.subject for sent in mail.outbox}
        assert "other-nurse" in told
        assert "nurse" not in told

    @pytest.mark.hazard("H47")
    def test_is_told_to_the_lead_who_may_accept_and_to_the_parents_without_a_name(
        self, ward_child: Child, birch: CareTeam, nurse: User, mother: User
    ) -> None:
        offered(ward_child, birch, nurse)
        lead = birch.memberships.get(role="lead").user
        (to_lead,), (to_mother,) = (mails_to(person.email) for person in (lead, mother))
        assert reverse("transfers", args=[birch.pk]) in to_lead
        assert "call the same number as before" in to_mother
        for told in (to_lead, to_mother):
            assert not any(name in told for name in ("Juno", "Maple", "Birch"))

    def test_tells_the_family_by_a_text_without_a_name(
        self, offer: Transfer, nurse_of_another_team: User
    ) -> None:
        accept_transfer(transfer=offer, by=nurse_of_another_team, now=NOW)
        sweep.sweep(now=NOW, deliver=True)
        [sent] = [one for one in mail.outbox if one.subject == "Nightlight: something has changed"]
        assert not [word for word in ("Juno", "ward") if word in sent.subject + sent.body]

    @pytest.mark.hazard("H47")
    def test_of_two_who_accept_or_withdraw_one_is_too_late(
        self, offer: Transfer, ward_child: Child, nurse: User, nurse_of_another_team: User
    ) -> None:
        again = Transfer.objects.select_related("child", "left", "joins").get()
        end_transfer(transfer=offer, outcome=TransferEnd.WITHDRAWN, by=nurse, now=NOW)
        page = of(nurse_of_another_team).post(reverse("transfer-accept", args=[offer.pk]), follow=True)
        assert "This offer is not open any more. Somebody was faster." in text(page)
        with pytest.raises(Refused):
            accept_transfer(transfer=again, by=nurse_of_another_team, now=NOW)
        assert team_of(ward_child) == "Maple ward"
        assert not StayEvent.objects.exists()

    def test_by_two_at_once_is_once(self, offer: Transfer, nurse_of_another_team: User) -> None:
        again = Transfer.objects.select_related("child", "left", "joins").get()
        accept_transfer(transfer=offer, by=nurse_of_another_team, now=NOW)
        with pytest.raises(Refused):
            accept_transfer(transfer=again, by=nurse_of_another_team, now=NOW)
        assert StayEvent.objects.count() == 1

    @pytest.mark.hazard("H47")
    def test_is_not_accepted_by_who_offers_it_nor_by_a_stranger(
        self, offer: Transfer, nurse: User, mother: User
    ) -> None:
        for person in (nurse, mother):
            assert of(person).post(reverse("transfer-accept", args=[offer.pk])).status_code == 404
        assert Transfer.objects.get().ended_at is None

    def test_is_over_once_the_family_has_left_by_itself(
        self, offer: Transfer, ward_child: Child, mother: User, nurse_of_another_team: User
    ) -> None:
        leave_care_team(child=ward_child, by=mother, now=NOW)
        assert Transfer.objects.get().outcome == TransferEnd.WITHDRAWN
        with pytest.raises(Refused, match="not in the care of this ward"):
            accept_transfer(transfer=offer, by=nurse_of_another_team, now=NOW)
        ward_child.refresh_from_db()
        assert ward_child.care_team.kept_by_family

    @pytest.mark.hazard("H47")
    def test_to_a_ward_where_nobody_works_is_refused(
        self, ward_child: Child, birch: CareTeam, nurse: User
    ) -> None:
        birch.memberships.update(ended_at=NOW, ended_by=nurse)
        page = of(nurse).post(reverse("nurse-transfer", args=[ward_child.pk]), {"code": birch.join_code})
        assert page.status_code == 422
        assert "Nobody works in that ward any more. The child stays with you." in text(page)

    def test_with_a_wrong_code_or_ones_own_or_twice_is_refused(
        self, offer: Transfer, ward_child: Child, care_team: CareTeam, birch: CareTeam, nurse: User
    ) -> None:
        for code in ("NOSUCHCODE", str(care_team.join_code), str(birch.join_code)):
            with pytest.raises(Refused):
                offer_transfer(child=ward_child, code=code, by=nurse, now=NOW)
        assert Transfer.objects.count() == 1

    def test_is_declined(self, offer: Transfer, ward_child: Child, nurse_of_another_team: User) -> None:
        of(nurse_of_another_team).post(reverse("transfer-end", args=[offer.pk]))
        assert Transfer.objects.get().outcome == TransferEnd.DECLINED
        assert team_of(ward_child) == "Maple ward"

    def test_cannot_be_turned_to_another_ward(self, offer: Transfer, care_team: CareTeam) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.update(joins=care_team)


class TestADischarge:
    @pytest.mark.hazard("H47")
    def test_leaves_the_family_its_numbers_and_says_that_nobody_watches(
        self, ward_child: Child, lead: User, nurse: User, mother: User
    ) -> None:
        discharge(child=ward_child, by=lead, now=NOW)
        ward_child.refresh_from_db()
        assert ward_child.care_team.kept_by_family
        assert ward_child.care_team.night_number == "555 0142"
        assert not sees(nurse, ward_child)
        today = text(of(mother).get(reverse("today", args=[ward_child.pk])))
        assert "Maple ward discharged your child" in today
        sweep.sweep(now=NOW, deliver=True)
        assert [sent.to[0] for sent in mail.outbox] == ["mother@example.org"]

    @pytest.mark.hazard("H47")
    def test_is_refused_while_an_alert_is_open(
        self, ward_child: Child, lead: User, nurse: User, log: Log
    ) -> None:
        log(temperature=39.6)
        with pytest.raises(Refused, match="An alert is open"):
            discharge(child=ward_child, by=lead, now=NOW)
        assert team_of(ward_child) == "Maple ward"
        alert = Alert.objects.get()
        resolve_alert(alert=alert, outcome="advised-by-phone", note="", by=nurse, now=NOW + MINUTE)
        discharge(child=ward_child, by=lead, now=NOW + 2 * MINUTE)

    def test_is_the_leads_and_asks_once_more_who_it_is(
        self, ward_child: Child, lead: User, nurse: User
    ) -> None:
        where = reverse("nurse-discharge", args=[ward_child.pk])
        assert of(nurse).post(where).status_code == 403
        of(lead).post(where)
        assert team_of(ward_child) == "Maple ward"
        asked_again(lead).post(where)
        assert team_of(ward_child) == ""

    def test_twice_at_once_is_once(self, ward_child: Child, lead: User) -> None:
        again = Child.objects.select_related("care_team").get(pk=ward_child.pk)
        discharge(child=ward_child, by=lead, now=NOW)
        with pytest.raises(Refused):
            discharge(child=again, by=lead, now=NOW)
        assert StayEvent.objects.count() == 1
