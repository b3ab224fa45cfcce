"""A ward comes to life over a running site: a lead, a nurse and a family come in, and the family logs a fever.

By pages, forms and mails alone, with the standard library alone: whatever serves the site, on whatever machine. For
walk.py beside it, and for what the tests do with images and releases.
"""

import base64
import hmac
import http.client
import re
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

SITE, LEAD, NURSE, PARENT = (
    "nightlight.localhost",
    "lead@ward.example",
    "nurse@ward.example",
    "mum@family.example",
)
PASSWORD = "a long quiet night"
Connect = Callable[[], http.client.HTTPConnection]


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        self.mails: list[str] = []
        super().__init__(("127.0.0.1", port), Postman)
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def find(self, to: str, pattern: str, after: int = 0) -> str:
        for _try in range(600):
            for mail in reversed(self.mails[after:]):
                found = re.search(pattern, mail, re.M)
                if found and f"To: {to}" in mail:
                    return found[0]
            time.sleep(0.5)
        sys.exit(f"No mail came to {to}.")


class Postman(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(mail.decode().replace("\r\n", "\n"))  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def by_tls(authority: Path) -> Connect:
    """To the proxy's port, with its own authority trusted and no other."""
    trust = ssl.create_default_context(cafile=str(authority))

    def connect() -> http.client.HTTPConnection:
        connection = http.client.HTTPSConnection(SITE, timeout=300, context=trust)
        plain = socket.create_connection(("127.0.0.1", 443), 300)
        connection.sock = trust.wrap_socket(plain, server_hostname=SITE)
        return connection

    return connect


def as_the_proxy(port: int) -> Connect:
    """To the web server itself, as the proxy in front of it speaks."""
    return lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=300)


class Browser:
    """Cookies, forms and redirects."""

    def __init__(self, connect: Connect) -> None:
        self.connect = connect
        self.cookies: dict[str, str] = {}
        self.path, self.text = "/", ""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> "Browser":
        connection = self.connect()
        headers = {
            "Host": SITE,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": f"https://{SITE}{self.path}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if not isinstance(connection, http.client.HTTPSConnection):
            headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.text = answer.read().decode()
        connection.close()
        if 300 <= answer.status < 400:
            place = urlsplit(urljoin(f"https://{SITE}{path}", answer.headers["Location"]))
            return self.ask("GET", place.path + (f"?{place.query}" if place.query else ""))
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status}\n{self.text}")
        self.path = path
        return self

    def get(self, path: str) -> "Browser":
        return self.ask("GET", path)

    def send(self, path: str, **form: str) -> "Browser":
        token = self.find(r'name="csrfmiddlewaretoken" value="(\w+)"')
        return self.ask("POST", path, {"csrfmiddlewaretoken": token} | form)

    def find(self, pattern: str) -> str:
        found = re.search(pattern, self.text, re.S)
        return found[1] if found else sys.exit(f"{pattern} is not on {self.path}:\n{self.text}")

    def by_code(self, address: str, mailbox: Mailbox) -> "Browser":
        before = len(mailbox.mails)
        self.get("/account/login/code/").send("/account/login/code/", email=address)
        return self.send(
            "/account/login/code/confirm/", code=mailbox.find(address, r"^[A-Z0-9]+-?[A-Z0-9]+$", before)
        )

    def signed_up(self, address: str, **more: str) -> "Browser":
        self.get("/account/signup/")
        return self.send("/account/signup/", email=address, password1=PASSWORD, **more)

    def confirmed(self, address: str, mailbox: Mailbox) -> "Browser":
        """Opens the link that came by mail, and says yes there."""
        link = urlsplit(mailbox.find(address, r"https://\S+/account/confirm-email/\S+")).path
        return self.get(link).send(link)

    def second_step(self) -> "Browser":
        self.get("/account/2fa/totp/activate/")
        if self.path.startswith("/account/reauthenticate/"):  # what is known of who is there is new
            self.send(self.path, password=PASSWORD, next="/account/2fa/totp/activate/")
        secret = self.find(r"<b>([A-Z2-7]{16,})</b>")
        return self.send("/account/2fa/totp/activate/", code=code_of(secret))


def code_of(secret: str) -> str:
    """What an app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    number = struct.unpack(">I", digest[digest[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def beginning(code: str) -> dict[str, dict[str, str]]:
    """What the family types on the pages of the beginning."""
    return {
        "child": {
            "your_name": "Mum",
            "nickname": "Juno",
            "born": "2018-05",
            "colour": "gold",
            "writes": "yes",
        },
        "therapy": {"therapy": "tisagenlecleucel"},
        "dates": {"infusion": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 6 * 86400))},
        "numbers": {"code": code},
        "start": {"unit": "C", "time_zone": "Europe/Berlin", "after_saving": "call"},
    }


def open_the_ward(connect: Connect, mailbox: Mailbox) -> None:
    """The lead invites a nurse; a family joins by the code and logs a fever; the nurse sees it and gets a mail."""
    mailbox.find(LEAD, "Nightlight")
    lead = Browser(connect).by_code(LEAD, mailbox).second_step()
    team = lead.get("/board/").find(r"(/teams/[0-9a-f-]+/)board/")
    lead.get(team).find("(First steps)")
    lead.get(f"{team}staff/").send(f"{team}staff/invite/", role="nurse", address=NURSE)
    invitation = urlsplit(lead.find(r'id="invite-link"\s+value="([^"]+)"')).path
    code = lead.get(f"{team}code/").find(
        r"\b([A-HJKMNP-Z2-9]{10}|(?:[A-HJKMNP-Z2-9]{5} ){1}[A-HJKMNP-Z2-9]{5})\b"
    )
    nurse = Browser(connect).signed_up(NURSE).confirmed(NURSE, mailbox)
    nurse.get(invitation).send(invitation, your_name="Nurse A.").second_step()
    begin(Browser(connect), code)
    nurse.get(f"{team}board/").find("(Juno)")
    mailbox.find(NURSE, "Nightlight")


def begin(family: Browser, code: str) -> None:
    """Signs up, begins, logs a fever and is told to call."""
    family.signed_up(PARENT, next="/begin/")
    for step, form in beginning(code).items():
        family.get(f"/begin/{step}/").send(f"/begin/{step}/", **form, go="next")
    child = urlsplit(family.get("/").path).path
    family.get(f"{child}logs/new/")
    fever = {"temperature": "38.6", "unit": "C", "route": "oral", "antipyretic_given": "no", "when": "0"}
    family.send(f"{child}logs/", **fever)
    family.find("(Call your care team now|Call now)")
