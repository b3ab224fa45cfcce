"""What the tests of the pages share: a phone that sends forms, and what is read on a page."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tracker.models import Child, User

FEVER = {"temperature": "38,4", "unit": "C", "route": "armpit", "antipyretic_given": "no", "when": "0"}


class Phone(Client):
    """A browser without scripts, in the hand of who is logged in."""

    def send(self, child: Child, to: str = "logs", **typed: str) -> Any:
        """A filled form; gives the page that it leads to."""
        form = {"client_uuid": str(uuid4()), "unit": "C", "when": "0"}
        return self.post(reverse(to, args=[child.pk]), form | typed, follow=True)


def text(response: Any) -> str:
    """What is read on the page, in one line."""
    html = re.sub(r"<(title|script)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    plain = re.sub(r"<[^>]*>", " ", html)
    plain = plain.replace("&#x27;", "'").replace("&quot;", '"').replace("&nbsp;", " ").replace("\xa0", " ")
    return " ".join(plain.split())


def links(response: Any) -> list[str]:
    return re.findall(r'href="([^"]*)"', response.content.decode())


@pytest.fixture
def night() -> Iterator[Any]:
    """A quarter past two, when Juno's family logs; `night.shift(60)` lets a minute pass."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def phone(mother: User) -> Phone:
    """The mother's."""
    phone = Phone()
    phone.force_login(mother)
    return phone
