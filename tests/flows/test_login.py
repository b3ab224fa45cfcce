"""A login needs the database and nothing else."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

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
    (message,) = mail.outbox
    assert message.to == ["mother@family.example"]
    code = re.search(r"^[A-Z0-9-]{6,}$", message.body, re.MULTILINE)
    assert code, message.body
    client.post("/account/login/code/confirm/", {"code": code[0]})
    assert "_auth_user_id" in client.session
