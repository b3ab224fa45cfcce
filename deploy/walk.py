"""Walks docs/deploy.md on a bare Debian: `python3 deploy/walk.py`, as root, with mmdebstrap installed.

Runs the very lines of "From a bare machine to a ward" in a root of its own, with other values for what differs from
house to house. Then a lead, a nurse and a family come in by TLS and mail, and the family logs a fever. It takes
minutes, the ports 80, 443, 5432, 6379 and 8000, and leaves nothing running. `--root DIR` names a Debian that is there.
"""

import argparse
import base64
import hmac
import http.client
import re
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

HERE = Path(__file__).resolve().parent.parent
SECTION = "## From a bare machine to a ward\n"
SITE, LEAD, NURSE, PARENT = (
    "nightlight.localhost",
    "lead@ward.example",
    "nurse@ward.example",
    "mum@family.example",
)
MAIL_PORT = 2525
HERE_ONLY = {
    "REPOSITORY": "/opt/nightlight.bundle",
    "SITE": SITE,  # for a name below localhost Caddy signs the certificate itself
    "MAIL": f"smtp://localhost:{MAIL_PORT}",
    "LEAD": LEAD,
    "EDITOR": "/opt/fill-in",
}
FILL_IN = "#!/bin/sh\nexec sed --in-place 's/\\[[^]]*\\]/filled in/g' \"$@\"\n"
STAND_IN = """#!/bin/sh
# The stand-in for systemd neither knows that postgresql.service stands for its clusters nor gives capabilities.
case "$*" in
*"--now postgresql"*) /etc/init.d/postgresql start ;;
*"restart caddy") setcap cap_net_bind_service=+ep /usr/bin/caddy ;;
esac
exec /usr/bin/systemctl "$@"
"""
WALKED = "The walk is done."


def lines_of_the_walk() -> list[str]:
    """Every line in the section's boxes, in order."""
    text = (HERE / "docs" / "deploy.md").read_text()
    section = text.split(SECTION, 1)[1].split("\n## ", 1)[0]
    return [
        line for box in re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S) for line in box.splitlines()
    ]


def for_this_house(line: str) -> str:
    name = line.partition("=")[0]
    return f'{name}="{HERE_ONLY[name]}"' if name in HERE_ONLY else line


def make_root(root: Path) -> None:
    """Debian and nothing on it; what the machine's own network needs comes along."""
    if not root.exists():
        debian = [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            "--include=ca-certificates,systemctl,libcap2-bin",
            "bookworm",
        ]
        subprocess.run([*debian, str(root)], check=True)
    for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(f"/{name}", root / name)
    (root / "etc/pip.conf").write_text("[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n")
    bundle = [
        "git",
        "-C",
        str(HERE),
        "bundle",
        "create",
        "--quiet",
        str(root / "opt/nightlight.bundle"),
        "HEAD",
    ]
    subprocess.run(bundle, check=True)
    for name, text in {"opt/fill-in": FILL_IN, "usr/local/bin/systemctl": STAND_IN}.items():
        (root / name).write_text(text)
        (root / name).chmod(0o755)
    script = [
        "set -eux",
        "mount -t proc proc /proc",
        "mount -t tmpfs tmpfs /dev/shm",
        "export DEBIAN_FRONTEND=noninteractive",
    ]
    script += [*map(for_this_house, lines_of_the_walk()), f"echo {WALKED}", "cat > /dev/null"]
    (root / "opt/walk").write_text("\n".join(script) + "\n")


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it gets."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[str] = []
        super().__init__(("127.0.0.1", MAIL_PORT), Postman)
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
                self.server.mails.append(mail.decode().replace("\r\n", "\n"))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


class Browser:
    """Cookies, forms and redirects, by TLS, with the proxy's own authority trusted and no other."""

    def __init__(self, authority: Path) -> None:
        self.trust = ssl.create_default_context(cafile=str(authority))
        self.cookies: dict[str, str] = {}
        self.path, self.text = "/", ""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> "Browser":
        connection = http.client.HTTPSConnection(SITE, timeout=300, context=self.trust)
        plain = socket.create_connection(("127.0.0.1", 443), 300)
        connection.sock = self.trust.wrap_socket(plain, server_hostname=SITE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {
            "Referer": f"https://{SITE}{self.path}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.text = answer.read().decode()
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

    def second_step(self) -> "Browser":
        secret = self.get("/account/2fa/totp/activate/").find(r"<b>([A-Z2-7]{16,})</b>")
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


def open_the_ward(root: Path, mailbox: Mailbox) -> None:
    """The lead invites a nurse; a family joins by the code and logs a fever; the nurse sees it and gets a mail."""
    authority = root / "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
    mailbox.find(LEAD, "Nightlight")
    lead = Browser(authority).by_code(LEAD, mailbox).second_step()
    team = lead.get("/board/").find(r"(/teams/[0-9a-f-]+/)board/")
    lead.get(team).find("(First steps)")
    lead.get(f"{team}staff/").send(f"{team}staff/invite/", role="nurse")
    invitation = urlsplit(lead.find(r'id="invite-link"\s+value="([^"]+)"')).path
    code = lead.get(f"{team}code/").find(
        r"\b([A-HJKMNP-Z2-9]{10}|(?:[A-HJKMNP-Z2-9]{5} ){1}[A-HJKMNP-Z2-9]{5})\b"
    )
    nurse = Browser(authority)
    nurse.get("/account/signup/").find('href="(/legal/privacy/)"')
    nurse.send("/account/signup/", email=NURSE, password1="a long quiet night")
    nurse.get(invitation).send(invitation, your_name="Nurse A.")
    nurse.second_step()
    family = Browser(authority).get("/account/signup/")
    family.send("/account/signup/", email=PARENT, password1="a long quiet night", next="/begin/")
    for step, form in beginning(code).items():
        family.get(f"/begin/{step}/").send(f"/begin/{step}/", **form, go="next")
    child = urlsplit(family.get("/").path).path
    family.get(f"{child}log/")
    fever = {"temperature": "38.6", "unit": "C", "route": "oral", "antipyretic_given": "no", "when": "0"}
    family.send(f"{child}logs/", **fever)
    family.find("(Call your care team now|Call now)")
    nurse.get(f"{team}board/").find("(Juno)")
    mailbox.find(NURSE, "Nightlight", 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path)
    root = parser.parse_args().root or Path(tempfile.mkdtemp(prefix="nightlight-walk-")) / "root"
    began, mailbox = time.monotonic(), Mailbox()
    make_root(root)
    print(f"A bare machine after {time.monotonic() - began:.0f} s.", flush=True)
    began = time.monotonic()
    inside = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "chroot",
        str(root),
        "bash",
        "/opt/walk",
    ]
    with subprocess.Popen(inside, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as machine:
        assert machine.stdout
        for line in machine.stdout:
            print(line, end="", flush=True)
            if line.strip() == WALKED:
                print(f"The site after {time.monotonic() - began:.0f} s.", flush=True)
                open_the_ward(root, mailbox)
                print(f"A ward with a nurse and a family after {time.monotonic() - began:.0f} s.", flush=True)
                machine.kill()
                return
    sys.exit("The walk stopped before its end.")


if __name__ == "__main__":
    main()
