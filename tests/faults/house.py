"""A whole house for faults to happen in: broker, workers, beats and nightwatch as processes, a real mail server."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tests.support.fixtures_infra import start_process
from tests.support.sinks import MailServer, mail_server

CELERY = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet"]
COMMANDS = {
    "broker": [sys.executable, "-m", "config.start.broker"],
    "alerts": [*CELERY, "worker", "--queues", "alerts,default", "--pool", "threads", "--concurrency", "8"],
    "reminders": [*CELERY, "worker", "--queues", "reminders", "--concurrency", "2"],
    "beat": [*CELERY, "beat", "--pidfile", ""],
    "nightwatch": [sys.executable, "manage.py", "nightwatch"],
    "web": [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
}
QUIETLY = ["--without-gossip", "--without-mingle"]


class House:
    """Its processes by name. `alerts-2` is a second worker of alerts."""

    def __init__(self, var: Path, env: dict[str, str], post: MailServer) -> None:
        self.var, self.env, self.post = var, env, post
        self.sabotage = ""
        self.has_own_disk = False
        self.ports: dict[str, int] = {}  # of web servers, by their names
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            kind = name.partition("-")[0]
            command = list(COMMANDS[kind])
            if "worker" in command:
                command += ["--hostname", f"{name}@%h", *QUIETLY]
            if self.sabotage and kind not in ("broker", "beat"):
                program = command[2 if command[1] == "-m" else 1 :]
                command = [sys.executable, "-m", "tests.faults.sabotage", self.sabotage, *program]
            if kind == "broker":
                (self.var / "run" / "redis.sock").unlink(missing_ok=True)
            env = self.env | {"PORT": str(self.ports.get(name, 8000))}
            self.processes[name] = start_process(command, env, self.var / f"{name}.log")

    def begin(self, sabotage: str = "") -> None:
        self.sabotage = sabotage
        self.start("broker", "alerts", "alerts-2", "reminders", "beat", "nightwatch")

    def kill(self, *names: str) -> None:
        """As a power cut would."""
        for name in names:
            process = self.processes.pop(name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def restart(self, *names: str) -> None:
        self.kill(*names)
        self.start(*names)

    def end(self) -> None:
        self.kill(*list(self.processes))

    def is_at_work(self) -> bool:
        """Every part has shown within the last 20 seconds that it lives."""
        from django.utils import timezone

        from tracker.models import Heartbeat

        late = timezone.now() - timedelta(seconds=20)
        names = ("beat", "worker", "reminders", "sweep", "nightwatch")
        return Heartbeat.objects.filter(name__in=names, at__gt=late).count() == len(names)


@contextmanager
def house(database_url: str = "") -> Iterator[House]:
    """Nobody at work yet. Sets Django up in this process, on the same database."""
    var = Path(tempfile.mkdtemp(prefix="nightlight-faults-", dir="/tmp"))
    has_own_disk = not database_url and mount(var)
    try:
        with mail_server() as (post, port):
            env = {
                "VAR_DIR": str(var),
                "DATABASE_URL": database_url or f"sqlite:///{var}/house.sqlite3",
                "REDIS_URL": "",
                "EMAIL_URL": f"smtp://127.0.0.1:{port}",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "SECRET_KEY": "only-for-a-house-in-which-things-break-" * 2,
                "LOG_LEVEL": "ERROR",
                "DEMO": "0",
                "DATABASE_WAITS": "20",
                "SITE_URL": "http://localhost:8000",
            }
            os.environ.update(env | {"DATABASE_WAITS": "120"})  # who looks on gives way to the house
            set_up()
            whole = House(var, env, post)
            whole.has_own_disk = has_own_disk
            try:
                yield whole
            finally:
                whole.end()
    finally:
        if has_own_disk:
            subprocess.run(["umount", "--lazy", str(var)], check=False)
        shutil.rmtree(var, ignore_errors=True)


def mount(var: Path) -> bool:
    """A disk of the house's own, which may be made too small for it; none where that needs more rights."""
    command = ["mount", "-t", "tmpfs", "-o", "size=2g", "nightlight-faults", str(var)]
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("setup")


def wait_until_at_work(whole: House, seconds: float = 120) -> None:
    late = time.monotonic() + seconds
    while not whole.is_at_work():
        assert time.monotonic() < late, "the house does not get to work"
        time.sleep(0.5)
