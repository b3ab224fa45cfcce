"""The faults that take seconds; `python -m tests.faults` has them all. Each has a sabotage that must turn it red."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q

from tests.faults import steps
from tests.faults.stage import Outcome, Stage, broken
from tests.support.sinks import MailServer, gateway, mail_server
from tracker.alerts import escalation
from tracker.management.commands.setup import make_push_key
from tracker.messaging import delivery, expiring
from tracker.messaging.channels import push
from tracker.messaging.channels.errors import SendError
from tracker.models import messages as rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(settings: Any) -> Iterator[MailServer]:
    with mail_server() as (server, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
        yield server


@pytest.fixture
def service(settings: Any, tmp_path: Path) -> Iterator[Any]:
    push._key.cache_clear()
    settings.PUSH_KEY_FILE, settings.PUSH_LEAVES_THE_HOUSE = tmp_path / "push_key.pem", True
    make_push_key(settings.PUSH_KEY_FILE)
    with gateway() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found
    push._key.cache_clear()


def first_answer_counts(message: Any, error: SendError, now: Any) -> None:
    """Whatever a channel says, the message is done with."""
    delivery._end(message, reason=error.code, failed_at=now)


def anybody_may_claim(self: Any, at: Any) -> Any:
    return self.waiting().filter(due_at__lte=at)


def only_free_ones(self: Any, at: Any) -> Any:
    """As if a claim never ran out."""
    return self.waiting().filter(due_at__lte=at, claimed_until=None)


def claims_by_the_clock_alone(self: Any, at: Any) -> Any:
    """As if clocks were never put back."""
    is_free = Q(claimed_until=None) | (Q(claimed_until__lte=at) & ~rows.ONCE_AT_MOST)
    return self.waiting().filter(is_free, due_at__lte=at)


NOTHING = Q(pk=None)
QUERYSET = rows.MessageQuerySet


class TestACrashAtEveryStep:
    def test_of_an_alerts_path_loses_none(self, post: MailServer) -> None:
        outcome = steps.alert_path(Stage(1), post)
        assert outcome.is_met, outcome.row()
        assert outcome.alerts > 20

    def test_would_lose_some_if_claims_never_ran_out(self, post: MailServer) -> None:
        with broken(QUERYSET, "claimable", only_free_ones), broken(escalation, "escalate_due", tell_once()):
            assert steps.alert_path(Stage(1), post, first=24).lost

    def test_of_a_reminders_path_doubles_none(self, post: MailServer) -> None:
        outcome = steps.reminder_path(Stage(1), post)
        assert outcome.is_met, outcome.row()
        assert outcome.reminders > 10

    def test_would_double_some_if_reminders_were_repeated_like_alerts(self, post: MailServer) -> None:
        sent, late, row = (broken(place, "ONCE_AT_MOST", NOTHING) for place in (delivery, expiring, rows))
        with sent, late, row:
            assert steps.reminder_path(Stage(1), post).doubled


def tell_once() -> Callable[..., int]:
    """The escalation without its later levels: it would hide that the first message was lost."""
    real = escalation.escalate_due

    def escalate_due(*, now: Any) -> int:
        escalation.Alert.objects.open().filter(round__gt=0).update(escalates_at=now + timedelta(hours=1))
        return real(now=now)

    return escalate_due


class TestFiveBeats:
    def test_send_each_once(self, post: MailServer) -> None:
        outcome = steps.five_at_once(Stage(6), post)
        assert outcome.is_met, outcome.row()
        assert (outcome.reminders, outcome.again) == (6, 0)

    def test_would_send_some_twice_if_anybody_could_claim(self, post: MailServer) -> None:
        post.mode, post.pause = "slow", 0.1  # so that two who send the same meet
        with broken(QUERYSET, "claimable", anybody_may_claim):
            assert steps.five_at_once(Stage(6), post).doubled


@pytest.mark.parametrize("answer", ["421 closing", "451 later", "cut", "550 no such user"])
def test_a_mail_server_that_is_not_well_for_a_minute_loses_no_alert(post: MailServer, answer: str) -> None:
    outcome = steps.a_mail_server(answer)(Stage(2), post)
    assert outcome.is_met, outcome.row()


def test_a_mail_server_would_lose_alerts_if_its_first_word_counted(post: MailServer) -> None:
    with broken(delivery, "_failed", first_answer_counts), broken(escalation, "escalate_due", tell_once()):
        assert steps.a_mail_server("451 later")(Stage(2), post).lost


@pytest.mark.parametrize(
    ("status", "headers"), [(404, {}), (410, {}), (429, {"Retry_After": "120"}), (503, {})]
)
def test_a_push_service_that_is_not_well_loses_no_alert(
    post: MailServer, service: Any, status: int, headers: dict[str, str]
) -> None:
    outcome = steps.a_push_service(status, **headers)(Stage(2), post, service)
    assert outcome.is_met, outcome.row()


def test_a_push_service_would_lose_alerts_if_no_mail_followed(post: MailServer, service: Any) -> None:
    nothing = broken(delivery, "_try_the_next_way", lambda message, now: None)
    with nothing, broken(escalation, "escalate_due", tell_once()):
        assert steps.a_push_service(410)(Stage(2), post, service).lost


class TestAClockThatJumps:
    def test_loses_no_alert_and_doubles_no_reminder(self, post: MailServer) -> None:
        outcome = steps.clock_jumps(Stage(6), post)
        assert outcome.is_met, outcome.row()

    def test_would_lose_some_if_claims_were_kept_by_the_clock_alone(self, post: MailServer) -> None:
        ahead = broken(expiring, "AHEAD", timedelta(days=9))
        alone = broken(QUERYSET, "claimable", claims_by_the_clock_alone)
        with ahead, alone, broken(escalation, "escalate_due", tell_once()):
            assert steps.clock_jumps(Stage(6), post).lost


def test_an_outcome_is_met_only_without_losses() -> None:
    assert Outcome("x", late=[1.0]).is_met
    assert not Outcome("x", lost=1).is_met
    assert not Outcome("x", doubled=1).is_met
    assert not Outcome("x", forgotten=1).is_met
    assert not Outcome("x", refused=1).is_met
    assert not Outcome("x", late=[61.0]).is_met
