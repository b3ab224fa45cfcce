"""What comes by mail about signing in: the code, the link. A worker would deliver it; here the reader does."""

import re
from urllib.parse import urlsplit

from django.core import mail
from django.utils import timezone

from tracker.messaging import delivery
from tracker.models import Lane


def mails_to(address: str) -> list[str]:
    """The texts, the oldest first."""
    delivery.deliver_due(lane=Lane.SIGN_IN, now=timezone.now())
    return [sent.body for sent in mail.outbox if sent.to == [address]]


def code_for(address: str) -> str:
    """The code of the newest mail that has one."""
    codes = [re.search(r"^[A-Z0-9]+-?[A-Z0-9]+$", body, re.MULTILINE) for body in mails_to(address)]
    return [found[0] for found in codes if found][-1]


def link_for(address: str, part: str = "/confirm-email/") -> str:
    """The path of the newest link in whose address `part` stands."""
    links = [word for body in mails_to(address) for word in body.split() if part in word]
    return urlsplit(links[-1]).path
