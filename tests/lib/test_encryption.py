"""What a copy of the database must not give away is encrypted under keys that have ids and can be rotated."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tracker.lib.encryption import Unreadable, decrypt, encrypt, key_ids, new_key

SECRET = "Zoë 39.9 🌙"


@pytest.fixture
def keys(settings: Any) -> list[str]:
    """Two, the newer first; the site has both."""
    newer, older = new_key(), new_key()
    settings.ENCRYPTION_KEYS = f"{newer}\n{older}\n"
    return [newer, older]


def test_what_was_encrypted_is_read_again_and_shows_nothing(keys: list[str]) -> None:
    stored = encrypt(SECRET)
    assert decrypt(stored) == SECRET
    for part in ("Zoë", "39.9", SECRET.encode().hex()):
        assert part not in stored  # base64 has no "ë" and no point: chance cannot write them
    assert encrypt(SECRET) != stored


def test_the_newest_key_encrypts_and_older_ones_still_decrypt(keys: list[str], settings: Any) -> None:
    settings.ENCRYPTION_KEYS = keys[1]
    under_the_older = encrypt(SECRET)
    settings.ENCRYPTION_KEYS = ",".join(keys)
    assert decrypt(under_the_older) == SECRET
    assert encrypt(SECRET).startswith(f"{key_ids()[0]}:")
    assert not under_the_older.startswith(key_ids()[0])


def test_a_key_that_is_not_here_is_named_and_not_shown(keys: list[str], settings: Any) -> None:
    stored, (newest, _older) = encrypt(SECRET), key_ids()
    settings.ENCRYPTION_KEYS = keys[1]
    with pytest.raises(Unreadable, match=newest):
        decrypt(stored)
    assert newest not in keys[0]


@pytest.mark.parametrize("stored", ["", "plain", "39.9:", ":", "\x00", "ü:ü"])
def test_what_was_never_encrypted_is_not_read(keys: list[str], stored: str) -> None:
    with pytest.raises(Unreadable):
        decrypt(stored)


def test_one_changed_letter_is_found(keys: list[str]) -> None:
    stored = encrypt(SECRET)
    changed = stored[:40] + ("A" if stored[40] != "A" else "B") + stored[41:]
    with pytest.raises(Unreadable):
        decrypt(changed)


def test_nothing_is_stored_in_the_clear_where_there_is_no_key(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ""
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS"):
        encrypt(SECRET)


def test_what_is_no_key_is_refused_without_being_printed(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = "no key at all"
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS") as refused:
        key_ids()
    assert "no key at all" not in str(refused.value)
