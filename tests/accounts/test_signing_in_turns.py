"""A crowd that signs in keeps nobody's log waiting: only so many passwords are looked at at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from tests.support.pages import links, text
from tracker.lib.in_progress import InProgress
from tracker.models import Child, SymptomLog, User
from tracker.site.middleware import signing_in
from tracker.site.middleware.signing_in import KNOWN, STRANGERS, SigningInTurns

pytestmark = pytest.mark.django_db
RIGHT = "a quiet night"
SENT = {
    "account_login": {"login": "mother@family.example", "password": RIGHT, "next": "/children/"},
    "account_signup": {"email": "new@family.example", "password1": RIGHT},
    "account_request_login_code": {"email": "mother@family.example"},
    "account_confirm_login_code": {"code": "ABC-DEF"},
    "account_reset_password": {"email": "mother@family.example"},
    "mfa_authenticate": {"code": "123456"},
    "mfa_login_webauthn": {"credential": "{}"},
}


@contextmanager
def taken(turns: InProgress) -> Iterator[None]:
    """As many are at it as may be, and as many wait as may."""
    held = [turns.turns.acquire(blocking=False) for _one in range(turns.at_most)]
    while turns.places.acquire(blocking=False):
        held.append(False)
    yield
    for is_turn in held:
        (turns.turns if is_turn else turns.places).release()


@pytest.fixture
def crowd() -> Iterator[None]:
    with taken(STRANGERS):
        yield


@pytest.fixture
def mother() -> User:
    return User.objects.create_user("mother@family.example", RIGHT)


@pytest.mark.hazard("H24")
@pytest.mark.parametrize("name", SENT)
def test_one_too_many_reads_whom_to_call_and_nothing_is_done(
    client: Client, crowd: None, mother: User, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MD5PasswordHasher, "encode", forbidden)
    monkeypatch.setattr(cache, "add", forbidden)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(reverse(name), SENT[name])
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert {"tel:112", "tel:911", "/check/"} <= set(links(answer))
    assert "Try again in a moment" in text(answer)
    assert RIGHT not in answer.content.decode()
    assert not queries.captured_queries


def forbidden(*_args: object, **_named: object) -> None:
    raise AssertionError("nothing is looked at and nothing is counted")


def test_the_way_back_keeps_where_it_leads(client: Client, crowd: None) -> None:
    answer = client.post(reverse("account_login"), SENT["account_login"])
    assert "/account/login/?next=%2Fchildren%2F" in links(answer)


@pytest.mark.hazard("H24")
def test_a_crowd_keeps_out_nobody_who_has_signed_in_here_before(
    client: Client, mother: User, request: pytest.FixtureRequest
) -> None:
    client.post(reverse("account_login"), SENT["account_login"])
    client.post(reverse("account_logout"))
    request.getfixturevalue("crowd")
    assert client.post(reverse("account_login"), SENT["account_login"]).status_code == 302
    assert "_auth_user_id" in client.session
    again = client.post(reverse("account_reauthenticate"), {"password": RIGHT})
    assert again.status_code == 302


@pytest.mark.hazard("H24")
def test_a_signed_in_log_and_signing_out_are_never_limited(child: Child, mother: User) -> None:
    client = Client()
    client.force_login(mother)
    with taken(STRANGERS), taken(KNOWN):
        answer = client.post(f"/children/{child.pk}/logs/", {"temperature": "39.1", "unit": "C", "when": "0"})
        assert answer.status_code == 303
        assert SymptomLog.objects.count() == 1
        assert client.post(reverse("account_reauthenticate"), {"password": RIGHT}).status_code == 503
        assert client.post(reverse("account_logout")).status_code == 302


def test_pages_are_opened_whoever_signs_in(client: Client, crowd: None) -> None:
    for name in ("account_login", "account_signup", "account_reset_password"):
        assert client.get(reverse(name)).status_code == 200


def test_fifty_at_once_are_two_at_work_and_two_that_wait_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn of one that breaks is given back."""
    monkeypatch.setattr(signing_in, "STRANGERS", InProgress(2, waiting=2, waits=0.2))
    go, at_work = threading.Event(), []

    def look(request: Any) -> HttpResponse:
        refused = turns.process_view(request)
        if refused is not None:
            return refused
        at_work.append(request)
        go.wait(30)
        raise ZeroDivisionError

    turns = SigningInTurns(look)
    with ThreadPoolExecutor(50) as pool:
        sent = [pool.submit(turns, a_try()) for _one in range(50)]
        while sum(one.done() for one in sent) < 48:
            go.wait(0.01)
        go.set()
    assert len(at_work) == 2
    assert sum(isinstance(one.exception(), ZeroDivisionError) for one in sent) == 2
    with pytest.raises(ZeroDivisionError):
        turns(a_try())


def a_try() -> HttpRequest:
    request: Any = HttpRequest()
    request.method, request.path, request.user = "POST", "/account/login/", AnonymousUser()
    request.resolver_match = resolve("/account/login/")
    return request  # type: ignore[no-any-return]
