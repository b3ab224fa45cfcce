"""Where messages arrive in the tests: a mail server that can be told to misbehave."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Arrival:
    """One mail, when it came, and whether the sender was told so."""

    at: float
    to: str
    mail: Message

    @property
    def id(self) -> str:
        return str(self.mail["Message-ID"])


@dataclass
class MailServer:
    """`mode`: ok, or an answer such as "451 later"; "cut": takes the mail and hangs up; "slow": waits before it."""

    mode: str = "ok"
    pause: float = 0.0
    arrivals: list[Arrival] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "slow":
            await asyncio.sleep(self.pause)
        if self.mode[:1].isdigit():
            return self.mode
        mail = message_from_bytes(envelope.content)
        self.arrivals += [Arrival(time.monotonic(), to, mail) for to in envelope.rcpt_tos]
        if self.mode == "cut":
            server.transport.abort()
        return "250 taken"


@contextmanager
def mail_server(port: int = 0) -> Iterator[tuple[MailServer, int]]:
    """A server in a thread of its own, and its port."""
    sink = MailServer()
    controller = Controller(sink, hostname="127.0.0.1", port=port or _free_port())
    controller.start()
    try:
        yield sink, controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
