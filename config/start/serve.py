"""The whole site on one machine: `python -m config.start.serve`, behind ./start.

Says where the site is once it answers; a second call says that one runs, and leaves it alone.
"""

import hashlib
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from config.paths import BASE, var_folder
from config.start.broker import make_private
from config.start.supervisor import Process, Supervisor, end_leftovers, say, try_lock, write_line

# Each lane has workers of its own: no heap of reminders keeps an alert waiting. Alerts wait for mail servers and the
# like, which threads do well; reminders come by the thousand.
QUIETLY = ("--without-gossip", "--without-mingle")
ALERTS = ("--queues", "alerts,default", "--pool", "threads", "--concurrency", "8", *QUIETLY)
REMINDERS = ("--queues", "reminders", "--concurrency", "2", *QUIETLY)
SECRETS = ("secret_key", "audit_key", "encryption_keys")  # setting up makes them, settings read them
READ_AT_START = ("config", "locale", "templates", "therapies", "tracker")
NAMES = ("redis", "alerts", "reminders", "beat", "nightwatch", "web")


def main() -> None:
    port = port_number(os.environ.setdefault("PORT", "8000") or "8000")
    os.environ.setdefault(
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY", "YES"
    )  # macOS ends forked workers without it
    os.environ.setdefault(
        "MALLOC_ARENA_MAX", "2"
    )  # glibc's own: one a thread, and each keeps what it had once
    os.umask(0o077)  # whatever the site writes is its own user's alone
    var = var_folder()
    for folder in (var, var / "run", var / "log"):
        make_private(folder)
    lock = only_one(var, port)
    end_leftovers(var, NAMES)
    listener = listen(port)
    waiting, told = os.pipe()
    supervisor = Supervisor(var, children(listener, waiting), announcer(var, port))
    supervisor.listen()
    set_up(supervisor, var, told)
    supervisor.run()
    listener.close()
    lock.close()


def set_up(supervisor: Supervisor, var: Path, told: int) -> None:
    """Before each start. `told` is closed when it is through: until then the web server serves nothing."""
    marker, wanted = var / "run" / "set-up", fingerprint()
    if marker.exists() and marker.read_text() == wanted and all((var / name).exists() for name in SECRETS):
        supervisor.start_web()  # it reads its own code meanwhile, which takes as long
    done = subprocess.run([sys.executable, "manage.py", "setup"], cwd=BASE)
    if done.returncode and not supervisor.stopping:
        supervisor.stop()
        sys.exit("Setting up failed; nothing was started.")
    marker.write_text(wanted)
    os.close(told)


def fingerprint() -> str:
    """Changes with every file that setting up or the web server reads: then the one waits for the other."""
    digest = hashlib.sha256()
    for folder in READ_AT_START:
        for file in sorted((BASE / folder).rglob("*")):
            if file.suffix != ".pyc" and file.is_file():
                found = file.stat()
                digest.update(f"{file} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def port_number(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}.")


def address(port: int) -> str:
    return f"http://localhost:{port}"


def only_one(var: Path, port: int) -> IO[str]:
    """The lock of the one supervisor of this folder; whoever comes second is told about the first."""
    path = var / "run" / "supervisor.lock"
    lock = try_lock(path)
    if lock is None:
        sys.exit(f"Nightlight runs already: {path.read_text().strip()}. Stop it there with Ctrl-C.")
    write_line(lock, f"{address(port)} (process {os.getpid()})")
    return lock


def listen(port: int) -> socket.socket:
    """The site's own socket, kept here: who calls while the web server starts anew waits, and is not turned away."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=2048)
    except PermissionError:
        sys.exit(f"Port {port} needs more rights than you have here. Choose another: PORT=8001 ./start")
    except OSError:
        sys.exit(f"Port {port} is used by another program. Choose another: PORT={port % 65535 + 1} ./start")


def commands() -> dict[str, list[str]]:
    """Each part's own, in the order to start."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app"]
    worker = [*celery, "config.celery", "worker", "--hostname"]
    return {
        "redis": [sys.executable, "-m", "config.start.broker"],
        "alerts": [*worker, "alerts@%h", *ALERTS],
        "reminders": [*worker, "reminders@%h", *REMINDERS],
        "beat": [*celery, "config.beat", "beat", "--pidfile", ""],
        "nightwatch": [sys.executable, "manage.py", "nightwatch"],
        "web": [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
    }


def children(listener: socket.socket | None = None, waiting: int | None = None) -> list[Process]:
    """REDIS_URL names a broker that somebody else looks after. `waiting`: see set_up."""
    found = commands()
    if os.environ.get("REDIS_URL"):
        del found["redis"]
    site = {name: Process(name, found[name]) for name in NAMES if name in found}
    if "redis" in site:
        site["redis"].outlives_the_others = True
    site["web"].longest_pause = 1.0  # somebody waits for a page
    for name in ("alerts", "reminders", "beat", "nightwatch"):
        site[name].lets_pages_first = True
    if listener:
        site["web"].inherits = [listener.fileno()]
        os.environ["WEB_SOCKET"] = str(listener.fileno())
    if waiting is not None:
        site["web"].inherits = [*site["web"].inherits, waiting]
        os.environ["SETUP_PIPE"] = str(waiting)
    return list(site.values())


def announcer(var: Path, port: int) -> Callable[[], bool]:
    """Says where the site is, and who can log in to the demo, when the first page has really been answered."""

    def announce() -> bool:
        if not answers(port):
            return False
        logins = var / "demo-logins.txt"
        if logins.exists():
            say(logins.read_text().rstrip())
        say(f"Nightlight is at {address(port)} (Ctrl-C stops it).")
        return True

    return announce


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=1
    )  # past any proxy that the shell names
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
