"""From the log form to the answer, as a browser without scripts goes it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.personas import NIGHT_NUMBER, NOW
from tracker.models import Child, SymptomLog, User

FEVER = {"temperature": "38,4", "unit": "C", "route": "armpit", "antipyretic_given": "no", "when": "0"}


@pytest.fixture(autouse=True)
def night(request: Any) -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def phone(client: Client, mother: User) -> Client:
    client.force_login(mother)
    return client


def send(phone: Client, child: Child, to: str = "logs", **typed: str) -> Any:
    number = {"client_uuid": str(uuid4())}
    return phone.post(reverse(to, args=[child.pk]), number | typed, follow=True)


def text(response: Any) -> str:
    plain = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(plain.replace("&#x27;", "'").split())


def test_a_fever_at_night_is_call_now_with_the_number_and_what_to_say(phone: Client, child: Child) -> None:
    answer = send(phone, child, **FEVER)
    assert answer.redirect_chain[0][1] == 303
    said = text(answer)
    assert "Call your care team now" in said
    assert f'href="tel:{NIGHT_NUMBER.replace(" ", "")}"' in answer.content.decode()
    assert "My child is 8 years old and had CAR T cells." in said
    assert "38.4 °C, which is 101.1 °F, measured under the arm." in said
    assert "My child had no fever medicine in the last 6 hours." in said
