"""A mailbox of the tests' own, by IMAP over TLS (RFC 3501), as far as whoever reads bounces speaks it."""

import base64
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PASSWORD = 'pä"ss \\word'


@dataclass
class Mailbox:
    """`mails` by number with their flags; what was asked stands in `asked`, without what lies in the mails."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    says_no_to: str = ""
    port: int = 0

    def put(self, mail: bytes) -> int:
        number = max(self.mails, default=0) + 1
        self.mails[number], self.flags[number] = mail, set()
        return number

    def answer(self, command: str, rest: str) -> list[bytes]:
        """The untagged lines."""
        if command == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS"]
        if command == "SELECT":
            return [f"* {len(self.mails)} EXISTS".encode()]
        if command == "UID SEARCH":
            found = [str(uid) for uid in self.mails if not self.flags[uid] & {"\\Seen", "\\Deleted"}]
            return [f"* SEARCH {' '.join(found)}".rstrip().encode()]
        if command == "UID FETCH":
            mail = self.mails[int(rest.split()[0])]
            about = f"* 1 FETCH (UID {rest.split()[0]} BODY[]<0> {{{len(mail)}}}\r\n"
            return [about.encode() + mail + b")"]
        if command == "UID STORE":
            self.flags[int(rest.split()[0])] |= set(re.findall(r"\\\w+", rest))
        if command == "UID EXPUNGE":
            for uid in map(int, rest.split(",")):
                if "\\Deleted" in self.flags[uid]:
                    del self.mails[uid], self.flags[uid]
        return []


class Conversation(socketserver.StreamRequestHandler):
    server: "Server"

    def handle(self) -> None:
        self.say(b"* OK ready")
        for line in self.rfile:
            tag, _blank, rest = line.decode().strip().partition(" ")
            command, _blank, rest = rest.partition(" ")
            if command == "UID":
                more, _blank, rest = rest.partition(" ")
                command = f"UID {more}"
            is_fine = self.server.box.says_no_to != command
            self.server.box.asked.append(command)
            if command == "AUTHENTICATE":
                self.say(b"+ ")
                is_fine = base64.b64decode(self.rfile.readline()) == f"\0bounces\0{PASSWORD}".encode()
            for answer in self.server.box.answer(command, rest) if is_fine else []:
                self.say(answer)
            self.say(f"{tag} {'OK' if is_fine else 'NO'} {command}".encode())
            if command == "LOGOUT":
                return

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, box: Mailbox, trust: ssl.SSLContext) -> None:
        self.box, self.trust = box, trust
        super().__init__(("127.0.0.1", 0), Conversation)
        box.port = int(self.server_address[1])

    def finish_request(self, request: object, client_address: object) -> None:
        """In the thread of its own: who shakes no hands keeps nobody else waiting."""
        try:
            secured = self.trust.wrap_socket(request, server_side=True)  # type: ignore[arg-type]
        except OSError:
            return
        super().finish_request(secured, client_address)  # type: ignore[arg-type]


def certificate(folder: Path) -> Path:
    """For 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mailbox")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=3650)).not_valid_after(now + timedelta(days=3650))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "mailbox.pem"
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem) + plain)
    return file


@contextmanager
def imap_server(folder: Path) -> Iterator[tuple[Mailbox, Path]]:
    """The mailbox, and the certificate that it shows."""
    file = certificate(folder)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(file)
    box = Mailbox()
    server = Server(box, trust)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield box, file
    finally:
        server.shutdown()
        server.server_close()
