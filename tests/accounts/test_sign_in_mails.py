"""A mail server that is down or refuses keeps nobody from signing up, and no code or link is lost over it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.json_logs import JsonLines
from tests.support.mails import code_for
from tests.support.pages import Phone, text
from tests.support.personas import child_of
from tests.support.sinks import MailServer, mail_server
from tests.support.waiting import wait_until
from tracker.accounts.sign_in_mails import queue_sign_in_mail
from tracker.lib.encryption import decrypt, new_key
from tracker.management.commands.nightwatch import look
from tracker.messaging import delivery, expiring, reminders
from tracker.messaging.channels.errors import SendError
from tracker.models import Channel, ContactPoint, Heartbeat, Kind, Lane, Message, User
from tracker.models.messages import LEASE
from tracker.operations import sweep

pytestmark = pytest.mark.django_db
HERS, NOBODYS = "mother@family.example", "nobody@family.example"
PASSWORD = "a quiet night"
SIGN_UP = ("/account/signup/", {"email": "new@family.example", "password1": PASSWORD})
ASKED_FOR = {
    "sign-up": SIGN_UP,
    "code": ("/account/login/code/", {"email": HERS}),
    "code for nobody": ("/account/login/code/", {"email": NOBODYS}),
    "new password": ("/account/password/reset/", {"email": HERS}),
    "new password for nobody": ("/account/password/reset/", {"email": NOBODYS}),
}
NOW_AND_THEN = timedelta(seconds=61)


@pytest.fixture
def mother() -> User:
    return User.objects.create_user(HERS, PASSWORD)


@pytest.fixture
def post(settings: Any) -> Iterator[MailServer]:
    """The mail server of the site."""
    with mail_server() as (server, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
        yield server


def ask(client: Client, what: str = "code") -> Any:
    path, form = ASKED_FOR[what]
    return client.post(path, form, follow=True)


def carry(later: timedelta = timedelta(0)) -> None:
    delivery.deliver_due(lane=Lane.SIGN_IN, now=timezone.now() + later)


class TestTheMailServerIsNotWell:
    @pytest.mark.hazard("H24")
    @pytest.mark.parametrize("answer", ["down", "550 no such user", "451 later", "cut"])
    @pytest.mark.parametrize("what", ASKED_FOR)
    def test_the_page_is_answered_and_says_what_to_do(
        self, mother: User, post: MailServer, settings: Any, what: str, answer: str
    ) -> None:
        post.mode = answer
        if answer == "down":
            settings.EMAIL_PORT = 1
        page = ask(Client(), what)
        assert page.status_code == 200
        assert "112" in text(page)
        if what != "sign-up":
            assert "No mail after some minutes?" in text(page)
            assert "Worried right now? Do not wait for a mail: call." in text(page)

    @pytest.mark.hazard("H24")
    def test_who_signs_up_is_in_and_goes_on(self, post: MailServer, settings: Any, client: Client) -> None:
        settings.EMAIL_PORT = 1
        page = ask(client, "sign-up")
        assert page.redirect_chain[-1][0].startswith("/begin/")
        assert "A link to confirm your address goes to new@family.example. You can go on without it." in text(
            page
        )
        carry()
        assert client.get(reverse("account_email")).status_code == 200

    def test_the_code_comes_once_the_server_is_back(
        self, mother: User, post: MailServer, settings: Any
    ) -> None:
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
        client = Phone()
        ask(client)
        carry()
        waits = text(client.get("/account/login/code/confirm/"))
        assert "The mail has not left yet: no mail server takes it now." in waits
        settings.EMAIL_PORT = port
        carry(NOW_AND_THEN)
        (arrival,) = post.arrivals
        code = arrival.mail.get_payload().split("Your sign-in code:")[1].split()[0]
        assert "The mail left at" in text(client.get("/account/login/code/confirm/"))
        client.post("/account/login/code/confirm/", {"code": code})
        assert "_auth_user_id" in client.session

    @pytest.mark.parametrize("what", ["code", "code for nobody"])
    def test_a_refused_address_is_asked_about_and_whether_it_is_known_is_not_told(
        self, mother: User, post: MailServer, what: str
    ) -> None:
        post.mode = "550 no such user"
        client = Client()
        ask(client, what)
        carry()
        page = text(client.get("/account/login/code/confirm/"))
        assert "The mail could not be delivered to this address. Is it right?" in page
        assert Message.objects.get(kind=Kind.SIGN_IN).failed_at

    def test_who_signed_up_with_an_address_that_is_refused_sees_it_where_ways_are_listed(
        self, post: MailServer, client: Client
    ) -> None:
        post.mode = "550 no such user"
        ask(client, "sign-up")
        carry()
        point = ContactPoint.objects.get(person__email="new@family.example", channel=Channel.EMAIL)
        assert point.dead_at
        assert "The mail could not be delivered" in text(client.get(reverse("account_email")))

    def test_a_server_that_is_down_all_night_is_not_asked_each_minute(
        self, post: MailServer, settings: Any
    ) -> None:
        settings.EMAIL_PORT = 1
        start = timezone.now()
        queue_sign_in_mail(to=HERS, subject="new password", text="/", lives=timedelta(days=1), now=start)
        for hour in range(8):
            for minute in range(60):
                delivery.deliver_due(lane=Lane.SIGN_IN, now=start + timedelta(hours=hour, minutes=minute))
        assert 40 < Message.objects.get().tries < 60


class TestWhoCarriesIt:
    @pytest.mark.hazard("H24")
    def test_nightwatch_does_where_no_worker_lives(self, mother: User, post: MailServer) -> None:
        ask(Client())
        assert not post.arrivals
        look()
        assert len(post.arrivals) == 1

    def test_nightwatch_does_where_only_the_worker_of_reminders_is_gone(
        self, mother: User, post: MailServer, clock_at_now: Any
    ) -> None:
        ask(Client())
        clock_at_now.shift(29)
        Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now()})
        look()
        assert not post.arrivals
        clock_at_now.shift(2)
        look()
        assert len(post.arrivals) == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_worker_is_rung_for(self, task_broker: str, worker: Any) -> None:
        ask(Client(), "sign-up")
        wait_until(lambda: Message.objects.get(kind=Kind.SIGN_IN).sent_at, "the mail to leave")

    def test_a_heap_of_them_stands_in_front_of_no_alert(self, mother: User) -> None:
        now = timezone.now()
        for number in range(delivery.BATCH + 1):
            queue_sign_in_mail(
                to=f"{number}@family.example", subject="", text="", lives=timedelta(hours=1), now=now
            )
        delivery.queue_test(recipient=mother.pk, now=now)
        (waiting,) = delivery.due(lane=Lane.ALERTS, now=now)
        assert Message.objects.get(pk=waiting).kind == Kind.TEST

    def test_a_code_waits_for_no_heap_of_reminders(
        self, mother: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        child = child_of(mother)
        now = timezone.now()
        reminders.snooze(child=child, minutes=15, by=mother, now=now)
        reminders.remind_due(now=now + timedelta(minutes=16))
        monkeypatch.setattr(delivery, "BATCH", 1)
        queue_sign_in_mail(to=HERS, subject="code", text="", lives=timedelta(hours=1), now=now)
        delivery.deliver_due(lane=Lane.REMINDERS, now=now + timedelta(minutes=16))
        assert [sent.subject for sent in mailoutbox] == ["code", "Nightlight: time for a log"]

    def test_each_goes_out_once_though_two_want_to(self, mother: User, mailoutbox: list[Any]) -> None:
        ask(Client())
        carry()
        carry(2 * LEASE)
        sweep.sweep(now=timezone.now(), deliver=True)
        assert len(mailoutbox) == 1


class TestASecret:
    @pytest.mark.parametrize("answer", ["ok", "550 no such user", "451 later", "cut"])
    def test_is_in_no_log_line_nor_is_the_address(
        self, mother: User, post: MailServer, caplog: pytest.LogCaptureFixture, answer: str
    ) -> None:
        post.mode = answer
        ask(Client())
        words = json.loads(decrypt(Message.objects.get(kind=Kind.SIGN_IN).sealed))
        carry()
        lines = "\n".join(JsonLines().format(record) for record in caplog.records)
        assert "request" in lines
        assert HERS not in lines
        assert words["body"].split("Your sign-in code:")[1].split()[0] not in lines

    def test_is_in_no_column_in_the_clear_and_in_none_once_the_mail_has_left(
        self, mother: User, mailoutbox: list[Any]
    ) -> None:
        ask(Client())
        row = Message.objects.filter(kind=Kind.SIGN_IN).values().get()
        code = code_for(HERS)
        assert row["sealed"]
        assert code not in str(row)
        assert HERS not in str(row)
        sent = Message.objects.get(kind=Kind.SIGN_IN)
        assert sent.sent_at
        assert sent.sealed == ""

    @pytest.mark.parametrize("ended", ["sent_at", "failed_at", "dropped_at"])
    def test_the_database_itself_keeps_none_of_a_mail_that_has_ended(self, mother: User, ended: str) -> None:
        ask(Client())
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.update(**{ended: timezone.now()})

    def test_goes_when_nobody_can_use_it_any_more(self, mother: User, mailoutbox: list[Any]) -> None:
        ask(Client())
        expiring.expire_stale(now=timezone.now() + timedelta(minutes=11))
        message = Message.objects.get(kind=Kind.SIGN_IN)
        assert (message.reason, message.sealed) == ("late", "")
        assert not mailoutbox

    def test_that_no_key_opens_is_given_up_and_said(
        self, mother: User, settings: Any, mailoutbox: list[Any]
    ) -> None:
        client = Client()
        ask(client)
        right, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, new_key()
        carry()
        settings.ENCRYPTION_KEYS = right  # else the browser's own session could not be opened either
        assert Message.objects.get(kind=Kind.SIGN_IN).reason == "unreadable"
        assert not mailoutbox
        assert "could not be delivered" in text(client.get("/account/login/code/confirm/"))


@pytest.mark.hazard("H24")
def test_a_mail_server_that_hangs_keeps_nightwatch_from_the_alerts_no_longer_than_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fifty mails of ten seconds each were one heap: nobody was told of an alert for eight minutes."""
    passed = [0.0]

    def hangs(_message: Message) -> None:
        passed[0] += 10
        raise SendError("timeout")

    monkeypatch.setattr(delivery, "send", hangs)
    monkeypatch.setattr(delivery.time, "monotonic", lambda: passed[0])
    for number in range(9):
        about = {"to": f"{number}@family.example", "subject": "Code", "text": "1"}
        queue_sign_in_mail(**about, lives=timedelta(hours=1), now=timezone.now())
    for lane in (Lane.SIGN_IN, Lane.REMINDERS):
        began = passed[0]
        delivery.deliver_due(lane=lane, now=timezone.now(), seconds=sweep.SECONDS)
        assert passed[0] - began <= sweep.SECONDS + 10


def test_asking_again_sends_a_new_code_and_the_old_one_is_over(mother: User) -> None:
    client = Phone()
    ask(client)
    first = code_for(HERS)
    assert "Send a new code" in text(client.get("/account/login/code/confirm/"))
    client.post("/account/login/code/confirm/", {"action": "resend"})
    second = code_for(HERS)
    assert first != second
    client.post("/account/login/code/confirm/", {"code": first})
    assert "_auth_user_id" not in client.session
    client.post("/account/login/code/confirm/", {"code": second})
    assert "_auth_user_id" in client.session
