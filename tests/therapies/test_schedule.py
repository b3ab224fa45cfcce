"""Where in the course a child is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from therapies.schedule import TEXTS, Event, context_at, day_labels, planned_end

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
    assert words("tisagenlecleucel", [], at(1)) == ["Before the infusion"]
    assert words("tisagenlecleucel", cells, at(1, 10)) == ["Infusion day"]
    assert words("tisagenlecleucel", cells, at(7)) == ["Day 6 after the infusion"]


def test_an_event_that_is_still_to_come_says_nothing_yet():
    assert context_at("tisagenlecleucel", [Event("infusion", at(9))], at(7)) == {}


def test_the_first_day_of_a_cycle_is_cycle_day_1():
    context = context_at("blinatumomab", [Event("start", at(1))], at(1, 12))
    assert context == {"infusion_running": True, "cycle": 1, "cycle_day": 1, "hours_since_start": 3.0}


def test_the_second_start_is_the_second_cycle_unless_the_family_says_otherwise():
    starts = [Event("start", at(1, month=9)), Event("end", at(29, month=9)), Event("start", at(13, month=10))]
    assert context_at("blinatumomab", starts, at(17, month=10))["cycle"] == 2
    assert context_at("blinatumomab", [Event("start", at(1), cycle=3)], at(2))["cycle"] == 3


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
    events = [Event("start", at(1)), Event("stop", at(3))]
    assert context_at("blinatumomab", events, at(4))["infusion_running"] is False
    assert words("blinatumomab", events, at(4)) == ["Cycle 1, day 4", "pump off"]


def test_a_running_pump_says_until_when_and_makes_up_for_pauses():
    events = [Event("start", at(1)), Event("stop", at(5, 8)), Event("restart", at(5, 14))]
    label = day_labels("blinatumomab", events, at(6))[1]
    assert label == ("pump running until %(until)s", {"until": at(29, 15)})


def test_a_dose_gives_days_and_hours():
    events = [Event("dose", at(1, 9)), Event("dose", at(8, 9))]
    context = context_at("inotuzumab-ozogamicin", events, at(10, 9))
    assert context["days_since_last_dose"] == 2
    assert context["hours_since_start"] == 48
    assert context["hours_since_infusion_end"] == 46
    assert words("inotuzumab-ozogamicin", events, at(10)) == ["2 days after dose 2"]
    assert words("inotuzumab-ozogamicin", events, at(9)) == ["1 day after dose 2"]
    assert words("inotuzumab-ozogamicin", events, at(8, 10)) == ["Day of dose 2"]


def test_a_transplant_is_counted_with_every_therapy():
    events = [Event("dose", at(1)), Event("transplant", at(6))]
    assert context_at("gemtuzumab-ozogamicin", events, at(20))["days_since_transplant"] == 14
    assert words("gemtuzumab-ozogamicin", events, at(20))[-1] == "Day 14 after the transplant"


def test_a_delayed_dose_is_shown_until_it_comes():
    events = [Event("dose", at(1)), Event("delayed", at(7), until=at(12))]
    assert day_labels("inotuzumab-ozogamicin", events, at(8))[-1] == ("Next: %(date)s", {"date": at(12)})
    assert len(day_labels("inotuzumab-ozogamicin", events, at(13))) == 1


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
    assert words("blinatumomab", [], at(1)) == ["Before the first cycle"]
    assert words("gemtuzumab-ozogamicin", [], at(1)) == ["Before the first dose"]


def test_a_dose_knows_its_cycle_when_the_family_told_it():
    events = [Event("start", at(1), cycle=2), Event("dose", at(8), cycle=2)]
    context = context_at("inotuzumab-ozogamicin", events, at(9))
    assert (context["cycle"], context["cycle_day"]) == (2, 9)


def test_a_pump_that_runs_longer_than_planned_just_runs():
    assert words("blinatumomab", [Event("start", at(1, month=10))], at(5)) == [
        "Cycle 1, day 36",
        "pump running",
    ]


def test_a_restart_without_a_known_stop_counts_like_a_start():
    events = [Event("start", at(1)), Event("restart", at(3))]
    assert context_at("blinatumomab", events, at(3, 11))["hours_since_start"] == 2


def test_what_happened_in_an_earlier_cycle_does_not_touch_this_one():
    events = [Event("start", at(1, month=9)), Event("stop", at(9, month=9)), Event("start", at(13, month=10))]
    events.append(Event("next", at(13, 10, month=10), until=at(24)))
    assert context_at("blinatumomab", events, at(14, month=10))["infusion_running"] is True
    assert planned_end("blinatumomab", events) == at(10, month=11)


def test_what_ends_or_comes_at_this_very_moment_is_over_or_here():
    start = Event("start", at(1, month=10))
    assert words("blinatumomab", [start], at(29, month=10)) == ["Cycle 1, day 29", "pump running"]
    delayed = Event("delayed", at(7), until=at(12))
    assert len(day_labels("inotuzumab-ozogamicin", [Event("dose", at(1)), delayed], at(12))) == 1


def test_a_stop_in_the_moment_of_the_start_is_a_pause_of_this_cycle():
    events = [Event("start", at(1)), Event("stop", at(1)), Event("restart", at(1, 15))]
    assert planned_end("blinatumomab", events) == at(29, 15)


def test_only_a_restart_starts_a_stopped_pump_again():
    events = [Event("start", at(1)), Event("stop", at(3)), Event("transplant", at(4)), Event("next", at(4))]
    assert context_at("blinatumomab", events, at(5))["infusion_running"] is False
