"""Two parents at the same second: one dose, one on duty, one answer of the grown-ups."""

from uuid import uuid4

import pytest

from tests.logs.test_races import at_once
from tests.support.personas import NOW
from tracker.core.on_duty import on_duty
from tracker.core.refused import Refused
from tracker.home_care.actions.doses import AlreadyGiven, add_medicine, give_dose
from tracker.home_care.actions.duty import accept_baton, offer_baton, take_baton
from tracker.logs.actions.self_report import record_own_answers
from tracker.models import Baton, DoseGiven, OwnAnswers, SymptomLog

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = {"name": "Ondansetron", "dose": "4 mg", "days": "", "lowers_fever": False}
NEEDED = LABEL | {"as_needed": True, "times": [], "gap_hours": 8}
FIXED = LABEL | {"as_needed": False, "times": ["02:14"], "gap_hours": None}


@pytest.mark.parametrize(("label", "slot"), [(NEEDED, None), (FIXED, NOW)], ids=["as needed", "planned"])
def test_a_dose_is_given_once(child, mother, father, label, slot):
    medicine = add_medicine(child=child, label=label, by=mother, now=NOW)

    def giving(who):
        told = {"slot_at": slot, "given_at": NOW, "client_uuid": uuid4(), "now": NOW}
        return lambda: give_dose(medicine=medicine, by=who, **told)

    results = at_once(*[giving(who) for who in (mother, father, mother, father)])
    assert DoseGiven.objects.count() == 1
    assert sum(isinstance(result, AlreadyGiven) for result in results) == 3
    assert {result.dose for result in results if isinstance(result, AlreadyGiven)} == {
        DoseGiven.objects.get()
    }


def test_two_who_take_the_baton_leave_one_on_duty(child, mother, father):
    results = at_once(
        *[
            lambda who=who: take_baton(child=child, instead_of=None, by=who, now=NOW)
            for who in (mother, father)
        ]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    (turn,) = [result for result in results if isinstance(result, Baton)]
    assert on_duty(child, NOW) == turn.holder


def test_an_offer_is_accepted_or_replaced_never_both(child, mother, father, helper):
    offer = offer_baton(child=child, to=father, by=mother, now=NOW)
    at_once(
        lambda: accept_baton(baton=offer, by=father, now=NOW),
        lambda: offer_baton(child=child, to=helper, by=mother, now=NOW),
    )
    assert Baton.objects.filter(accepted_at=None, ended_at=None).count() <= 1
    assert Baton.objects.filter(accepted_at__isnull=False, ended_at=None).count() <= 1
    assert Baton.objects.filter(holder=helper).count() == 1


def test_two_grown_ups_who_answer_leave_one_answer_and_no_log_without_it(child, mother, father):
    pair = uuid4()

    def answering(who, by_child):
        told = {"child": child, "pair": pair, "answers": {"head": "lot"}, "client_uuid": uuid4(), "now": NOW}
        return lambda: record_own_answers(caregiver=who, by_child=by_child, **told)

    answering(mother, True)()
    results = at_once(answering(mother, False), answering(father, False))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert OwnAnswers.objects.count() == SymptomLog.objects.count() == 2
