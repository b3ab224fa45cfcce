"""The session of somebody who looks after other people's children locks when nobody is there, and ends with the shift.

A ward's computer is used by many. After 15 idle minutes a role in a care team counts no more until its holder says
again who they are; 12 hours after they last said so the session ends. What a parent logs is never kept back by
either: only roles in a care team are (tracker/core/access.py asks `is_locked`).

When somebody was last there stands in a signed cookie, not in the session: a page that is read writes nothing. That it
was locked stands in the session, where no cookie that comes late, is put back or deleted opens it again.
"""

from datetime import UTC, datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

ENDS_AFTER = timedelta(hours=12)
LOCKS_AFTER = timedelta(minutes=15)
ASKS_BEFORE = timedelta(minutes=30)
"""So long before its end the pages of the staff ask whether to go on."""
POLL = "auto"
"""A page that asks by itself says so in its query, ?auto=1, or by the header X-Part. Nobody need be there for it."""
_SALT = "tracker.staff-session"
_LOCKED = "staff_locked_after"
_NEVER = datetime.min.replace(tzinfo=UTC)


class StaffLocked(ReauthenticationRequired):
    """A role in a care team would be needed, and its holder has to say again who they are."""


class StaffSession:
    """Asked anew each time: signing in again, or locking, changes it within one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.active_at = _active_at(request)

    @property
    def signed_in_at(self) -> datetime:
        """Of allauth's notes the newest; where the session has none, Django's own.

        One from a clock that was ahead counts only where there is no other: it would hide the one that came after it.
        """
        records = get_authentication_records(self.request, self.request.user)
        if records:
            given = [record["at"] for record in records]
            past = [at for at in given if at <= timezone.now().timestamp()]
            return datetime.fromtimestamp(max(past or given), UTC)
        return (self.request.user.is_authenticated and self.request.user.last_login) or _NEVER

    @property
    def ends_at(self) -> datetime:
        return self.signed_in_at + ENDS_AFTER

    @property
    def is_over(self) -> bool:
        return timezone.now() >= self.ends_at

    @property
    def ends_soon(self) -> bool:
        return timezone.now() >= self.ends_at - ASKS_BEFORE

    @property
    def is_locked(self) -> bool:
        """A moment ahead of now does not count: the clock was put right since."""
        signed_in_at, now = self.signed_in_at, timezone.now()
        if self.is_over or self.request.session.get(_LOCKED, "") == self._newest_sign:
            return True
        return not any(now - LOCKS_AFTER < at <= now for at in (signed_in_at, self.active_at))

    def lock(self) -> None:
        """One write, and the only one: every cookie from before is worth nothing then.

        It holds until its holder says who they are, and is told from that by the sign it was locked after, not by its
        time: from a clock ahead it would hold against every password, from one behind it would open by itself.
        """
        self.request.session[_LOCKED] = self._newest_sign

    @property
    def _newest_sign(self) -> float | None:
        """What allauth noted last in this session; None where it noted nothing."""
        records = get_authentication_records(self.request, self.request.user)
        return records[-1]["at"] if records else None

    def keep(self, response: HttpResponse) -> None:
        """Notes in the cookie that somebody is there."""
        if self.is_locked:
            return
        told = [_digest(self.request), timezone.now().timestamp()]
        response.set_cookie(
            settings.STAFF_COOKIE_NAME,
            signing.dumps(told, salt=_SALT),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def is_poll(request: HttpRequest) -> bool:
    """What a board's script asks by itself is no sign that somebody is there."""
    asks = request.resolver_match.view_name if request.resolver_match else ""
    return asks in ("board-version", "boards-version") or POLL in request.GET or "X-Part" in request.headers


def _active_at(request: HttpRequest) -> datetime:
    """When somebody was last there, in this session and signed by us; else as if nobody had ever been."""
    try:
        session, at = signing.loads(request.COOKIES.get(settings.STAFF_COOKIE_NAME, ""), salt=_SALT)
    except (signing.BadSignature, ValueError):
        return _NEVER
    return datetime.fromtimestamp(at, UTC) if session == _digest(request) else _NEVER


def _digest(request: HttpRequest) -> str:
    """Says whose session it is, and not its key."""
    return salted_hmac(_SALT, request.session.session_key or "").hexdigest()
