"""What waits in a session is typed by somebody at night: a copy of the database does not show it."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse

from tests.logs.test_late import form_of
from tests.support.pages import FEVER, Phone, text
from tracker.lib.encryption import key_ids, new_key
from tracker.lib.session_serializer import Serializer
from tracker.models import Child, User

pytestmark = pytest.mark.usefixtures("night")
CANARY = "canary-in-a-note"
SALT = "django.contrib.sessions.SessionStore"
LOST = "What you typed before is lost."


def stored() -> str:
    """Every session as a thief reads it, whom no signature keeps from reading."""
    rows = Session.objects.values_list("session_data", flat=True)
    return str([signing.loads(row, salt=SALT, serializer=signing.JSONSerializer) for row in rows])


def sent_too_late(phone: Phone, child: Child) -> None:
    typed = FEVER | {"note": CANARY, "client_uuid": str(uuid4()), "form_of": form_of(phone, child)}
    phone.logout()
    assert phone.post(reverse("logs", args=[child.pk]), typed).status_code == 403


@pytest.mark.hazard("H29")
def test_a_log_that_waits_for_a_login_is_encrypted_and_comes_back(
    phone: Phone, child: Child, mother: User
) -> None:
    sent_too_late(phone, child)
    assert f"{key_ids()[0]}:" in stored()
    assert CANARY not in stored()
    assert "temperature" not in stored()
    phone.force_login(mother)
    assert CANARY in phone.get(reverse("log-kept", args=[child.pk])).content.decode()


@pytest.mark.hazard("H29")
def test_a_log_that_cannot_be_opened_any_more_is_said_to_be_lost_once(
    phone: Phone, child: Child, mother: User, settings: Any
) -> None:
    """Never in silence: whoever typed it believes that it waits."""
    sent_too_late(phone, child)
    settings.ENCRYPTION_KEYS = new_key()
    phone.force_login(mother)
    assert LOST in text(phone.get(reverse("log-kept", args=[child.pk]), follow=True))
    assert LOST not in text(phone.get(reverse("today", args=[child.pk])))


def test_a_lost_key_signs_nobody_out_and_says_nothing_where_nothing_was_typed(
    phone: Phone, child: Child, settings: Any
) -> None:
    session = phone.session
    session["board"] = "all"
    session.save()
    settings.ENCRYPTION_KEYS = new_key()
    page = phone.get(reverse("today", args=[child.pk]))
    assert page.status_code == 200
    assert LOST not in text(page)


def test_the_screens_of_a_beginning_are_encrypted(client: Client, mother: User) -> None:
    client.force_login(mother)
    session = client.session
    session["begin"] = {"child_id": str(uuid4()), "typed": {"child": {"nickname": CANARY}}}
    session.save()
    assert CANARY not in stored()
    assert client.session["begin"]["typed"]["child"]["nickname"] == CANARY


def test_a_session_from_before_is_read_as_it_is() -> None:
    old = {"_auth_user_id": "1", "unsaved_logs": [{"number": "1"}]}
    assert Serializer().loads(signing.JSONSerializer().dumps(old)) == old


def test_an_empty_session_holds_nothing() -> None:
    assert Serializer().dumps({}) == b"{}"
