"""Where the project is, and where it may write. Standard library only."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

BASE = Path(__file__).resolve().parent.parent
LONGEST_SOCKET = 100  # bytes; a socket's path may have 104 on macOS and 108 on Linux


def var_folder() -> Path:
    """The private folder: the secret, the database, logs, sockets. VAR_DIR names another one."""
    return Path(os.environ.get("VAR_DIR", "").strip() or BASE / "var").absolute()


def run_folder(var: Path) -> Path:
    """Where the socket lives: var/run, or a short private folder when that path is too long for a socket."""
    folder = var / "run"
    if len(os.fsencode(folder / "redis.sock")) <= LONGEST_SOCKET:
        return folder
    name = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"nightlight-{os.getuid()}-{name}"


def broker_url(var: Path) -> str:
    """Celery's address of the embedded broker."""
    return f"redis+socket://{quote(str(run_folder(var) / 'redis.sock'))}"
