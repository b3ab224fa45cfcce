"""On duty: one adult at a time, offered and accepted, and never dropped."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.support.pages import text
from tests.support.personas import NOW
from tracker.core.on_duty import nobody_on_duty, on_duty, turn_until
from tracker.core.refused import Refused
from tracker.families.actions.children import pause, update_child
from tracker.families.actions.memberships import end_membership
from tracker.home_care.actions.duty import accept_baton, decline_baton, offer_baton, take_baton
from tracker.models import Baton

EVENING = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def take(child, by, at=EVENING, instead_of=None):
    return take_baton(child=child, instead_of=instead_of, by=by, now=at)


def test_who_hands_over_stays_on_duty_until_the_other_accepts(child, mother, father):
    take(child, mother)
    offer = offer_baton(child=child, to=father, by=mother, now=EVENING)
    assert on_duty(child, EVENING + timedelta(minutes=5)) == mother
    accept_baton(baton=offer, by=father, now=EVENING + timedelta(minutes=6))
    assert on_duty(child, EVENING + timedelta(minutes=7)) == father
    assert on_duty(child, EVENING + timedelta(minutes=5)) == mother


def test_only_who_was_asked_can_accept(child, mother, father, helper):
    offer = offer_baton(child=child, to=father, by=mother, now=EVENING)
    with pytest.raises(Refused):
        accept_baton(baton=offer, by=helper, now=EVENING)
    assert on_duty(child, EVENING) is None


def test_an_offer_that_was_declined_taken_back_or_replaced_cannot_be_accepted(child, mother, father, helper):
    for end in (father, mother):
        offer = offer_baton(child=child, to=father, by=mother, now=EVENING)
        assert decline_baton(baton=offer, by=end, now=EVENING)
        with pytest.raises(Refused):
            accept_baton(baton=offer, by=father, now=EVENING)
    first = offer_baton(child=child, to=father, by=mother, now=EVENING)
    offer_baton(child=child, to=helper, by=mother, now=EVENING)
    with pytest.raises(Refused):
        accept_baton(baton=first, by=father, now=EVENING)


def test_a_bystander_cannot_end_an_offer(child, mother, father, helper):
    offer = offer_baton(child=child, to=father, by=mother, now=EVENING)
    with pytest.raises(Refused):
        decline_baton(baton=offer, by=helper, now=EVENING)


def test_of_two_who_take_it_the_second_is_told(child, mother, father):
    take(child, mother)
    with pytest.raises(Refused):
        take(child, father)
    assert on_duty(child, EVENING) == mother


def test_somebody_awake_takes_over_from_the_turn_that_they_saw(child, mother, father):
    turn = take(child, mother)
    take(child, father, instead_of=turn.pk)
    assert on_duty(child, EVENING) == father
    assert Baton.objects.filter(ended_at=None).count() == 1


def test_taking_it_twice_changes_nothing(child, mother):
    assert take(child, mother) == take(child, mother)


def test_the_database_itself_keeps_one_on_duty(child, mother, father):
    turn = take(child, mother)
    turn.pk, turn.holder = None, father
    with pytest.raises(IntegrityError), transaction.atomic():
        turn.save(force_insert=True)


@pytest.mark.parametrize(
    ("hour", "day"), [(21, 21), (10, 21), (5, 20), (0, 20)], ids=["evening", "morning", "early", "midnight"]
)
def test_a_turn_ends_at_the_noon_after_its_night(child, hour, day):
    began = datetime(2026, 11, 20, hour, tzinfo=UTC)
    assert turn_until(began, child.zone) == datetime(2026, 11, day, 12, tzinfo=UTC)


def test_a_turn_that_ended_holds_nobody_and_makes_room(child, mother, father):
    take(child, mother)
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert on_duty(child, noon - timedelta(seconds=1)) == mother
    assert on_duty(child, noon) is None
    take(child, father, at=noon)
    assert on_duty(child, noon) == father


def test_who_left_the_family_is_on_duty_no_more(child, mother, helper):
    take(child, helper)
    end_membership(membership=helper.memberships.get(), by=mother, now=EVENING)
    assert on_duty(child, EVENING) is None
    take(child, mother)
    assert on_duty(child, EVENING) == mother


def test_a_stranger_is_offered_nothing(child, mother, stranger):
    with pytest.raises(Refused):
        offer_baton(child=child, to=stranger, by=mother, now=EVENING)


def test_a_baton_that_nobody_holds_asks_at_the_quiet_hour(child, mother, father):
    assert nobody_on_duty(EVENING - timedelta(hours=1)) == []
    assert nobody_on_duty(EVENING) == [child]
    take(child, father)
    assert nobody_on_duty(EVENING) == []


def test_the_quiet_hour_is_the_family_s(child, mother, father):
    update_child(child=child, about={"time_zone": "America/New_York"}, by=mother, now=NOW)
    assert nobody_on_duty(EVENING) == []
    assert nobody_on_duty(EVENING + timedelta(hours=5)) == [child]


def test_one_parent_alone_is_not_asked(child, mother):
    assert nobody_on_duty(EVENING) == []


def test_a_paused_child_is_not_asked_about(child, mother, father):
    pause(child=child, reason="hospital", by=mother, now=NOW)
    assert nobody_on_duty(EVENING) == []


def test_the_pages_hand_it_over(client, child, mother, father, clock_at_now):
    def post(user, route, *args, **data):
        client.force_login(user)
        return client.post(reverse(route, args=args), data, follow=True).content.decode()

    assert "You are on duty" in post(mother, "duty-take", child.pk)
    assert "Father was asked to take over" in post(mother, "duty-offer", child.pk, to=father.pk)
    offer = Baton.objects.get(accepted_at=None)
    html = post(father, "duty-answer", child.pk, offer.pk, answer="yes")
    assert "You are on duty" in html


def test_today_offers_handing_over_to_who_holds_it_and_taking_over_to_the_others(
    client, ward_child, nurse, mother, father, clock_at_now
):
    take(ward_child, mother, at=NOW)
    offers = {"Hand over", "Take over"}
    for user, offered in ((mother, {"Hand over"}), (father, {"Take over"}), (nurse, set())):
        client.force_login(user)
        said = text(client.get(reverse("today", args=[ward_child.pk])))
        assert "On duty: Mother." in said
        assert {one for one in offers if one in said} == offered


def test_a_nurse_sees_who_is_on_duty_and_takes_nothing(client, ward_child, nurse, mother, clock_at_now):
    take(ward_child, mother, at=NOW)
    client.force_login(nurse)
    html = client.get(reverse("duty", args=[ward_child.pk])).content.decode()
    assert "Mother is on duty" in html
    assert client.post(reverse("duty-take", args=[ward_child.pk])).status_code == 403


def test_the_page_costs_the_same_whatever_the_history(
    client, child, mother, father, clock_at_now, django_assert_max_num_queries
):
    turn = None
    for number in range(12):
        turn = take(child, (mother, father)[number % 2], at=NOW, instead_of=turn.pk if turn else None)
    client.force_login(mother)
    with django_assert_max_num_queries(15):
        client.get(reverse("duty", args=[child.pk]))
