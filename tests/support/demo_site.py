"""The site with the demo's families, as ./start sets it up: a web process and its database, no broker, no worker."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.config.test_start import free_port
from tests.support.fixtures_infra import end_process, start_process
from tests.support.waiting import PATIENCE, wait_until


def set_up(folder: Path) -> None:
    """Migrates the database of the folder, if it has to be, and tells the demo's story into it."""
    folder.mkdir(exist_ok=True)
    process = start_process(
        [sys.executable, "manage.py", "setup"], _environment(folder), folder / "setup.log"
    )
    assert process.wait(PATIENCE) == 0, (folder / "setup.log").read_text()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The site of a folder that was set up; gives its address. The broker's address leads nowhere."""
    port = free_port()
    web = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    process = start_process(web, _environment(folder) | {"PORT": str(port)}, folder / "web.log")
    try:
        address = f"http://localhost:{port}"
        wait_until(
            lambda: answers(f"{address}/health/ready") or process.poll() is not None, "the web process"
        )
        assert process.poll() is None, (folder / "web.log").read_text()
        yield address
    finally:
        end_process(process)


def answers(address: str) -> bool:
    try:
        with urlopen(address) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _environment(folder: Path) -> dict[str, str]:
    """Keys and the record's head are the folder's own: a copy of it goes on where it was set up."""
    own = dict.fromkeys(("SECRET_KEY", "AUDIT_KEY", "AUDIT_HEAD", "ENCRYPTION_KEYS"), "")
    return own | {
        "VAR_DIR": str(folder),
        "DEMO": "1",
        "DATABASE_URL": "",
        "REDIS_URL": f"redis+socket://{folder}/no.sock",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
