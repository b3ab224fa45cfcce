"""The child's own five questions: beside the grown-up's, differences kept, the worse one counts."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tests.support.personas import NOW, child_of
from therapies.catalogue import load
from tracker.core.refused import Refused
from tracker.families.actions.children import update_child
from tracker.logs.actions.self_report import record_own_answers
from tracker.logs.self_report import QUESTIONS, pair_of, pairs_of
from tracker.models import Alert, OwnAnswers, SymptomLog

NOTHING = {question.key: "no" for question in QUESTIONS}


@pytest.fixture
def say(child, mother):
    def say(pair, *, by_child=True, at=NOW, client_uuid=None, **answers):
        return record_own_answers(
            child=child,
            caregiver=mother,
            pair=pair,
            by_child=by_child,
            answers=NOTHING | answers,
            client_uuid=client_uuid or uuid4(),
            now=at,
        )

    return say


def test_each_question_is_about_a_sign_that_the_rules_know():
    assert len(QUESTIONS) == 5
    assert {question.sign for question in QUESTIONS} <= set(load().symptoms)


def test_what_the_child_says_reaches_the_rules(say):
    assert say(uuid4(), words="little").assessment.urgency == "now"
    assert Alert.objects.get().urgency == "now"


def test_the_worse_answer_counts_whoever_gave_it(say):
    pair = uuid4()
    assert say(pair).assessment.urgency == "note"
    assert say(pair, by_child=False, wobbly="little").assessment.urgency == "now"
    assert OwnAnswers.objects.get(by_child=True).log.assessment.urgency == "now"


def test_a_grown_up_who_sees_nothing_takes_nothing_back(say):
    pair = uuid4()
    say(pair, head="lot")
    assert say(pair, by_child=False).assessment.urgency == "now"
    assert Alert.objects.open().get().urgency == "now"


def test_two_signs_of_two_people_are_read_as_one_report(mother):
    child = child_of(mother, "Gem", "gemtuzumab-ozogamicin")
    pair = uuid4()
    given = {"child": child, "caregiver": mother, "pair": pair, "now": NOW}
    first = record_own_answers(
        by_child=True, answers=NOTHING | {"head": "little"}, client_uuid=uuid4(), **given
    )
    second = record_own_answers(
        by_child=False, answers=NOTHING | {"tummy": "little"}, client_uuid=uuid4(), **given
    )
    told = {code for flag in second.assessment.response["flags"] for code in flag["because"]}
    assert {"headache", "nausea"} <= told
    assert second.log.observed_at == first.log.observed_at


def test_a_log_of_the_last_hour_is_about_the_same_moment(say, log):
    recorded = log(temperature=37.2, hours_ago=0.5)
    assert say(uuid4()).log.observed_at == recorded.log.observed_at
    assert say(uuid4(), at=NOW + timedelta(hours=2)).log.observed_at == NOW + timedelta(hours=2)


def test_what_was_denied_and_not_known_is_kept_beside_it(say, child):
    pair = uuid4()
    say(pair, head="unsure", cold="lot")
    say(pair, by_child=False, head="little")
    rows = {question.key: (str(c), str(a), differs) for question, c, a, differs in pair_of(child, pair).rows}
    assert rows["head"] == ("I don't know", "A little", True)
    assert rows["cold"] == ("A lot", "No", True)
    assert rows["words"] == ("No", "No", False)


def test_an_answer_that_is_none_counts_as_not_known(say):
    say(uuid4(), head="perhaps")
    assert OwnAnswers.objects.get().answers["head"] == "unsure"


def test_a_double_tap_is_one_answer_and_a_second_grown_up_is_refused(say):
    pair, number = uuid4(), uuid4()
    say(pair)
    for _ in range(2):
        say(pair, by_child=False, client_uuid=number)
    assert OwnAnswers.objects.count() == SymptomLog.objects.count() == 2
    with pytest.raises(Refused):
        say(pair, by_child=False)
    with pytest.raises(Refused):
        say(uuid4(), by_child=False)


def test_the_answers_cannot_be_rewritten(say):
    say(uuid4(), head="lot")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute("UPDATE tracker_ownanswers SET answers = '{}'")


def test_the_phone_goes_to_the_child_and_back(client, child, mother, clock_at_now):
    client.force_login(mother)
    ask = reverse("handed-ask", args=[child.pk])
    pair, number = uuid4(), uuid4()
    sent = NOTHING | {"words": "lot", "pair": pair, "client_uuid": number}
    thanks = client.post(ask, sent, follow=True)
    assert "give the phone back" in thanks.content.decode()
    assert "Call now" not in thanks.content.decode()
    assert client.post(ask, sent).status_code == 303
    back = client.get(thanks.redirect_chain[-1][0], {"back": "yes"}).content.decode()
    assert "Because of what Juno said" in back
    assert not re.search(r"A lot\s*</td>", back)
    both = client.post(
        thanks.redirect_chain[-1][0], NOTHING | {"client_uuid": uuid4()}, follow=True
    ).content.decode()
    assert "differs" in both
    assert "The worse answer counts" in both
    assert SymptomLog.objects.count() == 2


def test_a_younger_child_is_not_handed_the_phone(client, child, mother, clock_at_now):
    update_child(child=child, about={"birth_month": NOW.date().replace(year=2020, day=1)}, by=mother, now=NOW)
    client.force_login(mother)
    html = client.get(reverse("handed", args=[child.pk])).content.decode()
    assert "From 8 years on" in html
    assert "Hand it to" not in html


@pytest.mark.parametrize(("born", "offered"), [(2020, False), (2018, True), (None, True)])
def test_only_who_is_old_enough_is_offered_five_questions(
    client, ward_child, mother, nurse, clock_at_now, born, offered
):
    about = {"birth_month": born and NOW.date().replace(year=born, day=1, month=1)}
    update_child(child=ward_child, about=about, by=mother, now=NOW)
    for who, name in ((mother, "more"), (nurse, "nurse-child")):
        client.force_login(who)
        html = client.get(reverse(name, args=[ward_child.pk])).content.decode()
        assert (reverse("handed", args=[ward_child.pk]) in html) is offered


def test_a_nurse_reads_both_and_asks_nobody(client, ward_child, nurse, say, clock_at_now):
    pair = uuid4()
    say(pair, head="lot")
    client.force_login(nurse)
    html = client.get(reverse("handed", args=[ward_child.pk])).content.decode()
    assert "A lot" in html
    assert client.get(reverse("handed-ask", args=[ward_child.pk])).status_code == 403


def test_a_pair_of_nothing_and_of_another_child_is_not_there(client, child, mother, say):
    pair = uuid4()
    say(pair)
    other = child_of(mother, "Mila")
    client.force_login(mother)
    for one, of in ((uuid4(), child), (pair, other)):
        assert client.get(reverse("handed-pair", args=[of.pk, one])).status_code == 404


def test_the_pages_cost_the_same_whatever_the_history(
    client, child, mother, say, clock_at_now, django_assert_max_num_queries
):
    for number in range(8):
        pair = uuid4()
        say(pair, at=NOW - timedelta(hours=2 * number))
        say(pair, by_child=False, at=NOW - timedelta(hours=2 * number))
    assert len(pairs_of(child, 5)) == 5
    client.force_login(mother)
    for address in (
        reverse("handed", args=[child.pk]),
        reverse("handed-pair", args=[child.pk, pair]),
    ):
        with django_assert_max_num_queries(15):
            client.get(address)
