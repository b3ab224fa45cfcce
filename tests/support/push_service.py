"""The push service that Chromium speaks to, of the tests' own: check-in, registration, and the line for messages.

A browser started with `flags` subscribes with its own keys, is sent what our site encrypted, and decrypts it itself.
What is spoken is Google Cloud Messaging's protocol as Chromium has it (google_apis/gcm in its source): a check-in in
protocol buffers, a registration as a form, and stanzas over TLS.
"""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

VERSION, LOGGED_IN, MESSAGE = b"\x29", b"\x03", b"\x08"
TOKEN = "nightlight-test"
CHECKED_IN = b"\x08\x01" + b"\x39" + (1).to_bytes(8, "little") + b"\x41" + (2).to_bytes(8, "little")
"""stats_ok, android_id, security_token"""


def varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def text(number: int, value: str | bytes) -> bytes:
    """A field of a protocol buffer."""
    value = value if isinstance(value, bytes) else value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


class PushService:
    """Knows the last subscription, and the lines of browsers that are listening."""

    def __init__(self, folder: Path) -> None:
        self.subscribed: dict[str, str] = {}
        self.lines: list[ssl.SSLSocket] = []
        self.forgotten = 0
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(*_certificate(folder))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pages = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        for work in (self._pages.serve_forever, self._listen):
            threading.Thread(target=work, daemon=True).start()

    @property
    def flags(self) -> list[str]:
        pages = f"http://127.0.0.1:{self._pages.server_port}"
        return [
            f"--gcm-checkin-url={pages}/checkin",
            f"--gcm-registration-url={pages}/register",
            f"--gcm-mcs-endpoint=https://localhost:{self._listener.getsockname()[1]}",
            "--ignore-certificate-errors",
        ]

    def push(self, body: bytes) -> None:
        """What a site posted for this subscription, down every line; as often as one likes: browsers know it again."""
        about = {"subtype": self.subscribed["X-subtype"], "content-encoding": "aes128gcm"}
        stanza = text(3, self.subscribed["sender"]) + text(5, self.subscribed["app"])
        stanza += b"".join(text(7, text(1, name) + text(2, value)) for name, value in about.items())
        stanza += text(9, sha256(body).hexdigest()) + text(21, body)
        for line in self.lines:
            with suppress(OSError):  # one that the browser has given up
                line.sendall(MESSAGE + varint(len(stanza)) + stanza)

    def close(self) -> None:
        self._pages.shutdown()
        self._pages.server_close()
        self._listener.close()
        for line in self.lines:
            line.close()

    def _listen(self) -> None:
        with suppress(OSError):  # closed
            while True:
                plain, _address = self._listener.accept()
                with suppress(OSError):
                    line = self._tls.wrap_socket(plain, server_side=True)
                    line.recv(65536)
                    welcome = text(1, "welcome")
                    line.sendall(VERSION + LOGGED_IN + varint(len(welcome)) + welcome)
                    self.lines.append(line)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = CHECKED_IN if self.path == "/checkin" else service._register(body)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _register(self, body: bytes) -> bytes:
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if asked.get("delete"):
            self.forgotten += 1
            return b"token=" + TOKEN.encode()
        if "X-subtype" in asked:
            self.subscribed = asked
        return b"token=" + TOKEN.encode()


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    service = PushService(folder)
    try:
        yield service
    finally:
        service.close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """For localhost, signed by itself, good by any clock. The browser is told not to mind."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime(2000, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2100, 1, 1, tzinfo=UTC)
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
