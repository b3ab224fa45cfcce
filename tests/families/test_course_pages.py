"""A treatment with gaps, a pump that stopped, a therapy before this one: what the pages and the rules make of it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.support.pages import Phone, links, text
from tests.support.personas import NOW, NUMBERS, answers, child_of
from therapies.catalogue import load
from therapies.schedule import Event
from tracker.core.pages import day_label
from tracker.families.actions.children import begin_child
from tracker.families.actions.treatment import record_event, record_stop, start_course
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import record_log
from tracker.models import Alert, Child, SymptomLog, TreatmentEvent, User
from tracker.models.logs import Assessment

pytestmark = pytest.mark.usefixtures("night")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
THERAPIES = sorted(load().therapies)


@pytest.fixture
def pumped(mother: User) -> Child:
    """Theo: cycle 1, the pump runs for ten days."""
    return child_of(mother, "Theo", "blinatumomab", Event("start", NOW - 10 * DAY, cycle=1))


def undated(mother: User, therapy: str) -> Child:
    """A child whose parents skipped the dates."""
    about = {"nickname": "Ada", "birth_month": date(2018, 5, 1)}
    return begin_child(about=about, numbers=NUMBERS, therapy=therapy, events=[], by=mother, now=NOW - DAY)


def change(phone: Phone, child: Child, kind: str, at: datetime | None = None, **more: str) -> Any:
    typed = {"at": f"{at:%Y-%m-%dT%H:%M}"} if at else {}
    return phone.post(reverse("treatment", args=[child.pk]), {"kind": kind, **typed, **more})


def page(phone: Phone, name: str, child: Child) -> Any:
    return phone.get(reverse(name, args=[child.pk]))


def log_of(child: Child, mother: User, at: datetime = NOW, **seen: Any) -> Assessment:
    when = {"observed_at": at, "now": at, "client_uuid": uuid4()}
    return record_log(child=child, caregiver=mother, answers=answers(36.8, **seen), **when).assessment


# ---------------------------------------------------------------- dates that were not entered


@pytest.mark.hazard("H28")
@pytest.mark.parametrize("therapy", THERAPIES)
def test_a_skipped_date_is_said_to_be_not_entered_wherever_the_day_stands(
    phone: Phone, mother: User, therapy: str
) -> None:
    child = undated(mother, therapy)
    answer = phone.send(child, temperature="38.6", unit="C")
    pages = [answer, *(page(phone, name, child) for name in ("today", "card", "treatment"))]
    for said in map(text, pages):
        assert "not entered" in said
        assert "Before the" not in said


@pytest.mark.hazard("H28")
@pytest.mark.parametrize("therapy", THERAPIES)
def test_today_asks_for_a_skipped_date_until_it_is_there(phone: Phone, mother: User, therapy: str) -> None:
    child = undated(mother, therapy)
    given = load().therapies[therapy].schedule.given
    kind = {"once": "infusion", "pump": "start", "doses": "dose"}[given]
    way = f"{reverse('treatment', args=[child.pk])}?change={kind}"
    assert way in links(page(phone, "today", child))
    at = "2026-11-18" if given == "once" else "2026-11-18T09:00"
    typed = {"kind": kind, "at": at, "cycle": "1"}
    assert phone.post(reverse("treatment", args=[child.pk]), typed).status_code == 303
    today = page(phone, "today", child)
    assert way not in links(today)
    assert "not entered" not in text(today)


def test_a_helper_reads_the_question_and_is_not_led_where_she_may_not_go(
    phone: Phone, mother: User, helper: User, child: Child
) -> None:
    TreatmentEvent.objects.update(withdrawn_at=NOW, withdrawn_by=mother)
    phone.force_login(helper)
    today = page(phone, "today", child)
    assert "The date of the infusion is not entered. A parent enters this under Treatment." in text(today)
    assert not [link for link in links(today) if "change=" in link]


def test_a_therapy_that_is_only_planned_is_not_said_to_have_been_given(phone: Phone, mother: User) -> None:
    child = child_of(mother, "Ada", "tisagenlecleucel", Event("next", NOW, until=NOW + 3 * DAY))
    said = text(phone.send(child, temperature="38.6", unit="C"))
    assert "had CAR T cells" not in said
    assert "The treatment is CAR T cells (tisagenlecleucel): Before the infusion, Next: Monday 02:14." in said


# ---------------------------------------------------------------- a split dose


@pytest.fixture
def split(mother: User) -> Child:
    """Ada, ten days after the first of two infusions."""
    return child_of(mother, "Ada", "obecabtagene-autoleucel", Event("infusion", NOW - 10 * DAY))


def test_the_second_infusion_is_asked_for_and_entered_like_the_first(phone: Phone, split: Child) -> None:
    way = f"{reverse('treatment', args=[split.pk])}?change=infusion"
    today = page(phone, "today", split)
    assert "Infusion 2 was due about" in text(today)
    assert way in links(today)
    typed = {"kind": "infusion", "at": "2026-11-19"}
    assert phone.post(reverse("treatment", args=[split.pk]), typed).status_code == 303
    said = text(page(phone, "today", split))
    assert "Day 10 after the first infusion" in said
    assert "day 1 after infusion 2" in said
    assert "was due" not in said
    context = Child.objects.get(pk=split.pk).course.context_at(NOW)
    assert context == {"days_since_infusion": 10, "days_since_last_dose": 1}
    assert not [link for link in links(page(phone, "treatment", split)) if "change=infusion" in link]


def test_a_second_infusion_that_is_put_off_is_asked_for_on_its_new_day(phone: Phone, split: Child) -> None:
    assert change(phone, split, "delayed", NOW + 3 * DAY).status_code == 303
    said = text(page(phone, "today", split))
    assert "was due" not in said
    assert "Next: Monday 02:14" in said


def test_before_its_day_today_says_when_the_second_infusion_is_planned(phone: Phone, mother: User) -> None:
    child = child_of(mother, "Ada", "obecabtagene-autoleucel", Event("infusion", NOW - 5 * DAY))
    for name in ("today", "treatment"):
        said = text(page(phone, name, child))
        assert "Day 5 after the first infusion" in said
        assert "infusion 2 about Tuesday 02:14" in said
    assert "Two infusions, the second about 9 days after the first" in text(page(phone, "treatment", child))


# ---------------------------------------------------------------- the pump


@pytest.mark.hazard("H28")
@pytest.mark.parametrize("planned", ["no", "unsure"])
def test_a_pump_that_stopped_unplanned_is_answered_by_call_now(
    phone: Phone, pumped: Child, planned: str
) -> None:
    stopped = change(phone, pumped, "stop", NOW - HOUR, planned=planned)
    assert stopped.status_code == 303
    answer = phone.get(stopped["Location"])
    said = text(answer)
    assert "Call your care team now" in said
    assert "leave the pump as it is" in said
    assert "After 4 hours or more" in said
    assert "Blincyto for professionals: administration" in said
    assert "Pump: Stopped" in said
    assert "pump running" not in said
    assert Alert.objects.open().get().urgency == "now"
    assert Child.objects.get(pk=pumped.pk).course.context_at(NOW)["infusion_running"] is False


def test_a_stop_that_the_team_planned_is_saved_and_alarms_nobody(phone: Phone, pumped: Child) -> None:
    stopped = change(phone, pumped, "stop", NOW - HOUR, planned="yes")
    assert stopped["Location"] == reverse("treatment", args=[pumped.pk])
    assert not SymptomLog.objects.exists()
    for name in ("treatment", "pump"):
        assert "Was the pump off for 4 hours or more?" in text(page(phone, name, pumped))
    assert "How is the pump?" not in text(page(phone, "log-new", pumped))


def test_whether_the_stop_was_planned_has_to_be_answered_and_not_sure_is_an_answer(
    phone: Phone, pumped: Child
) -> None:
    shown = change(phone, pumped, "stop", NOW - HOUR)
    assert shown.status_code == 422
    assert "Choose one. Not sure? Choose that." in text(shown)
    assert not TreatmentEvent.objects.filter(kind="stop").exists()
    asked = phone.get(reverse("treatment", args=[pumped.pk]), {"change": "stop"})
    assert "Nobody planned it? Call now. Do not touch the settings of the pump." in text(asked)


def test_a_stop_that_is_sent_twice_leads_to_its_one_answer(phone: Phone, pumped: Child, night: Any) -> None:
    first = change(phone, pumped, "stop", NOW, planned="no")
    night.shift(20)
    second = change(phone, pumped, "stop", NOW, planned="no")
    assert first["Location"] == second["Location"]
    assert TreatmentEvent.objects.filter(kind="stop").count() == SymptomLog.objects.count() == 1


@pytest.mark.hazard("H28")
def test_every_log_is_call_now_until_the_team_has_said_something_about_the_stopped_pump(
    pumped: Child, mother: User
) -> None:
    """Also after the day for which a danger of an earlier log is remembered, and where the log says that it runs."""
    stop = Event("stop", NOW - 30 * HOUR, is_planned=False)
    record_stop(course=pumped.course, event=stop, by=mother, now=NOW - 30 * HOUR)
    assert log_of(pumped, mother).urgency == "now"
    running = log_of(pumped, mother, NOW + HOUR, pump="ok")
    assert running.urgency == "now"
    assert running.basis["recorded"] == {"pump": "stopped"}
    called = NOW + 2 * HOUR
    told = {"reached": True, "advice": "come-in", "told": "Leave it off. Come at 9."}
    record_call(child=pumped, caregiver=mother, called_at=called, client_uuid=uuid4(), now=called, **told)
    after = log_of(pumped, mother, NOW + 3 * HOUR)
    assert after.urgency == "note"
    assert "recorded" not in after.basis


def test_what_the_log_did_not_say_of_the_stopped_pump_is_in_what_to_say(
    phone: Phone, pumped: Child, mother: User
) -> None:
    record_event(course=pumped.course, event=Event("stop", NOW - 30 * HOUR), by=mother, now=NOW - 30 * HOUR)
    assert "Pump: Stopped" in text(phone.send(pumped, temperature="36.8", antipyretic_given="no"))


def test_a_restart_and_the_end_of_the_cycle_end_the_alarm_of_later_logs(pumped: Child, mother: User) -> None:
    stop = Event("stop", NOW - 40 * HOUR, is_planned=False)
    record_event(course=pumped.course, event=stop, by=mother, now=NOW - 40 * HOUR)
    record_event(course=pumped.course, event=Event("restart", NOW - 39 * HOUR), by=mother, now=NOW)
    assert log_of(pumped, mother, pump="ok").urgency == "note"


def test_an_old_stop_of_which_nobody_said_whether_it_was_planned_is_asked_about(
    phone: Phone, pumped: Child, mother: User
) -> None:
    record_event(course=pumped.course, event=Event("stop", NOW - 3 * HOUR), by=mother, now=NOW)
    today = page(phone, "today", pumped)
    assert "The pump was stopped Thursday 23:14. Did the care team plan that?" in text(today)
    assert f"{reverse('treatment', args=[pumped.pk])}?change=planned" in links(today)
    answered = change(phone, pumped, "planned", planned="yes")
    assert answered["Location"] == reverse("treatment", args=[pumped.pk])
    stop = TreatmentEvent.objects.get(kind="stop", withdrawn_at=None)
    assert (stop.at, stop.is_planned) == (NOW - 3 * HOUR, True)
    assert "Did the care team plan that?" not in text(page(phone, "today", pumped))


def test_that_an_old_stop_was_not_planned_is_answered_by_call_now(
    phone: Phone, pumped: Child, mother: User
) -> None:
    record_event(course=pumped.course, event=Event("stop", NOW - 3 * HOUR), by=mother, now=NOW)
    answer = phone.get(change(phone, pumped, "planned", planned="unsure")["Location"])
    assert "Call your care team now" in text(answer)
    assert TreatmentEvent.objects.get(kind="stop", withdrawn_at=None).is_planned is False


def test_one_tap_says_that_the_pump_stopped_and_today_asks_since_when(phone: Phone, pumped: Child) -> None:
    problem = reverse("pump-problem", args=[pumped.pk])
    answer = phone.post(problem, {"pump": "stopped", "client_uuid": uuid4()}, follow=True)
    assert "Call your care team now" in text(answer)
    assert "pump running" not in text(answer)
    today = page(phone, "today", pumped)
    assert "The last log says that the pump has stopped. Since when?" in text(today)
    assert "pump running" not in text(today)
    assert f"{reverse('treatment', args=[pumped.pk])}?change=stop" in links(today)


@pytest.mark.hazard("H28")
def test_a_pump_that_runs_past_its_end_is_asked_about(phone: Phone, mother: User) -> None:
    late = child_of(mother, "Theo", "blinatumomab", Event("start", NOW - 34 * DAY, cycle=1))
    today = page(phone, "today", late)
    assert "Does it still run?" in text(today)
    assert "pump running" not in text(today)
    for kind in ("end", "stop"):
        assert f"{reverse('treatment', args=[late.pk])}?change={kind}" in links(today)
    change(phone, late, "end", NOW - 6 * DAY)
    said = text(page(phone, "today", late))
    assert "day 7 of 14 without the pump" in said
    assert "Does it still run?" not in said
    assert "How is the pump?" not in text(page(phone, "log-new", late))


@pytest.mark.hazard("H28")
def test_an_ended_cycle_is_not_started_again(phone: Phone, pumped: Child) -> None:
    change(phone, pumped, "end", NOW - HOUR)
    shown = page(phone, "treatment", pumped)
    assert "The pump was started again" not in text(shown)
    assert "A new cycle has begun" in text(shown)
    assert "no longer fits" in text(phone.get(change(phone, pumped, "restart", NOW)["Location"]))
    assert not TreatmentEvent.objects.filter(kind="restart").exists()


def test_a_restart_within_the_days_without_the_pump_is_refused_in_words(
    phone: Phone, pumped: Child, mother: User
) -> None:
    for kind, at in (("end", 5 * DAY), ("start", 2 * DAY), ("stop", DAY)):
        event = Event(kind, NOW - at, cycle=2 if kind == "start" else None)
        record_event(course=pumped.course, event=event, by=mother, now=NOW)
    refused = change(phone, pumped, "restart", NOW - 3 * DAY)
    assert refused.status_code == 422
    assert "This cycle has ended. Record that a new cycle has begun." in text(refused)


def test_a_start_before_its_planned_day_takes_the_plan_away(phone: Phone, pumped: Child) -> None:
    change(phone, pumped, "end", NOW - HOUR)
    change(phone, pumped, "next", NOW + 14 * DAY)
    assert "Next: 4 December" in text(page(phone, "today", pumped))
    change(phone, pumped, "start", NOW, cycle="2")
    for name in ("today", "treatment", "pump"):
        said = text(page(phone, name, pumped))
        assert "Next: 4 December" not in said
        assert "Next start, as you typed it" not in said


# ---------------------------------------------------------------- an earlier therapy


@pytest.fixture
def switched(mother: User) -> Child:
    """Ravi: inotuzumab 19 days ago, a transplant nine days ago, since yesterday blinatumomab."""
    doses = [Event("dose", NOW - days * DAY, cycle=1) for days in (33, 26, 19)]
    events = [*doses, Event("transplant", NOW - 9 * DAY)]
    ravi = child_of(mother, "Ravi", "inotuzumab-ozogamicin", *events)
    since = [Event("start", NOW - DAY, cycle=1)]
    start_course(child=ravi, therapy="blinatumomab", events=since, by=mother, now=NOW - DAY)
    return Child.objects.get(pk=ravi.pk)


EARLIER = "inotuzumab ozogamicin: Cycle 1, day 34, 19 days after dose 3"


@pytest.mark.hazard("H28")
def test_an_earlier_therapy_and_a_transplant_stand_on_today_and_are_said_on_the_phone(
    phone: Phone, switched: Child
) -> None:
    answer = phone.send(
        switched, temperature="36.8", antipyretic_given="no", **{"sign-abdominal_swelling": "mild"}
    )
    said = text(answer)
    assert "Call your care team now" in said
    assert f"Earlier treatment: {EARLIER}." in said
    assert "Day 9 after the transplant" in said
    for name in ("today", "treatment"):
        shown = text(page(phone, name, switched))
        assert f"Still watched for: {EARLIER}" in shown
        assert "Day 9 after the transplant" in shown


def test_a_day_of_an_earlier_course_is_counted_by_that_course(switched: Child) -> None:
    assert day_label(switched, NOW - 20 * DAY) == "Cycle 1, day 14, 6 days after dose 2"
    assert day_label(switched, NOW - 40 * DAY) == "Before the first dose"


def test_the_reason_of_the_running_therapy_stands_before_that_of_an_earlier_one(
    phone: Phone, switched: Child
) -> None:
    answer = phone.get(change(phone, switched, "stop", NOW - HOUR, planned="no")["Location"])
    flags = [flag["id"] for flag in answer.context["answer"]["flags"]]
    assert flags[:2] == ["BLIN-PUMP-01", "ANY-LINE-02"]


@pytest.mark.hazard("H28")
def test_a_transplant_counts_for_an_earlier_therapy_whatever_ran_when_it_was_recorded(
    mother: User,
) -> None:
    """Nausea is softened after inotuzumab, and not within a hundred days of a transplant."""
    ravi = child_of(mother, "Ravi", "inotuzumab-ozogamicin", Event("dose", NOW - 40 * DAY, cycle=1))
    start_course(child=ravi, therapy="gemtuzumab-ozogamicin", by=mother, now=NOW - 20 * DAY)
    transplant = Event("transplant", NOW - 9 * DAY)
    record_event(course=ravi.course, event=transplant, by=mother, now=NOW - 8 * DAY)
    basis = log_of(ravi, mother, abdominal_pain="mild").basis
    (earlier,) = basis["earlier"]
    assert basis["context"]["days_since_transplant"] == earlier["context"]["days_since_transplant"] == 9


def test_the_neuro_check_is_still_offered_when_another_therapy_follows_car_t_cells(
    phone: Phone, child: Child, mother: User
) -> None:
    start_course(child=child, therapy="inotuzumab-ozogamicin", by=mother, now=NOW)
    assert reverse("log-neuro", args=[child.pk]) in links(page(phone, "today", child))


@pytest.mark.hazard("H28")
def test_car_t_cells_count_for_life(child: Child, mother: User) -> None:
    TreatmentEvent.objects.update(at=NOW - 800 * DAY)
    start_course(child=child, therapy="inotuzumab-ozogamicin", by=mother, now=NOW - DAY)
    (earlier,) = log_of(child, mother).basis["earlier"]
    assert earlier["therapy"] == "tisagenlecleucel"


def test_a_dose_is_asked_for_its_cycle_and_the_next_cycle_is_offered(phone: Phone, mother: User) -> None:
    doses = [Event("dose", NOW - days * DAY, cycle=1) for days in (35, 28, 21)]
    nour = child_of(mother, "Nour", "inotuzumab-ozogamicin", *doses)
    form = phone.get(reverse("treatment", args=[nour.pk]), {"change": "dose"}).context["form"]
    assert form["cycle"].value() == 2
    change(phone, nour, "dose", NOW - HOUR, cycle="2")
    assert "Cycle 2, day 1, Day of dose 1" in text(page(phone, "today", nour))
    assert Child.objects.get(pk=nour.pk).course.context_at(NOW + DAY)["cycle_day"] == 2
