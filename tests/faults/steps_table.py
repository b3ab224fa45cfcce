"""The faults within one process, for the table. No worker runs meanwhile."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tests.faults import steps
from tests.faults.stage import Outcome, Stage
from tests.support.sinks import Gateway, MailServer, gateway
from tracker.management.commands.setup import make_push_key
from tracker.messaging.channels import push
from tracker.models import Alert, Heartbeat

FEW = 6


def all_of_it(post: MailServer) -> Iterator[Outcome]:
    """Each with a stage of its own."""
    yield steps.alert_path(Stage(1), post)
    yield steps.reminder_path(Stage(1), post)
    yield steps.five_at_once(Stage(20), post)
    yield steps.clock_jumps(Stage(FEW), post)
    for answer in ("421 closing", "451 later", "cut", "550 no such user"):
        post.arrivals.clear()
        yield steps.a_mail_server(answer)(Stage(FEW), post)
    yield refusing(Stage(FEW), post)
    with gateway() as service:
        settings.PUSH_HOSTS, settings.PUSH_LEAVES_THE_HOUSE = [service.origin], True
        make_push_key(settings.PUSH_KEY_FILE)
        for status, headers in ((404, {}), (410, {}), (429, {"Retry_After": "120"}), (503, {})):
            yield steps.a_push_service(status, **headers)(Stage(FEW), post, service)
        yield hanging(Stage(2), post, service)
    finish()


def refusing(stage: Stage, post: MailServer) -> Outcome:
    """Nobody listens for a minute."""
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    now = timezone.now()
    for family in stage.families:
        stage.log(family, now)
    steps.mend(now, minutes=1)
    settings.EMAIL_PORT = port
    steps.mend(now + timedelta(minutes=1), minutes=2)
    return stage.count("a mail server that refuses the connection", post)


def hanging(stage: Stage, post: MailServer, service: Gateway) -> Outcome:
    """It takes the connection and never answers."""
    service.pause, push.ANSWER = 2.0, 1
    outcome = steps.a_push_service(201)(stage, post, service)
    service.pause, push.ANSWER = 0.0, 7
    outcome.name = "a push service that hangs"
    return outcome


def finish() -> None:
    """The clock was moved by hand: what is left of that would confuse the house."""
    Heartbeat.objects.all().delete()
    now = timezone.now()
    standing = Alert.objects.open().select_related("child")
    for alert in standing:
        lead = alert.child.care_team.memberships.get(role="lead").user
        Alert.objects.filter(pk=alert.pk).update(
            resolved_by=lead, resolved_at=now, outcome="advised-by-phone"
        )
