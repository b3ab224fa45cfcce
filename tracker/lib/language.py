"""Which language somebody reads, kept on the phone: error pages and those before the login know nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation


def keep(response: HttpResponse, language: str, *, is_secure: bool) -> None:
    """A cookie, which says nothing else about anybody."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=is_secure,
    )


def about(code: str | None) -> Any:
    """The file of a language as config/languages.py read it; None for one that the site does not speak."""
    return settings.LANGUAGE_FILES.get(code or "")


def is_right_to_left(code: str) -> bool:
    """Also of a language that the site does not speak."""
    try:
        return bool(translation.get_language_info(code)["bidi"])
    except KeyError:
        return False


@contextmanager
def spoken(code: str) -> Iterator[None]:
    """Texts in that language; in the site's own where it speaks no such one."""
    with translation.override(code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        yield
