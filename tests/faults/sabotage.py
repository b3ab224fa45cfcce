"""What the house relies on, taken away from its processes: each row of the table must then turn red.

`python -m tests.faults --sabotage` runs the rows so. A process of the house is started through this module
(`python -m tests.faults.sabotage NAMES celery ...`): it breaks what the names say, and then is what it would have been.
"""

import runpy
import sys
from collections.abc import Callable, Collection
from datetime import timedelta


def nobody_sweeps() -> None:
    """A ring that the broker lost is never made good: the sweep shows that it lives, and does nothing."""
    from django.utils import timezone

    from tracker.management.commands import nightwatch
    from tracker.messaging import heartbeats
    from tracker.operations import sweep as sweeping

    def sweep(*, now: object, deliver: bool = False) -> bool:
        for name in ("sweep", "reminders"):
            heartbeats.record_heartbeat(name=name, now=timezone.now())
        return True

    sweeping.sweep = sweep
    nightwatch.nobody_swept = lambda now: False
    nightwatch.messages = _Deaf()


def nobody_reconnects() -> None:
    """Who loses the broker is gone; and nobody sweeps in their place."""
    from config.celery import app

    app.conf.broker_connection_retry = False
    nobody_sweeps()


class _Deaf:
    """Nightwatch looks for messages that wait, and sees none."""

    @staticmethod
    def due(**asked: object) -> list[object]:
        return []


def anybody_claims() -> None:
    """Who delivers does not look whether somebody else already does."""
    from django.utils import timezone

    from tracker.messaging import delivery
    from tracker.models.messages import MessageQuerySet

    def claimable(self: MessageQuerySet, at: object) -> MessageQuerySet:
        return self.waiting().filter(due_at__lte=timezone.now())

    MessageQuerySet.claimable = claimable
    delivery._mine = lambda message: delivery.Message.objects.filter(pk=message.pk)


def claims_never_end() -> None:
    """What a killed worker had in hand stays there, and nobody escalates."""
    from tracker.models.messages import MessageQuerySet

    def claimable(self: MessageQuerySet, at: object) -> MessageQuerySet:
        return self.waiting().filter(due_at__lte=at, claimed_until=None)

    MessageQuerySet.claimable = claimable
    told_once()


def told_once() -> None:
    """The escalation ends with the first level: what came later would hide that the first message was lost."""
    from tracker.alerts import escalation

    real = escalation.escalate_due

    def escalate_due(*, now: object) -> int:
        escalation.Alert.objects.open().filter(round__gt=0).update(escalates_at=now + timedelta(hours=1))
        return real(now=now)

    escalation.escalate_due = escalate_due


def first_word_counts() -> None:
    """Whatever a mail server says, or does not say within two seconds, the message is done with."""
    from django.conf import settings

    from tracker.messaging import delivery

    settings.EMAIL_TIMEOUT = 2
    delivery._failed = lambda message, error, now: delivery._end(message, reason=error.code, failed_at=now)
    told_once()


def reminders_again() -> None:
    """Reminders by mail are repeated when in doubt, as alerts are."""
    from django.db.models import Q

    from tracker.messaging import delivery
    from tracker.models import messages as rows

    delivery.ONCE_AT_MOST = rows.ONCE_AT_MOST = Q(pk=None)


def eleven_seconds_each() -> None:
    """One more than an alert may take."""
    import time

    from tracker.messaging import delivery

    send = delivery.send

    def slowly(message: delivery.Message) -> Collection[str]:
        time.sleep(11)
        return send(message)

    delivery.send = slowly


def one_lane() -> None:
    """Alerts wait in the same line as reminders, and nightwatch sleeps."""
    for place, word in enumerate(sys.argv):
        sys.argv[place] = {"alerts,default": "nothing", "reminders": "alerts,default,reminders"}.get(
            word, word
        )
    from tracker.management.commands import nightwatch

    nightwatch.messages = _Deaf()


def line_stays_broken() -> None:
    """A process never makes a new connection to a database that was away."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    BaseDatabaseWrapper.close_if_unusable_or_obsolete = lambda self: None
    BaseDatabaseWrapper.close = lambda self: None


SABOTAGES: dict[str, Callable[[], None]] = {
    sabotage.__name__: sabotage
    for sabotage in (
        nobody_sweeps,
        nobody_reconnects,
        anybody_claims,
        claims_never_end,
        told_once,
        first_word_counts,
        reminders_again,
        eleven_seconds_each,
        one_lane,
        line_stays_broken,
    )
}


def main() -> None:
    import django

    _self, name, *sys.argv = sys.argv
    django.setup()
    SABOTAGES[name]()
    if sys.argv[0] == "manage.py":
        runpy.run_path("manage.py", run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
