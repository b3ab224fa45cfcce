"""Walks docs/deploy.md on a bare Debian: `python3 deploy/walk.py`, as root, with mmdebstrap installed.

Runs the very lines of "From a bare machine to a ward" in a root of its own, with other values for what differs from
house to house. Then a lead, a nurse and a family come in by TLS and mail, and the family logs a fever. It takes
minutes, the ports 80, 443, 5432, 6379 and 8000, and leaves nothing running. `--root DIR` names a Debian that is there.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from deploy.first_ward import LEAD, SITE, Mailbox, by_tls, open_the_ward  # noqa: E402 (run by its path)

SECTION = "## From a bare machine to a ward\n"
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
AUTHORITY = "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path)
    named = parser.parse_args().root
    folder = Path(tempfile.mkdtemp(prefix="nightlight-walk-"))
    try:
        walk(named or folder / "root")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def walk(root: Path) -> None:
    began, mailbox = time.monotonic(), Mailbox(MAIL_PORT)
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
                open_the_ward(by_tls(root / AUTHORITY), mailbox)
                print(f"A ward with a nurse and a family after {time.monotonic() - began:.0f} s.", flush=True)
                machine.kill()
                return
    sys.exit("The walk stopped before its end.")


if __name__ == "__main__":
    main()
