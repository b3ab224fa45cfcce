"""Where a family is called back: asked of each parent, confirmed by that person, and one tap away for the nurse."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.pages import Phone, text
from tests.support.personas import NOW
from tracker.clinic.actions.nursing import know_child
from tracker.families.actions.callback_numbers import set_callback
from tracker.families.actions.memberships import end_membership
from tracker.logs.actions.calls import record_call
from tracker.models import Alert, AuditEvent, CareTeam, Child, Membership, User

pytestmark = pytest.mark.django_db
MUM, DAD = "+1 202-555-0111", "+1 202-555-0122"


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


@pytest.fixture
def at_desk(nurse: User, ward_child: Child) -> Client:
    desk = Client()
    desk.force_login(nurse)
    return desk


@pytest.fixture
def page(phone: Phone, ward_child: Child) -> str:
    return reverse("callback", args=[ward_child.pk])


@pytest.fixture
def numbers(ward_child: Child, mother: User, father: User) -> None:
    """Both parents gave theirs."""
    for person, number in ((mother, MUM), (father, DAD)):
        own = ward_child.memberships.get(user=person)
        set_callback(membership=own, number=number, by=person, now=NOW)


def dialled(html: str) -> list[str]:
    return re.findall(r'href="(tel:[^"]*)"', html)


@pytest.mark.hazard("H22")
def test_a_parent_is_asked_until_they_have_confirmed_their_number(
    phone: Phone, ward_child: Child, mother: User, page: str
) -> None:
    today = reverse("today", args=[ward_child.pk])
    assert "cannot call you back yet" in text(phone.get(today))
    assert phone.post(page, {"save": "number", "number": "+1 (202) 555-0111"}).status_code == 303
    shown = phone.get(page).content.decode()
    assert "Is this right? Read each digit." in shown
    assert f'<p class="big-number">{MUM}</p>' in shown
    assert "cannot call you back yet" in text(phone.get(today))
    phone.post(page, {"save": "right", "number": MUM})
    assert "cannot call you back yet" not in text(phone.get(today))
    own = Membership.objects.get(user=mother, child=ward_child)
    assert (own.callback_number, own.callback_confirmed_at) == (MUM, NOW)
    assert AuditEvent.objects.filter(verb="callback.confirmed", child=ward_child.pk).exists()
    assert "0111" not in str(list(AuditEvent.objects.values()))


@pytest.mark.hazard("H22")
def test_what_was_read_is_what_is_confirmed(phone: Phone, ward_child: Child, mother: User, page: str) -> None:
    phone.post(page, {"save": "number", "number": MUM})
    phone.post(page, {"save": "number", "number": DAD})
    assert "Another number was typed in since" in text(
        phone.post(page, {"save": "right", "number": MUM}, follow=True)
    )
    assert Membership.objects.get(user=mother, child=ward_child).callback_confirmed_at is None


def test_another_number_is_confirmed_anew(phone: Phone, ward_child: Child, mother: User, page: str) -> None:
    phone.post(page, {"save": "number", "number": MUM})
    phone.post(page, {"save": "right", "number": MUM})
    phone.post(page, {"save": "number", "number": DAD})
    assert Membership.objects.get(user=mother, child=ward_child).callback_confirmed_at is None
    phone.post(page, {"save": "none"})
    assert Membership.objects.get(user=mother, child=ward_child).callback_number == ""


def test_a_slip_is_said_and_stays_typed(phone: Phone, page: str) -> None:
    for typed, said in (("", "Type your number."), ("555 0119 / 555 0120", "two numbers")):
        answer = phone.post(page, {"save": "number", "number": typed})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert f'value="{typed}"' in answer.content.decode()


def test_a_family_without_a_clinic_is_not_asked(phone: Phone, child: Child) -> None:
    assert "cannot call you back yet" not in text(phone.get(reverse("today", args=[child.pk])))


def test_asking_costs_today_no_query(phone: Phone, ward_child: Child, page: str) -> None:
    today = reverse("today", args=[ward_child.pk])
    phone.get(today)
    with CaptureQueriesContext(connection) as before:
        phone.get(today)
    phone.post(page, {"save": "number", "number": MUM})
    phone.post(page, {"save": "right", "number": MUM})
    with CaptureQueriesContext(connection) as after:
        phone.get(today)
    assert len(before) == len(after)
    assert not [
        query for query in after if "tracker_membership" in query["sql"] and "callback" in query["sql"]
    ][2:]


@pytest.mark.hazard("H22")
def test_the_nurse_sees_them_in_the_familys_order_on_board_child_and_handover(
    phone: Phone,
    at_desk: Client,
    ward_child: Child,
    care_team: CareTeam,
    numbers: None,
    page: str,
    log: Any,
    clock: Any,
) -> None:
    log(temperature=38.9)
    father = Membership.objects.get(child=ward_child, callback_number=DAD)
    pages = [
        ("team-board", care_team.pk),
        ("nurse-child", ward_child.pk),
        ("team-handover", care_team.pk),
    ]
    for name, pk in pages:
        seen = at_desk.get(reverse(name, args=[pk])).content.decode()
        assert [link for link in dialled(seen) if "555" in link][:2] == [
            "tel:+12025550111",
            "tel:+12025550122",
        ]
        assert "not confirmed" in seen
    clock.shift(5)
    phone.post(page, {"save": "first", "member": str(father.pk)})
    for name, pk in pages:
        seen = at_desk.get(reverse(name, args=[pk])).content.decode()
        assert [link for link in dialled(seen) if "555" in link][:2] == [
            "tel:+12025550122",
            "tel:+12025550111",
        ]


@pytest.mark.hazard("H22")
def test_a_silent_family_is_one_tap_away(
    at_desk: Client, ward_child: Child, care_team: CareTeam, numbers: None, clock: Any
) -> None:
    for name in ("team-board", "team-handover"):
        seen = at_desk.get(reverse(name, args=[care_team.pk])).content.decode()
        silent = seen.partition('id="silent-title"')[2].partition("</section>")[0]
        assert dialled(silent)[:2] == ["tel:+12025550111", "tel:+12025550122"]


@pytest.mark.hazard("H22")
def test_the_wards_own_number_is_no_button_on_its_own_pages(
    at_desk: Client, ward_child: Child, care_team: CareTeam, numbers: None
) -> None:
    CareTeam.objects.filter(pk=care_team.pk).update(time_zone="America/New_York")
    for name in ("team-board", "team-handover", "team", "team-figures"):
        seen = at_desk.get(reverse(name, args=[care_team.pk])).content.decode()
        bar = seen.partition('class="call-bar"')[2]
        assert dialled(bar) == ["tel:911"]
        assert "Families are told to call" in bar
        assert "555 0142" in bar
    bar = at_desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode()
    assert dialled(bar.partition('class="call-bar of-a-child"')[2])[0] == "tel:+12025550111"


def test_the_clinics_own_record_comes_last_and_once(
    at_desk: Client, ward_child: Child, nurse: User, numbers: None
) -> None:
    for known, others in ((DAD, []), ("+1 202 555 0133", ["tel:+12025550133"])):
        know_child(child=ward_child, record_number="", call_back_number=known, by=nurse, now=NOW)
        seen = at_desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode()
        card = seen.partition('id="numbers"')[2].partition("</section>")[0]
        assert dialled(card) == ["tel:+12025550111", "tel:+12025550122", *others]


@pytest.mark.hazard("H22")
def test_who_is_of_the_family_no_more_is_not_called(
    at_desk: Client, ward_child: Child, mother: User, father: User, numbers: None
) -> None:
    end_membership(membership=ward_child.memberships.get(user=father), by=mother, now=NOW)
    seen = at_desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode()
    assert "tel:+12025550122" not in seen
    assert Membership.objects.get(user=father, child=ward_child).callback_number == ""


def test_each_types_their_own_and_a_helper_orders_nobody(
    ward_child: Child, mother: User, helper: User, page: str
) -> None:
    own = ward_child.memberships.get(user=mother)
    set_callback(membership=own, number=MUM, by=helper, now=NOW)
    assert Membership.objects.get(pk=own.pk).callback_number == ""
    grandmother = Client()
    grandmother.force_login(helper)
    assert grandmother.post(page, {"save": "number", "number": DAD}).status_code == 303
    assert ward_child.memberships.get(user=helper).callback_number == DAD
    assert grandmother.post(page, {"save": "first", "member": str(own.pk)}).status_code == 403


def test_nobody_of_another_family_is_put_in_the_order(phone: Phone, page: str, stranger: User) -> None:
    theirs = stranger.memberships.get()
    assert phone.post(page, {"save": "first", "member": str(theirs.pk)}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"callback_confirmed_at": NOW}, {"ended_at": NOW, "callback_number": MUM}],
    ids=["no number", "ended"],
)
def test_the_database_keeps_no_number_of_nobody(
    ward_child: Child, mother: User, wrong: dict[str, Any]
) -> None:
    own = Membership.objects.filter(user=mother, child=ward_child)
    by = {"ended_by": mother} if "ended_at" in wrong else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        own.update(**wrong, **by)


@pytest.mark.hazard("H06")
def test_the_board_says_that_a_call_reached_nobody(
    at_desk: Client, ward_child: Child, care_team: CareTeam, mother: User, log: Any, clock: Any
) -> None:
    log(temperature=38.9)
    board = reverse("team-board", args=[care_team.pk])
    for minute, reached in ((1, False), (2, True)):
        at = NOW + timedelta(minutes=minute)
        told = {"client_uuid": uuid4(), "called_at": at, "told": ""}
        record_call(child=ward_child, caregiver=mother, reached=reached, **told, now=at)
        assert ("nobody answered" in at_desk.get(board).content.decode()) is not reached
    assert Alert.objects.open().exists()
