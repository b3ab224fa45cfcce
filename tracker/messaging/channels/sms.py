"""SMS, through one of the gateways below. Without one, each becomes a file in the outbox, like mail."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

from tracker.lib import hours
from tracker.messaging.channels import outbox
from tracker.messaging.channels.errors import SendError, seconds_asked
from tracker.messaging.channels.wording import headline, link
from tracker.models import Channel, ContactPoint, Message

if TYPE_CHECKING:
    import requests

CONNECT, ANSWER = 3, 7  # seconds


class Gateway(Protocol):
    """Whoever carries an SMS."""

    def send(self, to: str, text: str, message: Message) -> None:
        """Raises SendError."""


class Console:
    """No gateway: it is written down instead of sent."""

    def send(self, to: str, text: str, message: Message) -> None:
        outbox.write(kind="SMS", to=to, text=text, message=message)


class Twilio:
    """Its Messages resource: one POST. A number that it refuses for good is not tried again."""

    REFUSED_FOR_GOOD = frozenset(
        {21211, 21214, 21610, 21612, 21614}
    )  # no number, a landline, or they said stop

    def __init__(self, url: str) -> None:
        """twilio://ACCOUNT:TOKEN@api.twilio.com/+15550100, the last being the sender."""
        parts = urlsplit(url)
        scheme = "http" if parts.scheme == "twilio+http" else "https"
        port = f":{parts.port}" if parts.port else ""
        self.account, self.token = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = unquote(parts.path.strip("/"))
        self.address = f"{scheme}://{parts.hostname}{port}/2010-04-01/Accounts/{self.account}/Messages.json"

    def send(self, to: str, text: str, message: Message) -> None:
        import requests  # here: most processes send none

        form = {"From": self.sender, "To": to, "Body": text}
        try:
            answer = requests.post(
                self.address,
                data=form,
                auth=(self.account, self.token),
                timeout=(CONNECT, ANSWER),
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise SendError("no-sms-gateway") from error
        except requests.RequestException as error:  # perhaps it was taken before the line was cut
            raise SendError("sms-cut-off", is_unknown=True) from error
        if not answer.ok or answer.is_redirect:
            raise self._refused(answer, to)

    def _refused(self, answer: "requests.Response", to: str) -> SendError:
        if answer.status_code == 429:
            return SendError("sms-429", retry_after=seconds_asked(answer.headers.get("Retry-After")))
        if answer.status_code >= 500:
            return SendError(f"sms-{answer.status_code}", is_unknown=True)
        code = re.search(r'"code"\s*:\s*([0-9]{1,9})\b', answer.text)
        is_dead = code is not None and int(code[1]) in self.REFUSED_FOR_GOOD
        return SendError(f"sms-{answer.status_code}", is_permanent=True, dead=[to] if is_dead else [])


def gateway() -> Gateway:
    return Twilio(settings.SMS_URL) if settings.SMS_URL else Console()


def send(message: Message) -> Collection[str]:
    """To the recipient's number."""
    points = ContactPoint.objects.filter(person=message.recipient, channel=Channel.SMS)
    point = points.filter(dead_at=None).first() or points.first()
    if point is None:
        raise SendError("no-number", is_permanent=True)
    with hours.read_by(message.person):
        gateway().send(point.address, f"{headline(message)} {link(message)}", message)
    return ()
