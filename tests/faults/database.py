"""`python -m tests.faults.database`: a PostgreSQL that is restarted, orderly and by a crash, under a whole house.

With --sabotage no process makes a new connection, and every row must turn red.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

from config.start.supervisor import end_with
from tests.faults.house import House, house, wait_until_at_work
from tests.support.postgresql import DURABLE, copy, installed, run, somebody_else, wait_until_ready


class Server:
    """A PostgreSQL that can be stopped and started; fsync and all, as in real life."""

    def __init__(self, root: Path) -> None:
        self.person = somebody_else()
        root.chmod(0o755)
        self.tools, self.data = copy(installed(), root), root / "data"
        self.data.mkdir(mode=0o700)
        if self.person:
            os.chown(self.data, self.person["user"], self.person["group"])
        options = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale", "-N")
        run([self.tools / "bin/initdb", "-D", self.data, *options], self.person)
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.data), safe='')}"

    def start(self) -> None:
        parent = os.getpid()
        command = [self.tools / "bin/postgres", "-D", self.data, "-k", self.data]
        command += [word for option in DURABLE for word in ("-c", option)]
        self.process = subprocess.Popen(
            list(map(str, command)),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: end_with(parent, signal.SIGQUIT),
            **self.person,
        )
        wait_until_ready(self.tools, self.data)

    def stop(self, number: int) -> None:
        """INT: orderly. QUIT: at once, and the next start recovers."""
        self.process.send_signal(number)
        self.process.wait()


def restarted(server: Server, number: int, away: float) -> Callable[[House], AbstractContextManager[None]]:
    """Gone for some seconds in the middle of it."""

    @contextmanager
    def fault(house: House) -> Iterator[None]:
        is_back = threading.Event()

        def restart() -> None:
            time.sleep(3)
            server.stop(number)
            time.sleep(away)
            server.start()
            is_back.set()
            threading.Event().wait()  # the server would end with the thread that started it

        threading.Thread(target=restart, daemon=True).start()
        yield
        is_back.wait()

    return fault


def main() -> int:
    met, sabotage = True, "line_stays_broken" if "--sabotage" in sys.argv else ""
    folder = Path(tempfile.mkdtemp(prefix="nightlight-pg-", dir="/tmp"))
    server = Server(folder)
    try:
        with house(server.url) as whole:
            from tests.faults import machine
            from tests.faults.stage import HEAD

            print(HEAD, flush=True)
            plan = [
                ("PostgreSQL restarted, orderly", signal.SIGINT, 0.0),
                ("PostgreSQL crashed and back at once", signal.SIGQUIT, 0.0),
                ("PostgreSQL away for 10 s", signal.SIGQUIT, 10.0),
            ]
            for name, number, away in plan:
                if sabotage or not whole.processes:
                    whole.end()
                    whole.begin(sabotage)
                wait_until_at_work(whole)
                outcome = machine.run(whole, name, restarted(server, number, away), seconds=20, patience=30)
                print(outcome.row(), flush=True)
                met = met and outcome.is_met is not bool(sabotage)
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
