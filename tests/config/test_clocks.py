"""The tests' own clocks: the people's, that of a process which a test starts, and the one of another day."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.support.clock import environment
from tests.support.fixtures_infra import BASE, same_clock, seconds_ahead
from tests.support.personas import NOW
from tests.tools import other_clocks

SAY = "from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())"


def clock_of(environment: dict[str, str]) -> datetime:
    """What another process takes for now."""
    said = subprocess.check_output([sys.executable, "-c", SAY], env=environment, cwd=BASE, text=True)
    return datetime.fromisoformat(said.strip())


@pytest.mark.django_db
def test_where_there_is_a_database_it_is_the_peoples_moment() -> None:
    assert timedelta() <= datetime.now(UTC) - NOW < timedelta(minutes=5)


def test_a_process_that_a_test_starts_has_its_clock() -> None:
    with time_machine.travel(datetime(2031, 2, 3, tzinfo=UTC), tick=True):
        before = datetime.now(UTC)
        assert (
            before - timedelta(seconds=1) < clock_of(same_clock()) < datetime.now(UTC) + timedelta(seconds=1)
        )


def test_another_day_reaches_every_process() -> None:
    now = datetime.now(UTC) - timedelta(seconds=seconds_ahead())
    begins = other_clocks.moment("2028-02-29T23:30:00+00:00", now)
    assert (
        timedelta() <= clock_of(environment((begins - now).total_seconds())) - begins < timedelta(minutes=5)
    )


def test_each_date_has_its_own_clock_and_a_week_has_them_all() -> None:
    days = [datetime(2026, 12, day, tzinfo=UTC) for day in range(1, 8)]
    assert {name for name, _clock in map(other_clocks.of_the_day, days)} == set(other_clocks.CLOCKS)


def test_what_chooses_the_clock_does_not_reach_pytest() -> None:
    now, arguments = datetime(2026, 12, 1, tzinfo=UTC), ["--today", "tests/therapies", "-k", "fever"]
    assert other_clocks.chosen(arguments, now) == dict([other_clocks.of_the_day(now)])
    assert arguments == ["tests/therapies", "-k", "fever"]
