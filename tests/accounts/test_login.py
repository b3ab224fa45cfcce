"""A login needs the database and nothing else."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.support.mails import code_for

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "a quiet night", "a loud night"


@pytest.fixture
def mother():
    return get_user_model().objects.create_user(email="mother@family.example", password=RIGHT)


def log_in(client, password: str) -> bool:
    client.post("/account/login/", {"login": "mother@family.example", "password": password})
    return "_auth_user_id" in client.session


def test_a_mother_logs_in_without_broker_or_confirmed_address(client, mother):
    assert log_in(client, RIGHT)


def test_guessing_ends_after_five_tries_without_broker(client, mother):
    for _ in range(5):
        assert not log_in(client, WRONG)
    assert not log_in(client, RIGHT)


def test_a_code_comes_by_mail_and_lets_her_in(client, mother):
    client.post("/account/login/code/", {"email": "mother@family.example"})
    client.post("/account/login/code/confirm/", {"code": code_for("mother@family.example")})
    assert "_auth_user_id" in client.session


SIGN_UP = "/account/signup/"


def test_signing_up_with_a_known_address_leads_to_signing_in(client, mother):
    page = client.post(SIGN_UP, {"email": mother.email, "password1": "another quiet night"}).content.decode()
    assert "has an account already" in page
    assert "/account/login/" in page
    assert get_user_model().objects.count() == 1


@pytest.mark.hazard("H24")
def test_who_asks_for_many_addresses_is_stopped_and_told_whom_to_call(client, mother, clock):
    for _minute in range(4):
        for _ in range(15):
            assert client.post(SIGN_UP, {"email": mother.email, "password1": "x"}).status_code == 200
        clock.shift(61)
    stopped = client.post(SIGN_UP, {"email": mother.email, "password1": "x"})
    assert stopped.status_code == 429
    assert "already" not in stopped.content.decode()
    assert "tel:112" in stopped.content.decode()
    assert "/check/" in stopped.content.decode()
    assert client.get("/check/").status_code == 200
    clock.shift(3600)
    assert client.post(SIGN_UP, {"email": "new@family.example", "password1": "a quiet night"}).url == "/"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/login/", {"login": "%s", "password": "wrong"}),
        ("/account/login/code/", {"email": "%s"}),
        ("/account/password/reset/", {"email": "%s"}),
    ],
)
def test_the_other_ways_in_answer_alike_for_known_and_unknown_addresses(mother, path, form):
    answers = []
    for address in (mother.email, "father@family.example"):
        client = Client()
        typed = {name: value.replace("%s", address) for name, value in form.items()}
        page = client.post(path, typed, follow=True)
        said = page.content.decode().replace(address, "ADDRESS")
        answers.append((page.status_code, page.redirect_chain, re.sub(r'value="\w{64}"', "", said)))
    assert answers[0] == answers[1]
