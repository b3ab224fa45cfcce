"""Turns among the processes of one machine: who came first is served first, and a dead holder keeps nobody waiting.

Each who waits listens on a socket of its own and is connected to that of whoever came before: the kernel closes it
when that one is through, or dead. Nobody polls. What it guards must be safe without it: it orders, and no more.
"""

import contextlib
import fcntl
import logging
import os
import socket
import time
from pathlib import Path
from typing import Self

logger = logging.getLogger(__name__)
HERE = Path("/proc/self/fd")  # a way around the 108 letters that the path of a socket may have
BEHIND = 1000  # who gave up counts, too, until its turn is over
A_LOOK = 0.001  # seconds: whether somebody is there at all
GONE = (FileNotFoundError, ConnectionRefusedError, ConnectionResetError, BrokenPipeError)


class Turn:
    """A place in the line: `wait`, then `end`. Who ends without, lets the next one wait for the one before."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder = os.open(folder, os.O_RDONLY)
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.number = self._take_place(folder)
        except (OSError, ValueError):
            self._close()
            raise
        self.before: int | None = self.number - 1

    def _take_place(self, folder: Path) -> int:
        with (folder / "newest").open("a+") as newest:
            fcntl.flock(newest, fcntl.LOCK_EX)
            newest.seek(0)
            number = int(newest.read() or 0) + 1
            with contextlib.suppress(FileNotFoundError):
                os.unlink(str(number), dir_fd=self.folder)
            self.listening.bind(self._path(number))
            self.listening.listen(BEHIND)
            newest.truncate(0)
            newest.write(str(number))
        return number

    def _path(self, number: int) -> str:
        return str(HERE / str(self.folder) / str(number))

    def wait(self, seconds: float) -> bool:
        """Whether everybody who came before is through."""
        until = time.monotonic() + seconds
        while self.before is not None:
            before = self.before
            try:
                self.before = self._wait_for(before, until - time.monotonic())
            except OSError:  # it took too long, or so many stand at that door that no more may
                return False
            with contextlib.suppress(OSError):  # nobody else comes to this place again
                os.unlink(str(before), dir_fd=self.folder)
        return True

    def _wait_for(self, number: int, seconds: float) -> int | None:
        """Whom to wait for instead: one that gives up says who was before it."""
        with contextlib.suppress(OSError):  # most did not give up
            return int(os.readlink(str(number), dir_fd=self.folder))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.settimeout(max(seconds, A_LOOK))
            try:
                other.connect(self._path(number))
                said = other.recv(32)
            except GONE:
                return None
        return int(said) if said else None

    def end(self) -> None:
        with contextlib.suppress(OSError):
            if self.before is None:
                os.unlink(str(self.number), dir_fd=self.folder)
            else:
                self._say_who_is_before()
        self._close()

    def _say_who_is_before(self) -> None:
        """To the one behind: one that is there is told, one that comes finds it in place of the socket."""
        note = f"note-{self.number}"
        os.symlink(str(self.before), note, dir_fd=self.folder)
        os.replace(note, str(self.number), src_dir_fd=self.folder, dst_dir_fd=self.folder)
        self.listening.setblocking(False)
        with contextlib.suppress(OSError):
            while True:
                behind, _address = self.listening.accept()
                with behind:
                    behind.send(str(self.before).encode())

    def _close(self) -> None:
        self.listening.close()
        os.close(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def turn_in(folder: Path) -> Turn | None:
    """None where this machine or this folder cannot have one: then everybody takes their chance."""
    try:
        return Turn(folder)
    except (OSError, ValueError):
        logger.warning("no_turn", exc_info=True)
        return None
