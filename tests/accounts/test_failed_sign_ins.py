"""Who was not let in is on record, and nothing of what was typed."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.support.personas import SECRET
from tracker.models import AuditEvent, User
from tracker.site.demo.second_factors import code

pytestmark = pytest.mark.django_db
PASSWORD, TYPED = "a quiet night", "a loud night"


def failures() -> list[tuple[object, dict[str, str]]]:
    return list(AuditEvent.objects.filter(verb="sign-in.failed").values_list("about", "detail"))


def sign_in(client: Client, address: str, password: str = TYPED) -> None:
    client.post("/account/login/", {"login": address, "password": password})


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def test_a_wrong_password_is_on_record_and_a_right_one_is_not(client: Client, mother: User) -> None:
    sign_in(client, with_password(mother).email, PASSWORD)
    assert failures() == []
    sign_in(Client(), mother.email)
    assert failures() == [(mother.pk, {"step": "password"})]


def test_an_address_without_an_account_is_not_kept(client: Client) -> None:
    sign_in(client, "nobody@family.example")
    assert failures() == [(None, {"step": "password"})]


def test_a_wrong_code_by_mail_is_on_record(client: Client, mother: User) -> None:
    client.post("/account/login/code/", {"email": mother.email})
    client.post("/account/login/code/confirm/", {"code": "WRONG"})
    assert failures() == [(mother.pk, {"step": "code"})]


def test_a_wrong_second_step_is_on_record(client: Client, nurse: User) -> None:
    sign_in(client, with_password(nurse).email, PASSWORD)
    wrong = "000000" if code(SECRET, datetime.now(UTC)) != "000000" else "111111"
    client.post("/account/2fa/authenticate/", {"code": wrong})
    assert failures() == [(nurse.pk, {"step": "second-step"})]


def test_who_guesses_on_past_the_limit_fills_no_record(client: Client, mother: User) -> None:
    for _try in range(9):
        sign_in(client, mother.email)
    assert len(failures()) == 5
