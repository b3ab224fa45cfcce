"""Where messages arrive in the tests: a mail server and a gateway that can be told to misbehave, and a browser."""

import asyncio
import base64
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Gateway:
    """An HTTP server that answers `status` and remembers what was asked; `pause` seconds late."""

    status: int = 201
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    origin: str = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                time.sleep(gateway.pause)
                headers = {name.lower(): value for name, value in self.headers.items()}
                gateway.asked.append((self.path, headers, body))
                self.send_response(gateway.status)
                for name, value in gateway.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(gateway.body)))
                with suppress(ConnectionError):  # whoever asked may not have waited
                    self.end_headers()
                    self.wfile.write(gateway.body.encode())

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A push service or an SMS gateway of the tests' own."""
    sink = Gateway()
    server = ThreadingHTTPServer(("127.0.0.1", 0), sink.handler())
    sink.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()


class Browser:
    """The half of Web Push that a browser plays: makes its keys, and decrypts what it gets."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _as_text(public), "auth": _as_text(self.secret)}

    def decrypt(self, body: bytes) -> str:
        return http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
        ).decode()


def _as_text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
