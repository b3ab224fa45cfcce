"""What is asked about a course: what was never entered, what should have happened and nobody recorded."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from therapies.catalogue import load
from therapies.course_gaps import TEXTS, gaps_at
from therapies.model import SEVERITIES, URGENCIES
from therapies.rules import assess
from therapies.schedule import Event

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 1, 9, tzinfo=BERLIN)
DAY = timedelta(days=1)


def asked(therapy, *events, at=START + 4 * DAY):
    gaps = gaps_at(therapy, events, at)
    assert {text for text, _ in gaps} <= set(TEXTS)
    return [text % values for text, values in gaps]


@pytest.mark.hazard("H28")
@pytest.mark.parametrize(
    ("therapy", "kind", "question"),
    [
        ("tisagenlecleucel", "infusion", "The date of the infusion is not entered."),
        ("brexucabtagene-autoleucel", "infusion", "The date of the infusion is not entered."),
        ("obecabtagene-autoleucel", "infusion", "The date of the infusion is not entered."),
        ("blinatumomab", "start", "The start of the pump is not entered."),
        ("gemtuzumab-ozogamicin", "dose", "No dose is entered."),
        ("inotuzumab-ozogamicin", "dose", "No dose is entered."),
    ],
)
def test_a_date_that_was_skipped_is_asked_until_it_is_entered_or_planned(therapy, kind, question):
    planned = Event("next", START, until=START + 5 * DAY)
    assert asked(therapy) == [question]
    assert asked(therapy, Event("transplant", START)) == [question]
    assert asked(therapy, planned) == []
    assert asked(therapy, Event(kind, START)) == []
    assert asked(therapy, planned, at=START + 6 * DAY) == [
        f"It was planned for {START + 5 * DAY}. Was it given?"
    ]


def test_a_planned_dose_is_asked_about_from_its_moment_until_it_is_given_or_put_off():
    dose, plan = Event("dose", START, cycle=1), Event("next", START + DAY, until=START + 7 * DAY)

    def question(*more, days=7):
        return asked("inotuzumab-ozogamicin", dose, plan, *more, at=START + days * DAY)

    assert question(days=6) == []
    assert question() == [f"It was planned for {START + 7 * DAY}. Was it given?"]
    assert question(Event("dose", START + 7 * DAY)) == []
    assert question(Event("delayed", START + 7 * DAY, until=START + 9 * DAY)) == []


def test_a_pump_past_its_end_is_asked_about_a_day_later():
    """Some clinics run it into day 29."""
    start, end = Event("start", START, cycle=1), START + 28 * DAY
    question = [f"The pump should have ended {end}. Does it still run?"]
    assert asked("blinatumomab", start, at=end + DAY - timedelta(minutes=1)) == []
    assert asked("blinatumomab", start, at=end + DAY) == question
    assert asked("blinatumomab", start, Event("end", end), at=end + DAY) == []
    paused = (Event("stop", START + DAY, is_planned=True), Event("restart", START + 3 * DAY))
    assert asked("blinatumomab", start, *paused, at=end + 2 * DAY) == []
    assert asked("blinatumomab", start, *paused, at=end + 3 * DAY) != []


def test_a_stop_of_which_nobody_said_whether_it_was_planned_is_asked_about():
    def question(planned):
        stop = Event("stop", START + DAY, is_planned=planned)
        return asked("blinatumomab", Event("start", START), stop)

    assert question(None) == [f"The pump was stopped {START + DAY}. Did the care team plan that?"]
    assert question(True) == question(False) == []


def test_after_the_days_without_the_pump_the_next_cycle_is_asked_for_unless_it_is_planned():
    events = (Event("start", START - 28 * DAY, cycle=1), Event("end", START))
    question = ["The days without the pump are over. Has the next cycle begun?"]
    assert asked("blinatumomab", *events, at=START + 13 * DAY) == []
    assert asked("blinatumomab", *events, at=START + 14 * DAY) == question
    planned = Event("next", START, until=START + 20 * DAY)
    assert asked("blinatumomab", *events, planned, at=START + 14 * DAY) == []
    begun = Event("start", START + 14 * DAY)
    assert asked("blinatumomab", *events, begun, at=START + 14 * DAY) == []


def test_the_second_infusion_of_a_split_dose_is_asked_for_from_its_planned_day_to_its_last():
    first, due = Event("infusion", START), START + 9 * DAY
    question = [f"Infusion 2 was due about {due}. Was it given?"]

    def asked_on(days, *more):
        return asked("obecabtagene-autoleucel", first, *more, at=START + days * DAY)

    assert asked_on(8) == []
    assert asked_on(9) == asked_on(20) == question
    assert asked_on(21) == [], "it may have been left out: the label gives no later day"
    assert asked_on(10, Event("infusion", due)) == []
    assert asked_on(10, Event("delayed", due, until=START + 14 * DAY)) == []
    assert asked_on(14, Event("delayed", due, until=START + 14 * DAY)) == [
        f"It was planned for {START + 14 * DAY}. Was it given?"
    ]


LATE = {
    "once": {"days_since_infusion": 30},
    "pump": {"infusion_running": False, "cycle": 3, "cycle_day": 33, "hours_since_start": 780},
    "doses": {"days_since_last_dose": 30, "hours_since_start": 720, "hours_since_infusion_end": 718},
}


@pytest.mark.hazard("H28")
@pytest.mark.parametrize("therapy", list(load().therapies.values()), ids=lambda therapy: therapy.id)
def test_no_sign_is_less_urgent_where_the_date_is_not_entered(therapy):
    def urgency(sign, context):
        report = {"hours_ago": 0, "temperature": {"value": 36.8, "unit": "C"}, "symptoms": [sign]}
        asked = {"therapy": therapy.id, "context": {"age_years": 8, **context}, "reports": [report]}
        return URGENCIES.index(assess(asked)["urgency"])

    for code in load().symptoms:
        for severity in (*SEVERITIES, None):
            sign = {"code": code, "severity": severity}
            assert urgency(sign, {}) <= urgency(sign, LATE[therapy.schedule.given]), sign
