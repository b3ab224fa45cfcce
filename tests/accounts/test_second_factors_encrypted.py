"""Second factors are encrypted in the database, under a key that can be replaced and, when it is lost, given up."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from tests.support.personas import NOW, SECRET
from tracker.lib.encryption import key_id, key_ids, new_key
from tracker.models import AuditEvent, User
from tracker.operations.encryption_keys import (
    DRAFTS_LIVE,
    encrypt_anew,
    forget_former_keys,
    note_newest_key,
    noted_keys,
    refuse_wrong_keys,
)
from tracker.site.demo.second_factors import code, seed_totp, seeded_codes


@pytest.fixture
def app(mother: User) -> Authenticator:
    seed_totp(mother, SECRET)
    note_newest_key(now=NOW)
    return Authenticator.objects.get()


def stored() -> str:
    return str(list(Authenticator.objects.values_list("data", flat=True)))


@pytest.mark.hazard("H29")
def test_a_copy_of_the_database_gives_no_second_factor_away(mother: User) -> None:
    TOTP.activate(mother, SECRET)
    codes = RecoveryCodes.activate(mother)
    assert SECRET not in stored()
    assert stored().count(f"{key_ids()[0]}:") == 2
    assert len(set(codes.generate_codes())) == 10
    assert codes.validate_code(codes.generate_codes()[0])


def test_a_new_key_takes_over_and_the_old_one_can_go_after_two_days(
    app: Authenticator, settings: Any
) -> None:
    old, new = settings.ENCRYPTION_KEYS, new_key()
    settings.ENCRYPTION_KEYS = f"{new},{old}"
    note_newest_key(now=NOW)
    assert encrypt_anew() == 1
    assert encrypt_anew() == 0
    assert forget_former_keys(now=NOW + DRAFTS_LIVE) == 0
    assert forget_former_keys(now=NOW + DRAFTS_LIVE + timedelta(seconds=1)) == 1
    settings.ENCRYPTION_KEYS = new
    refuse_wrong_keys([str(key) for key in noted_keys()])
    assert seeded_codes(NOW)[0][0] == app.user


def test_what_was_stored_in_the_clear_before_is_encrypted(app: Authenticator) -> None:
    Authenticator.objects.update(data={"secret": SECRET, "seeded": True})
    assert encrypt_anew() == 1
    assert SECRET not in stored()
    assert seeded_codes(NOW)[0][1] == code(SECRET, NOW)


def test_a_key_that_is_taken_back_counts_again(app: Authenticator, settings: Any) -> None:
    old, new = settings.ENCRYPTION_KEYS, new_key()
    for keys in (f"{new},{old}", f"{old},{new}"):
        settings.ENCRYPTION_KEYS = keys
        note_newest_key(now=NOW)
    assert str(noted_keys().get(replaced_at=None)) == key_id(old)


def test_one_that_cannot_be_opened_lets_nobody_in_and_stops_nothing(
    app: Authenticator, mother: User, settings: Any, caplog: Any
) -> None:
    """The codes on paper still work where they can be read."""
    settings.ENCRYPTION_KEYS = new_key()
    codes = RecoveryCodes.activate(mother)
    assert not any(TOTP(app).validate_code(f"{number:06}") for number in range(50))
    assert codes.validate_code(codes.generate_codes()[3])
    assert "second_factor_unreadable" in caplog.text
    assert encrypt_anew() == 0


@pytest.mark.hazard("H24")
def test_a_key_that_is_lost_for_good_is_given_up_and_the_site_serves_again(
    app: Authenticator, mother: User, settings: Any, capsys: Any
) -> None:
    (lost,) = key_ids()
    settings.ENCRYPTION_KEYS = new_key()
    with pytest.raises(ImproperlyConfigured, match=lost):
        refuse_wrong_keys([str(key) for key in noted_keys()])
    call_command("encryption", "status")
    assert f"{lost}: in use, NOT HERE" in capsys.readouterr().out
    call_command("encryption", "abandon", lost)
    refuse_wrong_keys([str(key) for key in noted_keys()])
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.get(verb="second-factor.lost").about == mother.pk
    assert AuditEvent.objects.get(verb="encryption-key.abandoned").detail == {"key": lost}


def test_a_key_that_is_here_is_not_given_up(app: Authenticator) -> None:
    with pytest.raises(CommandError, match="Say which key"):
        call_command("encryption", "abandon", key_ids()[0])
    assert Authenticator.objects.exists()


def test_the_command_makes_keys_that_can_be_used(settings: Any, capsys: Any) -> None:
    call_command("encryption", "new")
    settings.ENCRYPTION_KEYS = capsys.readouterr().out
    assert len(key_ids()) == 1
