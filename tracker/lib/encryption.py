"""What must stay secret from whoever holds a copy of the database is encrypted before it is stored.

    stored = encrypt(text)      fits a text column, JSON or a session
    text = decrypt(stored)      Unreadable, if no key of this site opens it

Whoever decrypts catches `Unreadable` and says on the page that what was stored is lost; it is never taken for
"nothing was there". The keys are in settings.ENCRYPTION_KEYS, the newest first: that one encrypts, each decrypts.
A key's id is part of its digest, so that a wrong key is known, and named, without being shown.
"""

from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NO_KEY = (
    "Nothing is encrypted without a key: set ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE, "
    "or run `python manage.py setup`, which makes one."
)
_ID_LENGTH = 8


class Unreadable(ValueError):
    """Encrypted under a key that is not here, or damaged."""


def new_key() -> str:
    return Fernet.generate_key().decode()


def key_ids() -> list[str]:
    """The newest first."""
    return list(_keys(settings.ENCRYPTION_KEYS))


def keys_by_id() -> dict[str, str]:
    """For who derives another key from each. The newest first."""
    return dict(zip(key_ids(), _split(settings.ENCRYPTION_KEYS), strict=True))


def encrypt(text: str) -> str:
    keys = _keys(settings.ENCRYPTION_KEYS)
    if not keys:
        raise ImproperlyConfigured(NO_KEY)
    newest, key = next(iter(keys.items()))
    return f"{newest}:{key.encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    under, _, token = stored.partition(":")
    try:
        return _keys(settings.ENCRYPTION_KEYS)[under].decrypt(token).decode()
    except (KeyError, InvalidToken):
        raise Unreadable(under[:_ID_LENGTH]) from None


@lru_cache(maxsize=4)
def _keys(text: str) -> dict[str, Fernet]:
    """By id. Separated by commas or white space, as a variable or a file has them."""
    try:
        return {key_id(key): Fernet(key) for key in _split(text)}
    except ValueError:
        raise ImproperlyConfigured(
            "ENCRYPTION_KEYS holds something that is no key, such as `python manage.py encryption new` prints."
        ) from None


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(text.replace(",", " ").split()))


def key_id(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:_ID_LENGTH]
