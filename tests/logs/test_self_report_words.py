"""The library's pages of signing in speak our words: none of its own templates with words is shown."""

from pathlib import Path

import allauth
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client

from tests.support.again import asked_again
from tests.support.mails import mails_to
from tests.support.pages import text
from tracker.models import User

THEIRS = Path(allauth.__file__).parent
WORDLESS = {"mfa/webauthn/snippets/login_script.html", "mfa/recovery_codes/download.txt"}
AS_NURSE = [
    "/account/2fa/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/totp/deactivate/",
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/generate/",
    "/account/2fa/recovery-codes/download/",
    "/account/2fa/reauthenticate/",
    "/account/reauthenticate/",
    "/account/email/",
    "/account/sessions/",
    "/account/password/change/",
    "/account/logout/",
]
AS_NOBODY = [
    "/account/login/",
    "/account/signup/",
    "/account/login/code/",
    "/account/password/reset/",
    "/account/inactive/",
    "/account/confirm-email/nothing/",
]
THEIR_WORDS = ("two-factor", "authenticator", "security key", "reauthenticate", "passwordless", "master key")


def shown(client: Client, path: str) -> None:
    """One page: no template with words of the library, a number to call, and none of its terms."""
    page = client.get(path)
    assert page.status_code == 200, path
    found = {
        one.name for one in page.templates if one.origin and Path(one.origin.name).is_relative_to(THEIRS)
    }
    assert found <= WORDLESS, path
    if page.headers["Content-Type"].startswith("text/html"):
        said = text(page).lower()
        assert not [word for word in THEIR_WORDS if word in said], path
        assert "tel:" in page.content.decode(), path


@pytest.mark.parametrize("path", AS_NOBODY)
def test_who_is_not_signed_in_reads_our_words(client: Client, db: None, path: str) -> None:
    shown(client, path)


@pytest.mark.parametrize("path", AS_NURSE)
def test_a_nurse_reads_our_words(nurse: User, path: str) -> None:
    nurse.set_password("a quiet night")
    nurse.save()
    RecoveryCodes.activate(nurse)
    shown(asked_again(nurse), path)


def test_the_second_step_reads_our_words(client: Client, nurse: User) -> None:
    nurse.set_password("a quiet night")
    nurse.save()
    client.post("/account/login/", {"login": nurse.email, "password": "a quiet night"})
    shown(client, "/account/2fa/authenticate/")
    wrong = client.post("/account/2fa/authenticate/", {"code": "nothing"})
    assert "Type the one that the app shows now" in text(wrong)


def test_a_changed_way_in_is_told_by_mail_in_our_words(nurse: User) -> None:
    client = asked_again(nurse)
    client.get("/account/email/")  # which notes the address
    client.post("/account/2fa/totp/deactivate/")
    assert mails_to(nurse.email)
    (told,) = mail.outbox
    assert told.subject == "Nightlight: A code app was switched off"
    assert "If this was not you" in told.body
    assert "authenticator" not in told.body.lower()


def test_a_dead_mail_server_breaks_no_change(nurse: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    client = asked_again(nurse)
    client.get("/account/email/")
    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert not nurse.authenticator_set.exists()
