"""Reads the environment for settings.py. What is malformed is refused by name, without printing its value.

By hand, because environs repeats the value in its error, and django-environ takes a mistyped flag for "no".
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable's text, without the blanks around it; empty counts as absent."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    found = text(name).lower()
    if found in TRUE | FALSE:
        return found in TRUE
    if found:
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")
    return default


def number(name: str, default: int, *, least: int = 0) -> int:
    found = text(name, str(default))
    if not (found.isascii() and found.isdigit() and int(found) >= least):
        raise ImproperlyConfigured(f"{name} must be a whole number, {least} or more.")
    return int(found)


def items(name: str) -> list[str]:
    """A comma-separated list."""
    return [item.strip() for item in text(name).split(",") if item.strip()]


def secret(name: str, fallback: Path) -> str:
    """From NAME, or the file that NAME_FILE names, or the fallback file; else empty.

    A named file that cannot be read is an error: a typing mistake must not become another key.
    """
    if text(name):
        return text(name)
    named = text(f"{name}_FILE")
    if not named and not fallback.exists():
        return ""
    try:
        return Path(named or fallback).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None


def site(name: str, default: str) -> tuple[str, str, bool]:
    """The site's own address -> (address without the last slash, host, whether it is https)."""
    found = text(name, default).rstrip("/")
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured(f"{name} must look like https://nightlight.example, without a path.")
    return found, parts.hostname, parts.scheme == "https"


def mail(name: str) -> dict[str, object]:
    """smtp://, smtp+tls:// (STARTTLS) or smtps:// as Django's mail settings; nothing when it is not set."""
    if not text(name):
        return {}
    parts = urlsplit(text(name))
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp+tls://user:password@mail.example:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }


def mailbox(name: str) -> dict[str, Any] | None:
    """imaps://user:password@host:993/folder, read over TLS and no other way; None when it is not set."""
    if not text(name):
        return None
    parts = urlsplit(text(name))
    if parts.scheme != "imaps" or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured(f"{name} must look like imaps://user:password@mail.example/INBOX.")
    return {
        "host": parts.hostname,
        "port": parts.port or 993,
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


def sms(name: str) -> str:
    """A gateway's address, its secret and the sender's number in it; empty when it is not set."""
    found = text(name)
    parts = urlsplit(found)
    if found and not (parts.scheme in ("twilio", "twilio+http") and parts.username and parts.path.strip("/")):
        raise ImproperlyConfigured(f"{name} must look like twilio://account:token@api.twilio.com/+15550100.")
    return found


def contact(name: str) -> str:
    """Where somebody is written to: mailto: or https:; empty when it is not set."""
    found = text(name)
    if found and not found.startswith(("mailto:", "https://")):
        raise ImproperlyConfigured(f"{name} must look like mailto:security@hospital.example.")
    return found
