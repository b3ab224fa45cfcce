"""From a log to a mail in somebody's hands: a real broker, a real worker, a real SMTP conversation."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import management
from django.utils import timezone

from tests.support.fixtures_infra import BASE
from tests.support.personas import answers, child_of
from tests.support.sinks import MailServer, mail_server
from tests.support.waiting import wait_until
from tracker.lib import task_queue
from tracker.logs.actions.record import record_log
from tracker.messaging import delivery
from tracker.messaging.reminders import set_plan
from tracker.models import Child, Message, ReminderTime, User
from tracker.operations import sweep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[MailServer]:
    """Where the mail goes that this process and the worker send."""
    with mail_server() as (server, port):
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("VAR_DIR", str(tmp_path))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server


def log_a_fever(child: Child, by: User) -> None:
    now = timezone.now()
    seen = {"answers": answers(temperature=39.0), "observed_at": now, "now": now}
    record_log(child=child, caregiver=by, client_uuid=uuid4(), **seen)


def test_a_fever_reaches_the_nurse_at_once(
    post: MailServer, worker: Any, ward_child: Child, nurse: User, lead: User, mother: User
) -> None:
    log_a_fever(ward_child, mother)
    wait_until(lambda: len(post.arrivals) == 2, "the mails")
    assert {arrival.to for arrival in post.arrivals} == {"nurse@example.org", "lead@example.org"}
    arrival = post.arrivals[0].mail
    assert arrival["Subject"] == "Nightlight: urgent, open now"
    assert [part.get_content_type() for part in arrival.get_payload()] == ["text/plain", "text/html"]
    wait_until(
        lambda: Message.objects.filter(sent_at=None, due_at__lte=timezone.now()).count() == 0, "the record"
    )


def test_a_reminder_reaches_the_mother(post: MailServer, worker: Any, mother: User) -> None:
    child = child_of(mother)
    now = timezone.now()
    never = {"quiet_from": time(0), "quiet_until": time(0)}
    set_plan(
        child=child,
        times=[(now - timedelta(minutes=1)).time()],
        by=mother,
        now=now - timedelta(hours=1),
        **never,
    )
    assert ReminderTime.objects.get().due_at <= now
    task_queue.request_task("tracker.tasks.remind", queue="reminders")
    wait_until(lambda: post.arrivals, "the mail")
    assert post.arrivals[0].mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.hazard("H12")
def test_without_broker_and_worker_nightwatch_delivers(
    post: MailServer, ward_child: Child, nurse: User, mother: User
) -> None:
    log_a_fever(ward_child, mother)
    management.call_command("nightwatch", "--once")
    assert {arrival.to for arrival in post.arrivals} == {"nurse@example.org", "lead@example.org"}


def test_nightwatch_lives_without_a_database_and_works_when_it_is_back(tmp_path: Path) -> None:
    """A database that cannot be opened does not end the watch."""
    env = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/away/db.sqlite3", "VAR_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "nightwatch"], cwd=BASE, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert "nightwatch_looked_in_vain" in process.stdout.readline()
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def test_a_mail_server_that_answers_late_or_not_at_all_loses_nothing(
    post: MailServer, ward_child: Child, nurse: User, mother: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """451 first, then a cut after the mail was taken: the alert comes again, under the same id."""
    log_a_fever(ward_child, mother)
    now = timezone.now()
    monkeypatch.setattr(delivery, "_later", lambda now, began: now)  # however long a busy machine takes
    for seconds, mode in ((0, "451 later"), (11, "cut"), (60, "ok"), (121, "ok")):
        post.mode = mode
        sweep.sweep(now=now + timedelta(seconds=seconds), deliver=True)
    first = Message.objects.get(recipient=nurse, level=0)
    ids = [arrival.id for arrival in post.arrivals if arrival.to == "nurse@example.org"]
    assert ids.count(f"<{first.pk}@localhost>") == 2
    assert not Message.objects.filter(recipient=nurse, sent_at=None).exists()
