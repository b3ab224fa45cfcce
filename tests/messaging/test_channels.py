"""Push and SMS: real requests to a local gateway, real encryption, decrypted with the browser's keys."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tests.support.sinks import Browser, Gateway, gateway
from tracker.alerts import escalation
from tracker.logs.actions.record import Recorded
from tracker.messaging import contact_points, delivery
from tracker.messaging.channels import push, sms
from tracker.messaging.channels.errors import SendError, seconds_asked
from tracker.messaging.views.outbox import _mail
from tracker.models import Channel, ContactPoint, Kind, Lane, Message, User

MINUTE = timedelta(minutes=1)


@pytest.fixture
def subscribed(service: Gateway, telephone: Browser, nurse: User) -> ContactPoint:
    return contact_points.add_browser(
        person=nurse, endpoint=f"{service.origin}/nurse", keys=telephone.keys, now=NOW
    )


@pytest.fixture
def paged(log: Callable[..., Recorded], ward_child: Any, subscribed: ContactPoint, nurse: User) -> Message:
    """A push to the nurse, about a fever."""
    log(temperature=38.4)
    escalation.escalate_due(now=NOW)
    return Message.objects.get(recipient=nurse)


def deliver(after: timedelta = timedelta(0)) -> None:
    delivery.deliver_due(lane=Lane.ALERTS, now=NOW + after)


class TestAPush:
    def test_can_be_read_by_the_browser_and_by_nobody_else(
        self, service: Gateway, telephone: Browser, paged: Message
    ) -> None:
        deliver()
        path, _headers, body = service.asked[0]
        assert path == "/nurse"
        told = json.loads(telephone.decrypt(body))
        assert told["web_push"] == 8030  # a browser that knows it shows it without our worker
        assert told["notification"]["title"] == "Nightlight: urgent, open now"
        assert told["notification"]["tag"] == paged.alert_id.hex
        assert told["notification"]["navigate"].endswith(f"/m/{paged.pk}/")
        assert (told["title"], told["tag"]) == (told["notification"]["title"], told["notification"]["tag"])
        assert told["url"] == f"/m/{paged.pk}/"
        assert b"Nightlight" not in body

    def test_is_signed_urgent_and_collapses(self, service: Gateway, paged: Message) -> None:
        deliver()
        headers = service.asked[0][1]
        assert headers["topic"] == paged.alert_id.hex
        assert (headers["urgency"], headers["ttl"]) == ("high", "3600")
        assert headers["authorization"].startswith("vapid t=")

    def test_is_as_long_whatever_it_says(self, service: Gateway, paged: Message) -> None:
        deliver()
        queued = {"kind": Kind.TEST, "recipient": paged.recipient, "queued_at": NOW, "due_at": NOW}
        Message.objects.create(**queued, channel=Channel.PUSH, expires_at=NOW + MINUTE)
        deliver()
        assert len({len(body) for _path, _headers, body in service.asked}) == 1

    @pytest.mark.parametrize("status", [404, 410])
    def test_that_comes_back_is_followed_by_a_mail_and_the_browser_is_not_asked_again(
        self, service: Gateway, paged: Message, nurse: User, status: int
    ) -> None:
        service.status = status
        deliver()
        assert ContactPoint.objects.get().dead_at
        assert Message.objects.get(recipient=nurse, channel="email").sent_at
        assert contact_points.ways_to([nurse.pk])[nurse.pk] == ["email"]
        assert len(service.asked) == 1

    def test_reaches_the_other_telephone_when_one_is_gone(
        self, service: Gateway, paged: Message, nurse: User, telephone: Browser
    ) -> None:
        second = Browser()
        contact_points.add_browser(
            person=nurse, endpoint="https://elsewhere.example/x", keys=second.keys, now=NOW
        )
        deliver()
        paged.refresh_from_db()
        assert paged.sent_at
        assert ContactPoint.objects.get(address="https://elsewhere.example/x").dead_at

    def test_waits_as_long_as_it_is_asked_to_while_a_mail_goes_out(
        self, service: Gateway, paged: Message, nurse: User
    ) -> None:
        service.status, service.headers = 429, {"Retry-After": "120"}
        deliver()
        paged.refresh_from_db()
        assert paged.due_at - NOW >= 2 * MINUTE
        assert Message.objects.get(recipient=nurse, channel="email").sent_at

    def test_is_tried_again_after_a_fault_of_the_service(self, service: Gateway, paged: Message) -> None:
        service.status = 503
        deliver()
        service.status = 201
        deliver(after=timedelta(seconds=11))
        paged.refresh_from_db()
        assert paged.sent_at

    def test_does_not_wait_for_a_service_that_hangs(
        self, service: Gateway, paged: Message, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(push, "ANSWER", 0.2)
        service.pause = 1.0
        with pytest.raises(SendError, match="no-push-service"):
            push.send(paged)

    def test_follows_nobody_elsewhere(self, service: Gateway, paged: Message) -> None:
        service.status, service.headers = 307, {"Location": f"{service.origin}/inside"}
        with pytest.raises(SendError):
            push.send(paged)
        assert [path for path, _headers, _body in service.asked] == ["/nurse"]

    def test_leaves_no_demo(self, service: Gateway, paged: Message, settings: Any, tmp_path: Any) -> None:
        settings.PUSH_LEAVES_THE_HOUSE, settings.OUTBOX = False, tmp_path / "outbox"
        deliver()
        assert not service.asked
        (written,) = settings.OUTBOX.glob("*.eml")
        assert _mail(written).to == "Push <nurse@example.org>"
        assert _mail(written).subject == "Nightlight: urgent, open now"


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://jmt17.google.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://db5p.notify.windows.com/w/?token=abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://fcm.googleapis.com@127.0.0.1/abc", False),
        ("https://fcm.googleapis.com.example.org/abc", False),
        ("https://evilfcm.googleapis.com/abc", False),
        ("https://push.apple.com.example.org/", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://localhost/abc", False),
        ("file:///etc/passwd", False),
        ("https://[::1/abc", False),
        ("https://fcm.googleapis.com:port/", False),
        ("", False),
    ],
)
def test_only_push_services_are_asked(endpoint: str, allowed: bool) -> None:
    assert push.is_allowed(endpoint) is allowed


class TestAnSms:
    @pytest.fixture
    def mobile(self, nurse: User) -> ContactPoint:
        return contact_points.set_mobile(person=nurse, number="+15550100", now=NOW)

    @pytest.fixture
    def paged(
        self, log: Callable[..., Recorded], ward_child: Any, mobile: ContactPoint, nurse: User
    ) -> Message:
        log(temperature=38.4)
        escalation.escalate_due(now=NOW)
        return Message.objects.get(recipient=nurse)

    @pytest.fixture
    def twilio(self, settings: Any) -> Iterator[Gateway]:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        with gateway() as found:
            settings.SMS_URL = found.origin.replace("http://", "twilio+http://AC1:secret@") + "/+15550199"
            yield found

    def test_is_written_down_where_there_is_no_gateway(
        self, paged: Message, settings: Any, tmp_path: Any
    ) -> None:
        settings.OUTBOX = tmp_path / "outbox"
        sms.send(paged)
        (written,) = settings.OUTBOX.glob("*.eml")
        mail = _mail(written)
        assert (mail.to, mail.subject) == ("SMS <+15550100>", "Nightlight: urgent, open now")
        assert f"/m/{paged.pk}/" in mail.body

    def test_goes_out_by_the_gateway(self, paged: Message, twilio: Gateway) -> None:
        deliver()
        path, headers, body = twilio.asked[0]
        assert path == "/2010-04-01/Accounts/AC1/Messages.json"
        assert headers["authorization"].startswith("Basic ")
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        assert (form["From"], form["To"]) == ("+15550199", "+15550100")
        assert form["Body"] == f"Nightlight: urgent, open now http://localhost:8000/m/{paged.pk}/"
        assert len(form["Body"]) < 160

    @pytest.mark.parametrize(("code", "dies"), [(21211, True), (21610, True), (20003, False)])
    def test_to_a_number_that_is_none_is_followed_by_a_mail(
        self, paged: Message, twilio: Gateway, nurse: User, code: int, dies: bool
    ) -> None:
        twilio.status, twilio.body = 400, json.dumps({"code": code, "message": "no"})
        deliver()
        assert bool(ContactPoint.objects.get().dead_at) is dies
        assert Message.objects.get(recipient=nurse, channel="email").sent_at

    @pytest.mark.parametrize("fault", [{"status": 503}, {"pause": 1.0}])
    def test_in_doubt_says_so(
        self, paged: Message, twilio: Gateway, monkeypatch: Any, fault: dict[str, Any]
    ) -> None:
        monkeypatch.setattr(sms, "ANSWER", 0.2)
        for name, value in fault.items():
            setattr(twilio, name, value)
        with pytest.raises(SendError) as failed:
            sms.send(paged)
        assert failed.value.is_unknown

    def test_is_held_as_long_as_the_gateway_asks(self, paged: Message, twilio: Gateway) -> None:
        twilio.status, twilio.headers = 429, {"Retry-After": "30"}
        with pytest.raises(SendError) as failed:
            sms.send(paged)
        assert (failed.value.retry_after, failed.value.is_unknown) == (30, False)


class TestTheWaysToSomebody:
    @pytest.fixture
    def signed_in(self, client: Client, mother: User) -> Client:
        client.force_login(mother)
        return client

    def subscribe(self, client: Client, endpoint: str) -> None:
        client.post(reverse("push-subscribe"), {"endpoint": endpoint, **Browser().keys})

    def test_are_pushes_then_sms_then_mail(self, mother: User) -> None:
        contact_points.set_mobile(person=mother, number="+15550100", now=NOW)
        contact_points.add_browser(person=mother, endpoint="https://x.example", keys={}, now=NOW)
        assert contact_points.ways_to([mother.pk])[mother.pk] == ["push", "sms", "email"]

    def test_of_a_browser_are_those_of_whoever_used_it_last(
        self, signed_in: Client, mother: User, stranger: User
    ) -> None:
        endpoint = "https://fcm.googleapis.com/fcm/send/abc"
        self.subscribe(signed_in, endpoint)
        signed_in.force_login(stranger)
        self.subscribe(signed_in, endpoint)
        assert ContactPoint.objects.get().person == stranger

    @pytest.mark.parametrize(
        "endpoint", ["https://169.254.169.254/", "http://fcm.googleapis.com/x", "x" * 2000]
    )
    def test_are_none_of_somebody_elses_machine(self, signed_in: Client, endpoint: str) -> None:
        self.subscribe(signed_in, endpoint)
        assert not ContactPoint.objects.exists()

    def test_are_only_ones_own_to_remove(self, signed_in: Client, mother: User, stranger: User) -> None:
        theirs = contact_points.set_mobile(person=stranger, number="+15550100", now=NOW)
        assert signed_in.post(reverse("way-forget", args=[theirs.pk])).status_code == 404
        own = contact_points.set_mobile(person=mother, number="+15550101", now=NOW)
        assert signed_in.post(reverse("way-forget", args=[own.pk])).status_code == 303
        assert list(ContactPoint.objects.all()) == [theirs]

    @pytest.mark.parametrize(
        ("asked", "left"), [({}, 2), ({"endpoint": "here"}, 1), ({"endpoint": "there"}, 2)]
    )
    def test_stay_after_signing_out_unless_this_browser_is_named(
        self, signed_in: Client, mother: User, stranger: User, asked: dict[str, str], left: int
    ) -> None:
        contact_points.add_browser(person=mother, endpoint="here", keys={}, now=NOW)
        contact_points.add_browser(person=stranger, endpoint="there", keys={}, now=NOW)
        assert signed_in.post(reverse("account_logout"), asked).status_code == 302
        assert ContactPoint.objects.count() == left
        assert ContactPoint.objects.filter(person=stranger).exists()

    @pytest.mark.parametrize("typed", ["0171 555", "+1", "call me", "+1 555 0100; DROP"])
    def test_are_no_numbers_that_cannot_be_one(self, signed_in: Client, typed: str) -> None:
        answer = signed_in.post(reverse("reach"), {"save": "mobile", "number": typed})
        assert answer.status_code == 200
        assert "error-summary" in answer.content.decode()
        assert not ContactPoint.objects.exists()

    def test_are_proved_by_a_message_that_is_opened(self, signed_in: Client, mother: User) -> None:
        signed_in.post(reverse("reach"), {"save": "test"})
        sent = Message.objects.get(kind=Kind.TEST)
        assert signed_in.get(reverse("message", args=[sent.pk]))["Location"] == reverse("reach")
        assert ContactPoint.objects.get(channel="email").proved_at
        assert "Last opened by you" in signed_in.get(reverse("reach")).content.decode()

    def test_that_do_not_work_are_shown_to_their_owner(
        self, signed_in: Client, mother: User, child: Any
    ) -> None:
        contact_points.set_mobile(person=mother, number="+15550100", now=NOW)
        ContactPoint.objects.update(dead_at=NOW)
        assert "Does not work" in signed_in.get(reverse("reach")).content.decode()
        page = signed_in.get(reverse("reminders", args=[child.pk])).content.decode()
        assert "One of the ways to reach you does not work" in page

    def test_can_be_kept_for_alerts_alone(self, signed_in: Client, mother: User) -> None:
        signed_in.post(reverse("reach"), {"save": "off-email"})
        assert contact_points.ways_to([mother.pk], reminders=True)[mother.pk] == []
        assert contact_points.ways_to([mother.pk])[mother.pk] == ["email"]
        signed_in.post(reverse("reach"), {"save": "on-email"})
        assert contact_points.ways_to([mother.pk], reminders=True)[mother.pk] == ["email"]


def test_the_service_worker_stands_at_the_root_and_is_never_cached(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    assert "notificationclick" in text
    assert "SHELL" in text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("", 0),
        (None, 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("9" * 20_000, 0),
        ("\N{SUPERSCRIPT TWO}", 0),
    ],
)
def test_how_long_to_wait_is_read_from_whatever_a_service_answers(header: str | None, seconds: int) -> None:
    assert seconds_asked(header) == seconds
