"""Where in the course a child is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from therapies.schedule import (
    TEXTS,
    Event,
    asks_for_pump,
    context_at,
    day_labels,
    late_labels,
    next_planned,
    planned_end,
    plans,
    unplanned_stop,
)

BERLIN = ZoneInfo("Europe/Berlin")


def at(day, hour=9, month=11):
    return datetime(2026, month, day, hour, tzinfo=BERLIN)


def words(therapy, events, moment):
    labels = day_labels(therapy, events, moment)
    assert {msgid for msgid, _ in labels} <= set(TEXTS), "a label that translators never see"
    return [msgid % values for msgid, values in labels]


def test_the_infusion_day_is_day_0_until_midnight_of_the_family():
    cells = [Event("infusion", at(1, 23))]
    assert context_at("tisagenlecleucel", cells, at(1, 23))["days_since_infusion"] == 0
    assert context_at("tisagenlecleucel", cells, at(2, 0))["days_since_infusion"] == 1
    assert context_at("tisagenlecleucel", cells, at(7))["days_since_infusion"] == 6


def test_day_labels_of_cells():
    cells = [Event("infusion", at(1))]
    assert words("tisagenlecleucel", [], at(1)) == ["Date of the infusion not entered"]
    assert words("tisagenlecleucel", cells, at(1, 10)) == ["Infusion day"]
    assert words("tisagenlecleucel", cells, at(7)) == ["Day 6 after the infusion"]


def test_an_event_that_is_still_to_come_says_nothing_yet():
    assert context_at("tisagenlecleucel", [Event("infusion", at(9))], at(7)) == {}


def test_the_first_day_of_a_cycle_is_cycle_day_1():
    context = context_at("blinatumomab", [Event("start", at(1), cycle=1)], at(1, 12))
    assert context == {"infusion_running": True, "cycle": 1, "cycle_day": 1, "hours_since_start": 3.0}


def test_the_next_start_is_the_next_cycle_unless_the_family_says_otherwise():
    first, second = Event("start", at(1, month=9), cycle=3), Event("start", at(13, month=10))
    assert context_at("blinatumomab", [first, second], at(17, month=10))["cycle"] == 4
    assert context_at("blinatumomab", [Event("start", at(1), cycle=3)], at(2))["cycle"] == 3


@pytest.mark.hazard("H28")
def test_a_cycle_whose_number_nobody_entered_is_not_called_the_first():
    starts = [Event("start", at(1, month=9)), Event("start", at(13, month=10))]
    assert "cycle" not in context_at("blinatumomab", starts, at(17, month=10))
    assert words("blinatumomab", starts, at(17, month=10))[0] == "Cycle number not entered, day 5"


@pytest.mark.parametrize(("pause", "hours"), [(3.9, 102), (4, 2), (5, 2)])
def test_a_restart_counts_like_a_start_after_a_pause_of_four_hours(pause, hours):
    restart = at(5, 13)
    events = [
        Event("start", at(1)),
        Event("stop", restart - timedelta(hours=pause)),
        Event("restart", restart),
    ]
    context = context_at("blinatumomab", events, restart + timedelta(hours=2))
    assert context["hours_since_start"] == hours
    assert context["infusion_running"] is True
    assert context["cycle_day"] == 5


def test_a_stopped_pump_does_not_run():
    events = [Event("start", at(1), cycle=1), Event("stop", at(3))]
    assert context_at("blinatumomab", events, at(4))["infusion_running"] is False
    assert words("blinatumomab", events, at(4)) == ["Cycle 1, day 4", f"pump stopped since {at(3)}"]


def test_a_running_pump_says_until_when_and_makes_up_for_pauses():
    events = [Event("start", at(1)), Event("stop", at(5, 8)), Event("restart", at(5, 14))]
    label = day_labels("blinatumomab", events, at(6))[1]
    assert label == ("pump running until %(until)s", {"until": at(29, 15)})


def test_a_dose_gives_days_and_hours():
    events = [Event("dose", at(1, 9), cycle=1), Event("dose", at(8, 9))]
    context = context_at("inotuzumab-ozogamicin", events, at(10, 9))
    assert context["days_since_last_dose"] == 2
    assert context["hours_since_start"] == 48
    assert context["hours_since_infusion_end"] == 46
    assert words("inotuzumab-ozogamicin", events, at(10)) == ["Cycle 1, day 10", "2 days after dose 2"]
    assert words("inotuzumab-ozogamicin", events, at(9)) == ["Cycle 1, day 9", "1 day after dose 2"]
    assert words("inotuzumab-ozogamicin", events, at(8, 10)) == ["Cycle 1, day 8", "Day of dose 2"]


def test_blood_counts_are_low_from_the_first_day_until_somebody_ends_it():
    low, again = Event("low-counts", at(2)), Event("low-counts", at(4))
    over = Event("counts-recovered", at(6))
    therapy = "gemtuzumab-ozogamicin"
    assert "low_counts_known" not in context_at(therapy, [low], at(1))
    for events in ([low], [low, again], [low, over, Event("low-counts", at(7))]):
        assert context_at(therapy, events, at(8))["low_counts_known"] is True
    assert "low_counts_known" not in context_at(therapy, [low, again, over], at(8))
    assert words(therapy, [low, again], at(5))[-1] == f"Blood counts low since {at(2).date()}"


def test_a_transplant_is_counted_with_every_therapy():
    events = [Event("dose", at(1)), Event("transplant", at(6))]
    assert context_at("gemtuzumab-ozogamicin", events, at(20))["days_since_transplant"] == 14
    assert words("gemtuzumab-ozogamicin", events, at(20))[-1] == "Day 14 after the transplant"


def test_a_delayed_dose_is_shown_until_it_comes():
    events = [Event("dose", at(1)), Event("delayed", at(7), until=at(12))]
    assert day_labels("inotuzumab-ozogamicin", events, at(8))[-1] == ("Next: %(date)s", {"date": at(12)})
    assert len(day_labels("inotuzumab-ozogamicin", events, at(13))) == 2


def test_hours_are_real_hours_when_the_clocks_change():
    start = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    context = context_at("blinatumomab", [Event("start", start)], datetime(2026, 10, 25, 12, tzinfo=BERLIN))
    assert context["hours_since_start"] == 25


def test_the_order_in_which_events_were_entered_does_not_matter():
    events = [Event("start", at(1)), Event("stop", at(3)), Event("restart", at(4))]
    assert context_at("blinatumomab", events[::-1], at(5)) == context_at("blinatumomab", events, at(5))


def test_before_anything_happened_there_is_nothing_to_count():
    assert context_at("blinatumomab", [], at(1)) == {}
    assert planned_end("blinatumomab", []) is None
    assert words("blinatumomab", [], at(1)) == ["Start of the cycle not entered"]
    assert words("gemtuzumab-ozogamicin", [], at(1)) == ["Dates of the doses not entered"]


@pytest.mark.hazard("H28")
@pytest.mark.parametrize(
    ("therapy", "before", "not_entered"),
    [
        ("tisagenlecleucel", "Before the infusion", "Date of the infusion not entered"),
        ("obecabtagene-autoleucel", "Before the infusion", "Date of the infusion not entered"),
        ("blinatumomab", "Before the first cycle", "Start of the cycle not entered"),
        ("gemtuzumab-ozogamicin", "Before the first dose", "Dates of the doses not entered"),
        ("inotuzumab-ozogamicin", "Before the first dose", "Dates of the doses not entered"),
    ],
)
def test_before_is_said_only_while_a_planned_day_is_still_to_come(therapy, before, not_entered):
    planned = [Event("next", at(1), until=at(5))]
    assert words(therapy, planned, at(4))[0] == before
    assert words(therapy, planned, at(6)) == [not_entered]


def test_a_dose_knows_its_cycle_when_the_family_told_it():
    events = [Event("start", at(1), cycle=2), Event("dose", at(8), cycle=2)]
    context = context_at("inotuzumab-ozogamicin", events, at(9))
    assert (context["cycle"], context["cycle_day"]) == (2, 9)


def test_a_day_before_what_was_entered_since_is_said_to_be_before_it():
    assert words("tisagenlecleucel", [Event("infusion", at(9))], at(7)) == ["Before the infusion"]
    assert words("blinatumomab", [Event("start", at(9))], at(7)) == ["Before the first cycle"]
    assert words("inotuzumab-ozogamicin", [Event("dose", at(9))], at(7)) == ["Before the first dose"]


@pytest.mark.hazard("H28")
def test_a_pump_that_should_have_ended_is_not_said_to_run():
    start, end = Event("start", at(1, month=10), cycle=1), at(29, month=10)
    assert words("blinatumomab", [start], end + timedelta(hours=23))[1] == "pump running"
    assert words("blinatumomab", [start], end + timedelta(hours=24))[1] == f"end of the pump was due {end}"
    assert context_at("blinatumomab", [start], at(5))["infusion_running"] is True


def test_the_days_without_the_pump_count_themselves():
    events = [Event("start", at(1, month=10), cycle=2), Event("end", at(29, month=10))]
    assert words("blinatumomab", events, at(29, month=10)) == [
        "Cycle 2, day 29",
        "day 1 of 14 without the pump",
    ]
    assert words("blinatumomab", events, at(11))[1] == "day 14 of 14 without the pump"
    assert words("blinatumomab", events, at(12))[1] == "day 15 without the pump"


def test_in_the_days_without_the_pump_and_in_a_planned_stop_nobody_is_asked_how_it_is():
    def asks(*events, therapy="blinatumomab"):
        return asks_for_pump(therapy, [Event("start", at(1)), *events], at(5))

    assert asks()
    assert asks_for_pump("blinatumomab", [], at(5))
    assert asks(Event("stop", at(4), is_planned=False))
    assert asks(Event("stop", at(4)))
    assert not asks(Event("stop", at(4), is_planned=True))
    assert not asks(Event("end", at(4)))
    assert not asks(therapy="inotuzumab-ozogamicin")
    assert asks(Event("end", at(3)), Event("start", at(4)))


@pytest.mark.parametrize("planned", [None, False, True])
def test_a_stop_that_nobody_said_was_planned_counts_as_unplanned(planned):
    stop = Event("stop", at(3), is_planned=planned)
    assert unplanned_stop([Event("start", at(1)), stop], at(4)) == (None if planned else stop)
    assert unplanned_stop([Event("start", at(1)), stop, Event("restart", at(3, 12))], at(4)) is None
    assert unplanned_stop([Event("start", at(1)), stop, Event("end", at(3, 12))], at(4)) is None


def test_a_second_stop_does_not_make_the_pause_shorter():
    events = [
        Event("start", at(1)),
        Event("stop", at(3, 8)),
        Event("stop", at(3, 11)),
        Event("restart", at(3, 12)),
    ]
    assert context_at("blinatumomab", events, at(3, 14))["hours_since_start"] == 2


def test_a_start_takes_the_place_of_the_plan_that_it_overtook():
    plan = Event("next", at(1), until=at(10))
    events = [Event("start", at(1, month=9), cycle=1), plan, Event("start", at(3))]
    assert next_planned(events[:2], at(2)) == at(10)
    assert plans(events) == []
    assert all(text != "Next: %(date)s" for text, _ in day_labels("blinatumomab", events, at(4)))


def test_of_doses_that_were_planned_together_the_next_is_shown_and_the_later_stays():
    planned = [Event("next", at(2), until=at(day)) for day in (15, 8)]
    first = Event("dose", at(1), cycle=1)
    assert next_planned([first, *planned], at(3)) == at(8)
    assert plans([first, *planned, Event("dose", at(9))]) == [at(15)]
    assert plans([first, *planned, Event("delayed", at(8), until=at(10))]) == [at(10), at(15)]


def test_a_dose_begins_the_next_cycle_after_three_or_after_three_weeks():
    def last(*days, **first):
        doses = [Event("dose", at(days[0], month=9), **first)]
        doses += [Event("dose", at(1, month=9) + timedelta(days=day - 1)) for day in days[1:]]
        return words("inotuzumab-ozogamicin", doses, doses[-1].at)

    assert last(1, 8, 15, cycle=1) == ["Cycle 1, day 15", "Day of dose 3"]
    assert last(1, 8, 15, 29, cycle=1) == ["Cycle 2, day 1", "Day of dose 1"]
    assert last(1, 8, 21, cycle=1) == ["Cycle 1, day 21", "Day of dose 3"]
    assert last(1, 8, 22, cycle=1) == ["Cycle 2, day 1", "Day of dose 1"]
    assert last(1, 8) == ["Cycle number not entered, day 8", "Day of dose 2"]


def test_what_the_family_said_of_the_cycle_counts_more_than_the_calendar():
    doses = [Event("dose", at(1), cycle=2), Event("dose", at(24), cycle=2), Event("dose", at(25), cycle=3)]
    assert words("inotuzumab-ozogamicin", doses, at(24)) == ["Cycle 2, day 24", "Day of dose 2"]
    assert context_at("inotuzumab-ozogamicin", doses, at(26))["cycle_day"] == 2
    assert context_at("inotuzumab-ozogamicin", doses, at(26))["cycle"] == 3


def test_an_earlier_course_says_where_it_was_left():
    doses = [Event("dose", at(1), cycle=1), Event("transplant", at(5)), Event("next", at(2), until=at(20))]
    late = late_labels("inotuzumab-ozogamicin", doses, at(10))
    assert [text % values for text, values in late] == ["Cycle 1, day 10", "9 days after dose 1"]
    pump = [Event("start", at(1), cycle=2), Event("stop", at(3))]
    late = late_labels("blinatumomab", pump, at(10))
    assert [text % values for text, values in late] == ["Cycle 2, day 10", f"pump stopped since {at(3)}"]
    assert [text for text, _ in late_labels("blinatumomab", pump[:1], at(10))] == [
        "Cycle %(cycle)d, day %(day)d"
    ]
    assert late_labels("tisagenlecleucel", [], at(10)) == [("Date of the infusion not entered", {})]


def test_a_restart_without_a_known_stop_counts_like_a_start():
    events = [Event("start", at(1)), Event("restart", at(3))]
    assert context_at("blinatumomab", events, at(3, 11))["hours_since_start"] == 2


def test_what_happened_in_an_earlier_cycle_does_not_touch_this_one():
    events = [Event("start", at(1, month=9)), Event("stop", at(9, month=9)), Event("start", at(13, month=10))]
    events.append(Event("next", at(13, 10, month=10), until=at(24)))
    assert context_at("blinatumomab", events, at(14, month=10))["infusion_running"] is True
    assert planned_end("blinatumomab", events) == at(10, month=11)


def test_what_ends_or_comes_at_this_very_moment_is_over_or_here():
    start = Event("start", at(1, month=10), cycle=1)
    assert words("blinatumomab", [start], at(29, month=10)) == ["Cycle 1, day 29", "pump running"]
    delayed = Event("delayed", at(7), until=at(12))
    assert len(day_labels("inotuzumab-ozogamicin", [Event("dose", at(1)), delayed], at(12))) == 2


def test_a_stop_in_the_moment_of_the_start_is_a_pause_of_this_cycle():
    events = [Event("start", at(1)), Event("stop", at(1)), Event("restart", at(1, 15))]
    assert planned_end("blinatumomab", events) == at(29, 15)


def test_only_a_restart_starts_a_stopped_pump_again():
    events = [Event("start", at(1)), Event("stop", at(3)), Event("transplant", at(4)), Event("next", at(4))]
    assert context_at("blinatumomab", events, at(5))["infusion_running"] is False


# ------------------------------------------------------------------ a split dose

SPLIT = "obecabtagene-autoleucel"


def test_the_days_of_a_split_dose_are_counted_from_the_first_infusion_and_from_the_last():
    first, second = Event("infusion", at(1)), Event("infusion", at(10))
    assert context_at(SPLIT, [], at(1)) == {}
    assert context_at(SPLIT, [first], at(9)) == {"days_since_infusion": 8, "days_since_last_dose": 8}
    assert context_at(SPLIT, [first, second], at(9, 23)) == context_at(SPLIT, [first], at(9, 23))
    assert context_at(SPLIT, [first, second], at(10)) == {"days_since_infusion": 9, "days_since_last_dose": 0}
    assert context_at(SPLIT, [second, first], at(12)) == {
        "days_since_infusion": 11,
        "days_since_last_dose": 2,
    }


def test_day_labels_of_a_split_dose_name_the_infusion_and_say_when_the_next_is_planned():
    first, second = Event("infusion", at(1)), Event("infusion", at(10))
    due = f"infusion 2 about {at(10)}"
    assert words(SPLIT, [first], at(1, 12)) == ["Day of infusion 1", due]
    assert words(SPLIT, [first], at(4)) == ["Day 3 after the first infusion", due]
    assert words(SPLIT, [first], at(10, 8)) == ["Day 9 after the first infusion", due]
    assert words(SPLIT, [first], at(11)) == ["Day 10 after the first infusion"]
    both = [first, second]
    assert words(SPLIT, both, at(10, 12)) == ["Day of infusion 2", "Day 9 after the first infusion"]
    assert words(SPLIT, both, at(12)) == ["Day 11 after the first infusion", "day 2 after infusion 2"]


def test_a_day_that_the_team_has_named_stands_instead_of_the_planned_one():
    events = [Event("infusion", at(1)), Event("next", at(2), until=at(12))]
    assert words(SPLIT, events, at(4)) == ["Day 3 after the first infusion", f"Next: {at(12)}"]
    assert plans([*events, Event("infusion", at(12))]) == []


def test_an_earlier_course_with_one_infusion_of_two_plans_nothing():
    labels = late_labels(SPLIT, [Event("infusion", at(1))], at(4))
    assert [text % values for text, values in labels] == ["Day 3 after the first infusion"]


def test_one_infusion_is_as_it_was():
    twice = [Event("infusion", at(1)), Event("infusion", at(10))]
    assert context_at("tisagenlecleucel", twice, at(12)) == {"days_since_infusion": 2}
    assert words("tisagenlecleucel", twice, at(12)) == ["Day 2 after the infusion"]
