"""What is told to a nurse again, at each line and just beside it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from therapies.episodes import (
    ADVICE,
    IS_NEW,
    IS_WORSE,
    JOINS,
    Advice,
    Known,
    Log,
    Worse,
    decide,
    reasons,
    still_held,
)

NOW = datetime(2026, 3, 7, 2, 14, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def flag(*because: str, urgency: str = "now", **more: Any) -> dict[str, Any]:
    return {"id": "A-01", "urgency": urgency, "because": list(because)} | more


def log(
    *flags: dict[str, Any],
    at: datetime = NOW,
    urgency: str = "now",
    degrees: Any = None,
    signs: dict[str, Any] | None = None,
    unchecked: tuple[str, ...] = (),
    **report: Any,
) -> Log:
    """`signs`: by code, a severity, a number of times, or neither."""
    told = [
        {"code": code}
        | ({"severity": said} if isinstance(said, str) else {"episodes_24h": said} if said else {})
        for code, said in (signs or {}).items()
    ]
    reading = {"temperature": {"value": degrees, "unit": "C"}} if degrees else {}
    answer: Any = {"urgency": urgency, "flags": list(flags), "could_not_check": list(unchecked)}
    return Log(at, {"symptoms": told} | reading | report, answer)


FEVER = flag("temperature")
TOLD = log(FEVER, at=NOW - HOUR, degrees=38.4, signs={"cough": "mild", "vomiting": 2})


@pytest.mark.parametrize(
    ("seen", "worse"),
    [
        ({"degrees": 38.4}, []),
        ({"degrees": 38.8}, []),
        ({"degrees": "38.89"}, []),
        ({"degrees": 38.9}, [("higher", "temperature")]),
        ({"degrees": 102}, []),  # typed in the other unit: it can only be that one
        ({"degrees": 102.1}, [("higher", "temperature")]),
        ({"degrees": 36.0}, []),
        ({"degrees": 35.9}, [("cold", "temperature")]),
        ({"signs": {"cough": "mild"}}, []),
        ({"signs": {"cough": "moderate"}}, [("severity", "cough")]),
        ({"signs": {"cough": None}}, [("severity", "cough")]),
        ({"signs": {"vomiting": 3}}, []),
        ({"signs": {"vomiting": 4}}, [("times", "vomiting")]),
        ({"signs": {"rash": "severe"}}, []),  # nothing calls for it
        ({"handwriting": "same", "fluids_kept": "all", "pump": "ok"}, []),
        ({"handwriting": "worse"}, [("answer", "handwriting")]),
        ({"fluids_kept": "some"}, [("answer", "fluids_kept")]),
        ({"pump": "alarm"}, [("answer", "pump")]),
        ({"neuro": {"talks": "usual", "follows": "less"}}, [("answer", "neuro.follows")]),
        ({"worried": True}, []),
        ({"antipyretic_given": True, "note": "warm"}, []),
    ],
)
def test_a_step_is_worse_and_less_than_a_step_is_not(seen: dict[str, Any], worse: list[Any]) -> None:
    assert reasons(log(FEVER, **seen), [TOLD]) == [Worse(*one) for one in worse]


@pytest.mark.parametrize(
    ("told", "now", "worse"),
    [
        ("mild", "mild", False),
        ("moderate", "mild", False),
        ("moderate", "severe", True),
        ("severe", None, False),
        (None, "severe", False),
        ("moderate", None, True),
    ],
)
def test_a_severity_that_was_not_told_is_a_severe_one(told: Any, now: Any, worse: bool) -> None:
    before = log(flag("cough"), at=NOW - HOUR, signs={"cough": told})
    assert bool(reasons(log(flag("cough"), signs={"cough": now}), [before])) == worse


@pytest.mark.parametrize("order", [("same", "worse", "unable"), ("all", "some", "none")])
def test_each_step_of_an_answer_counts_and_none_back(order: tuple[str, ...]) -> None:
    name = "handwriting" if "unable" in order else "fluids_kept"
    for before, told in enumerate(order):
        for after, seen in enumerate(order):
            found = reasons(log(FEVER, **{name: seen}), [log(FEVER, at=NOW - HOUR, **{name: told})])
            assert bool(found) == (after > before)


def test_one_part_of_the_neuro_check_says_nothing_of_another() -> None:
    told = log(flag("neuro"), at=NOW - HOUR, neuro={"talks": "not"})
    assert reasons(log(flag("neuro"), neuro={"talks": "less"}), [told]) == []
    assert reasons(log(flag("neuro"), neuro={"knows": "less"}), [told]) == [Worse("answer", "neuro.knows")]


class TestASign:
    def test_that_is_new_under_the_same_flag_is_told(self) -> None:
        assert reasons(log(flag("temperature", "chills")), [TOLD]) == [Worse("new", "chills")]

    def test_that_was_told_under_another_flag_is_not(self) -> None:
        assert reasons(log(flag("temperature") | {"id": "B-02"}), [TOLD]) == []

    def test_that_can_wait_until_the_day_is_not(self) -> None:
        assert reasons(log(FEVER, flag("fatigue", urgency="today")), [TOLD]) == []

    def test_that_could_wait_when_it_was_told_is_told_once_it_cannot(self) -> None:
        told = log(FEVER, flag("fatigue", urgency="today"), at=NOW - HOUR)
        assert reasons(log(FEVER, flag("fatigue")), [told]) == [Worse("new", "fatigue")]

    def test_of_a_log_for_the_day_is_told_by_day(self) -> None:
        told = log(flag("fatigue", urgency="today"), at=NOW - HOUR, urgency="today")
        assert reasons(log(flag("fatigue", urgency="today"), urgency="today"), [told]) == []
        assert reasons(log(flag("cough", urgency="today"), urgency="today"), [told]) == [
            Worse("new", "cough")
        ]

    def test_that_only_an_earlier_log_told_is_told_where_no_nurse_was(self) -> None:
        remembered = flag("chills", reported_hours_ago=3)
        assert reasons(log(FEVER, remembered), [TOLD]) == [Worse("new", "chills")]


def test_a_level_up_is_told() -> None:
    seizure = log(flag("temperature", urgency="emergency"), urgency="emergency")
    assert reasons(seizure, [TOLD]) == [Worse("level")]
    assert reasons(TOLD, [seizure]) == []


def test_where_nothing_stands_that_was_told_everything_is_new() -> None:
    assert Worse("level") in reasons(TOLD, [])


def test_what_could_not_be_checked_cannot_be_compared() -> None:
    broken = log(unchecked=("rules",))
    assert reasons(broken, [broken]) == [Worse("unchecked", "rules")]


def test_what_was_told_and_could_not_be_read_compares_with_nothing() -> None:
    unreadable = log(unchecked=("temperature",), degrees=20)
    assert reasons(log(FEVER, degrees=38.4), [unreadable, TOLD]) == []


def test_below_36_is_told_where_36_was_told() -> None:
    told = log(FEVER, at=NOW - HOUR, degrees=36.0)
    assert reasons(log(FEVER, degrees=35.9), [told]) == [Worse("cold", "temperature")]


def test_of_a_sign_that_nobody_counted_a_second_time_is_twice_as_often() -> None:
    told = log(flag("vomiting"), at=NOW - HOUR, signs={"vomiting": None})
    assert reasons(log(flag("vomiting"), signs={"vomiting": 1}), [told]) == []
    assert reasons(log(flag("vomiting"), signs={"vomiting": 2}), [told]) == [Worse("times", "vomiting")]


def test_the_worst_of_all_that_was_told_counts() -> None:
    hotter = log(flag("headache"), at=NOW - 2 * HOUR, degrees=39.0)
    assert reasons(log(FEVER, degrees=39.4), [TOLD, hotter]) == []
    assert reasons(log(FEVER, degrees=39.5), [hotter, TOLD]) == [Worse("higher", "temperature")]


class TestWorried:
    @pytest.mark.parametrize(("hours", "told"), [(3.99, False), (4, True)])
    def test_again_is_told_four_hours_after_the_advice(self, hours: float, told: bool) -> None:
        before = log(flag("worried"), at=NOW - 5 * HOUR, worried=True)
        found = reasons(log(flag("worried"), worried=True), [before], (), NOW - hours * HOUR)
        assert found == ([Worse("worried")] if told else [])

    def test_no_more_is_not(self) -> None:
        assert reasons(log(FEVER, worried=False), [TOLD], (), NOW - 9 * HOUR) == []


class TestBack:
    def came_back(self, hours: float, *between: Log) -> bool:
        told = log(FEVER, at=NOW - hours * HOUR)
        earlier = sorted([told, *between, log(FEVER)], key=lambda one: one.at, reverse=True)
        return Worse("back", "temperature") in reasons(log(FEVER), [told], earlier)

    def test_is_what_was_gone_for_twelve_hours(self) -> None:
        without = log(at=NOW - 6 * HOUR, urgency="note")
        assert self.came_back(12, without)
        assert not self.came_back(11.99, without)

    def test_is_not_what_nobody_has_looked_for(self) -> None:
        assert not self.came_back(23)

    def test_is_not_what_a_log_between_had(self) -> None:
        assert not self.came_back(20, log(at=NOW - 15 * HOUR), log(FEVER, at=NOW - 11 * HOUR))

    def test_is_found_without_a_look_at_what_was_before_the_last_time(self) -> None:
        def newest_first() -> Iterator[Log]:
            yield log(at=NOW - 6 * HOUR, urgency="note")
            yield log(FEVER, at=NOW - 13 * HOUR)
            raise AssertionError("looked farther")

        class Earlier:
            def __iter__(self) -> Iterator[Log]:
                return newest_first()

        assert Worse("back", "temperature") in reasons(log(FEVER), [TOLD], Earlier())

    def test_is_not_what_a_log_of_the_same_moment_had(self) -> None:
        at = NOW - 13 * HOUR
        assert Worse("back", "temperature") not in reasons(
            log(FEVER), [TOLD], [log(at=at), log(FEVER, at=at)]
        )

    def test_is_what_a_log_between_only_remembered(self) -> None:
        assert self.came_back(20, log(flag("temperature", reported_hours_ago=9), at=NOW - 11 * HOUR))


class TestAdvice:
    @pytest.mark.parametrize(
        ("outcome", "hours"),
        [("advised-by-phone", 24), ("admitted", 24), ("clinic-today", 4), ("emergency-room", 2)],
    )
    def test_lasts(self, outcome: str, hours: int) -> None:
        assert Advice(outcome, NOW).ends_at() == NOW + hours * HOUR

    @pytest.mark.parametrize("outcome", ["false-alarm", "reviewed", "family-called", "family-over", ""])
    def test_is_no_other_outcome(self, outcome: str) -> None:
        assert Advice(outcome, NOW).ends_at() == NOW

    @pytest.mark.parametrize("outcome", ADVICE)
    def test_lasts_a_day_at_most_once_they_are_there(self, outcome: str) -> None:
        assert Advice(outcome, NOW, there_at=NOW + HOUR).ends_at() == NOW + 24 * HOUR

    @pytest.mark.parametrize("outcome", ADVICE)
    def test_ends_at_home_again_and_with_a_new_treatment(self, outcome: str) -> None:
        there = Advice(outcome, NOW, NOW + HOUR, NOW + 3 * HOUR)
        assert there.ends_at() == NOW + 3 * HOUR
        assert there.ends_at([NOW - HOUR, NOW, NOW + 2 * HOUR]) == NOW + 2 * HOUR


def test_what_was_closed_before_a_false_alarm_is_not_held_any_more() -> None:
    phone, false = Advice("advised-by-phone", NOW - 3 * HOUR), Advice("false-alarm", NOW - 2 * HOUR)
    assert still_held([phone._replace(at=NOW - HOUR), phone], NOW) == 2
    assert still_held([phone._replace(at=NOW - HOUR), false, phone], NOW) == 1
    assert still_held([false, phone], NOW) == 0
    assert still_held([phone], NOW, [NOW - HOUR]) == 0
    assert (
        still_held([phone._replace(at=NOW + HOUR)], NOW) == 0
    )  # a clock that was ahead: nobody knows what holds


class TestDecide:
    CLOSED = Known("now", NOW - 3 * HOUR, ends_at=NOW + SECOND)
    OPEN = Known("now", NOW - 3 * HOUR)
    HELD = OPEN._replace(is_held=True)

    def becomes(self, urgency: str, known: Known | None, *worse: Worse) -> str:
        return decide(urgency, NOW, known, lambda: worse)

    def test_without_an_alert_it_is_a_new_one(self) -> None:
        assert self.becomes("today", None) == IS_NEW

    @pytest.mark.parametrize("known", [OPEN, HELD, CLOSED])
    def test_no_worse_joins(self, known: Known) -> None:
        assert self.becomes("now", known) == self.becomes("today", known) == JOINS

    @pytest.mark.parametrize(("known", "becomes"), [(OPEN, IS_WORSE), (HELD, IS_WORSE), (CLOSED, IS_NEW)])
    def test_worse_is_told(self, known: Known, becomes: str) -> None:
        assert self.becomes("now", known, Worse("new", "chills")) == becomes

    def test_what_can_wait_until_the_day_joins_what_is_open(self) -> None:
        assert self.becomes("today", self.OPEN, Worse("new", "cough")) == JOINS

    @pytest.mark.parametrize("known", [OPEN, HELD, CLOSED])
    def test_a_level_up_is_new(self, known: Known) -> None:
        assert self.becomes("emergency", known) == IS_NEW

    def test_an_emergency_joins_one_that_is_being_told_and_no_other(self) -> None:
        emergency = {"urgency": "emergency"}
        assert self.becomes("emergency", self.OPEN._replace(**emergency)) == JOINS
        assert self.becomes("emergency", self.HELD._replace(**emergency)) == IS_NEW
        assert self.becomes("emergency", self.CLOSED._replace(**emergency)) == IS_NEW

    def test_the_advice_is_over_at_its_end(self) -> None:
        assert self.becomes("now", self.CLOSED._replace(ends_at=NOW)) == IS_NEW

    @pytest.mark.parametrize("urgency", ["today", "now"])
    def test_nothing_joins_what_rests_while_the_child_is_paused(self, urgency: str) -> None:
        for known in (self.OPEN, self.HELD, self.CLOSED):
            assert self.becomes(urgency, known._replace(rests=True)) == IS_NEW

    def test_what_nobody_closes_for_a_day_takes_no_more_of_its_kind(self) -> None:
        old = self.OPEN._replace(raised_at=NOW - 24 * HOUR)
        assert self.becomes("now", old) == IS_NEW
        assert self.becomes("today", old) == JOINS
        assert self.becomes("now", old._replace(raised_at=NOW - 24 * HOUR + SECOND)) == JOINS
