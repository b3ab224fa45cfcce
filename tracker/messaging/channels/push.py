"""Web Push: encrypted for the browser, signed with the site's own key, and only to push services that are listed."""

import json
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext as _
from py_vapid import Vapid, b64urlencode

from tracker.lib import hours
from tracker.messaging.channels import outbox
from tracker.messaging.channels.errors import SendError, seconds_asked
from tracker.messaging.channels.wording import headline
from tracker.models import Channel, ContactPoint, Lane, Message

if TYPE_CHECKING:
    import requests
    from pywebpush import WebPushException

SIZE = 1024
"""Every payload is as long: its length does not tell an alert from a reminder."""
DECLARATIVE = 8030
CONNECT, ANSWER = 3, 7  # seconds
GONE = (404, 410)
A_DAY = 24 * 3600  # seconds


class Parcel(NamedTuple):
    """What a push service is handed, beside the text: how long it keeps it, what it takes the place of."""

    topic: str
    ttl: int  # seconds
    urgency: str


def send(message: Message) -> Collection[str]:
    """To each browser of the recipient. One that has it is enough; those that are gone are handed back."""
    points = ContactPoint.objects.filter(person=message.recipient, channel=Channel.PUSH, dead_at=None)
    refusals = {point.address: _send_to(point, message) for point in points}
    dead = [address for address, error in refusals.items() if error and error.dead]
    if all(refusals.values()):
        raise _worst(list(filter(None, refusals.values())), dead)
    return dead


def _worst(errors: list[SendError], dead: Collection[str]) -> SendError:
    """Of several browsers: worth another try as long as one of them is."""
    passing = [error for error in errors if not error.is_permanent]
    if not passing:
        code = errors[0].code if errors else "no-browser"
        return SendError(code, is_permanent=True, dead=dead)
    first = min(passing, key=lambda error: error.retry_after)
    return SendError(first.code, is_unknown=first.is_unknown, retry_after=first.retry_after, dead=dead)


def _send_to(point: ContactPoint, message: Message) -> SendError | None:
    """None once the push service has it. A site that pushes nowhere writes it down instead."""
    if not settings.PUSH_LEAVES_THE_HOUSE and is_allowed(point.address):
        outbox.write(kind="Push", to=message.person.email, text=headline(message), message=message)
        return None
    lives = int((message.expires_at - message.queued_at).total_seconds())
    urgency = "high" if message.lane is Lane.ALERTS else "normal"
    return _push(point, payload_of(message, point), Parcel(tag_of(message), max(60, lives), urgency))


def send_check(point: ContactPoint) -> SendError | None:
    """Asks one browser whether it still gets notifications. None once the push service has it."""
    return _push(point, check_payload(point), Parcel("check", A_DAY, "normal"))


def _push(point: ContactPoint, payload: str, parcel: Parcel) -> SendError | None:
    import requests  # here: with pywebpush it brings 15 MB, which most processes never need
    from pywebpush import WebPushException, webpush

    if not is_allowed(point.address):
        return SendError("not-a-push-service", is_permanent=True, dead=[point.address])
    try:
        with _session() as session:
            webpush(
                {"endpoint": point.address, "keys": point.keys},
                data=payload,
                vapid_private_key=_key(),
                vapid_claims={"sub": settings.PUSH_CONTACT},  # a fresh one each time: it is written to
                timeout=(CONNECT, ANSWER),
                ttl=parcel.ttl,
                headers={"Topic": parcel.topic, "Urgency": parcel.urgency},
                requests_session=session,
            )
    except WebPushException as error:
        return _refused(error, point)
    except requests.RequestException:
        return SendError("no-push-service", is_unknown=True)
    except ValueError:  # keys that are none
        return SendError("broken-keys", is_permanent=True, dead=[point.address])
    return None


def _refused(error: "WebPushException", point: ContactPoint) -> SendError:
    status = error.status_code or 0
    if status in GONE:
        return SendError(f"push-{status}", is_permanent=True, dead=[point.address])
    if status == 429 or status >= 500:
        return SendError(f"push-{status}", retry_after=seconds_asked(error.retry_after))
    return SendError(f"push-{status}", is_permanent=True)


def payload_of(message: Message, point: ContactPoint) -> str:
    """For sw.js, and beside it as a declarative message, which a browser that knows those shows without a worker.

    iOS ends a subscription, and tells nobody, where a worker has shown nothing three times.
    """
    with hours.read_by(message.person):
        title, url = headline(message), reverse("message", args=[message.pk])
    return _text({"title": title, "tag": tag_of(message), "url": url, "receipt": receipt_of(point)})


def check_payload(point: ContactPoint) -> str:
    """Shown without a sound. `mutable`: a browser that would show it alone asks our worker, which answers us."""
    with hours.read_by(point.person):
        title = _("Nightlight: notifications arrive here")
    told = {"title": title, "tag": "check", "url": reverse("reach"), "receipt": receipt_of(point)}
    return _text(told | {"quiet": True, "mutable": True})


def _text(told: dict[str, Any]) -> str:
    """Padded: all are as long."""
    declared = {"title": told["title"], "tag": told["tag"], "navigate": settings.SITE_URL + told["url"]}
    if told.get("quiet"):
        declared["silent"] = True
    text = json.dumps(told | {"web_push": DECLARATIVE, "notification": declared}, ensure_ascii=False)
    return text + " " * max(0, SIZE - len(text.encode()))


def receipt_of(point: ContactPoint) -> str:
    """What the browser hands back once it has shown one. It opens nothing, and nobody else can make it."""
    return _signer().sign(point.pk.hex)


def point_of(receipt: str) -> UUID | None:
    try:
        return UUID(_signer().unsign(receipt))
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt="a notification came")


def tag_of(message: Message) -> str:
    """The same for all that is said about one occasion: the newer one takes the place of the older.

    What tells of several alerts takes the place of none.
    """
    if message.together > 1:
        return message.pk.hex
    return (message.alert_id or message.reminder_id or message.pk).hex


def is_allowed(endpoint: str) -> bool:
    """Whether it belongs to a push service of the list: an address that somebody sends us is not asked blindly.

    A list's entry is a host, meaning https on its own port; ".host", any below it; or a whole origin.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or parts.password or not endpoint.isascii():
        return False
    if f"{parts.scheme}://{parts.netloc}" in settings.PUSH_HOSTS:
        return True
    is_plain = parts.scheme == "https" and port in (None, 443)
    return is_plain and any(_is_at(host, listed) for listed in settings.PUSH_HOSTS)


def _is_at(host: str, listed: str) -> bool:
    return host.endswith(listed) if listed.startswith(".") else host == listed


def _session() -> "requests.Session":
    """Follows nobody elsewhere."""
    import requests

    session = requests.Session()
    session.max_redirects = 0
    return session


@cache
def _key() -> Vapid:
    return Vapid.from_file(settings.PUSH_KEY_FILE)


def public_key() -> str:
    """What a browser subscribes with; empty where setup has not made a key."""
    if not settings.PUSH_KEY_FILE.exists():
        return ""
    raw = _key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(raw))
