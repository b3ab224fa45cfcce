"""That what opens a ward over a running site still knows its pages: walks over images and releases are run seldom."""

import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from deploy.first_ward import LEAD, SITE, Mailbox, open_the_ward
from tracker.messaging import delivery
from tracker.models import Alert, Lane


class Delivered(Mailbox):
    """What the site has written, as it is delivered. No server: nothing is sent by a test."""

    def __init__(self) -> None:
        self.mails = []

    def find(self, to: str, pattern: str, after: int = 0) -> str:
        for lane in (Lane.SIGN_IN, Lane.ALERTS):
            delivery.deliver_due(lane=lane, now=timezone.now())
        self.mails[:] = [f"To: {sent.to[0]}\n{sent.subject}\n\n{sent.body}" for sent in mail.outbox]
        found = [
            text for text in self.mails[after:] if f"To: {to}\n" in text and re.search(pattern, text, re.M)
        ]
        assert found, f"No mail with {pattern} came to {to}."
        wanted = re.search(pattern, found[-1], re.M)
        assert wanted
        return wanted[0]


@pytest.mark.django_db(transaction=True)
def test_a_ward_comes_to_life_by_pages_forms_and_mails_alone(live_server, settings) -> None:
    settings.ALLOWED_HOSTS = [SITE, "127.0.0.1"]
    settings.SITE_URL = f"https://{SITE}"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    call_command("clinic", "add", "Maple ward", lead=LEAD, number="+49 30 1234577", time_zone="Europe/Berlin")
    address = urlsplit(live_server.url)
    open_the_ward(lambda: HTTPConnection(address.hostname or "", address.port, timeout=60), Delivered())
    assert Alert.objects.get().urgency == "now"
