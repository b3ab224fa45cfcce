"""Limits that slow down whoever guesses a password, and nobody who knows it (docs/adr/limits-for-guessers.md).

A wrong password is counted for the login from that sender, for that sender, and for the login as a whole. A browser in
which this person has signed in before is counted by itself: whatever others do, its own tries are left. A right
password counts nowhere. What is counted lies in the database, by allauth's limiter.
"""

import secrets
from math import ceil
from typing import Any

from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage, get_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from tracker.models import User

RATES = {
    "password-here": "10/5m/key",  # a browser that knows the person, or somebody signed in who is asked once more
    "password-from": "5/5m/key",  # one login, one sender
    "password-sender": "100/h/key",  # one sender, whatever the login: a ward is behind one address
    "password-login": "50/h/key",  # one login, whoever sends
    "mail-here": "3/m/key",
    "mail-from": "3/m/key",
    "mail-sender": "60/m/key",
    "mail-login": "60/h/key",
}
COOKIE = "__Host-known" if settings.HTTPS else "known"
KNOWN_FOR = 365 * 24 * 3600  # seconds
MOST = 30  # people of one browser: the computer of a ward


class TooMany(Exception):
    """`seconds`: after so long without a try none of the limits stops it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def count(request: HttpRequest, what: str, login: str) -> RateLimitUsage:
    """One more try of `what`, "password" or "mail". `rollback` takes it back."""
    login = login.lower()
    if browser := _browser_of(request, login):
        wanted = {f"{what}-here": f"{browser}:{login}"}
    else:
        sender = get_ip(request)
        wanted = {f"{what}-from": f"{sender}:{login}", f"{what}-sender": sender, f"{what}-login": login}
    taken = RateLimitUsage(usage=[])
    over: list[float] = []
    for action, key in wanted.items():
        usage = ratelimit.consume(
            request, app="tracker", action=action, config=RATES, key=key, dry_run=bool(over)
        )
        if usage is None:
            over.append(_seconds(action))
        elif not over:
            taken.usage += usage.usage
    if over:
        taken.rollback()
        raise TooMany(max(over))
    return taken


def _seconds(action: str) -> float:
    return max(rate.duration for rate in ratelimit.parse_rates(RATES[action]))


def in_words(seconds: float) -> str:
    """How long that is: 5 minutes, 1 hour."""
    minutes = ceil(seconds / 60)
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}


def forgive(request: HttpRequest, login: str) -> None:
    """Somebody has just set a new password for this login: the slips before it don't count here any more."""
    login = login.lower()
    keys = {"password-from": f"{get_ip(request)}:{login}"}
    if browser := _browser_of(request, login):
        keys["password-here"] = f"{browser}:{login}"
    for action, key in keys.items():
        ratelimit.clear(request, app="tracker", action=action, config=RATES, key=key)


def remember_browser(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """`person` has signed in here."""
    browser, people = _read(request)
    browser = browser or secrets.token_hex(8)
    tag = _tag(browser, person)
    kept = [tag, *(one for one in people if one != tag)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        ".".join([browser, *kept]),
        salt=COOKIE,
        max_age=KNOWN_FOR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def is_known_browser(request: HttpRequest) -> bool:
    """Somebody has signed in here before, whoever it was. Asks the database nothing."""
    return bool(_read(request)[1])


def _browser_of(request: HttpRequest, login: str) -> str:
    """What a browser that knows the person of this login is counted by; empty for any other."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    browser, people = _read(request)
    if not people:
        return ""
    persons: list[Any] = filter_users_by_email(login, prefer_verified=True, for_login=True)
    return browser if any(_tag(browser, person) in people for person in persons) else ""


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    value = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=KNOWN_FOR)
    browser, *people = (value or "").split(".")
    return browser, people


def _tag(browser: str, person: User) -> str:
    """Says nothing to who reads the cookie. It ends with the first proof of whose the account is."""
    return salted_hmac("known browser", f"{browser} {person.pk} {person.confirmed_at}").hexdigest()[:16]
