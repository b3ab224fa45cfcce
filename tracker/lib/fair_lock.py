"""A lock among the processes of one machine: who came first has it first, and the kernel frees it when a holder dies.

A System V semaphore (man 2 semop): its waiters stand in a queue and may give up after a time, which neither flock nor
threading's locks offer together. What it guards must be safe without it: it orders, and no more.
"""

import ctypes
import hashlib
import logging
import os
from collections.abc import Sequence
from ctypes import POINTER, byref, c_int, c_long, c_short, c_size_t, c_ushort
from errno import EAGAIN
from functools import cache

log = logging.getLogger(__name__)

# https://man7.org/linux/man-pages/man2/semop.2.html and semget.2.html, as Linux numbers them
CREATE, MINE_ALONE = 0o1000, 0o600
NO_WAIT, UNDO_AT_EXIT = 0o4000, 0x1000


class Step(ctypes.Structure):
    _fields_ = (("number", c_ushort), ("change", c_short), ("flags", c_short))


class Duration(ctypes.Structure):
    _fields_ = (("seconds", c_long), ("nanoseconds", c_long))


SEMAPHORES = 4096
"""In one set of each user, which stays in the kernel: of names that share one, all that is shared is the line."""


def digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1 or 1


KEY = digest(f"nightlight {os.getuid()}")
libc = ctypes.CDLL(None, use_errno=True)
if AVAILABLE := hasattr(libc, "semtimedop"):  # not on macOS
    libc.semget.argtypes = (c_int, c_int, c_int)
    libc.semtimedop.argtypes = (c_int, POINTER(Step), c_size_t, POINTER(Duration))


class FairLock:
    """One holder's hand on the lock of this name. Where there can be none, nobody waits: all take their chance."""

    def __init__(self, name: str) -> None:
        self.number = digest(name) % SEMAPHORES
        self.holder: int | None = None  # the process: one that was forked from it holds nothing

    def acquire(self, seconds: float) -> bool:
        """Whether it came within this time."""
        if not AVAILABLE:
            return False
        whole, rest = divmod(seconds, 1)
        # Both steps or none: 0 as it is made, it is waited for until it is 0, and is 1 from then on.
        steps = Step(self.number, 0, 0), Step(self.number, 1, UNDO_AT_EXIT)
        if change(steps, Duration(int(whole), int(rest * 1e9))):
            self.holder = os.getpid()
        return self.holder is not None

    def release(self) -> None:
        holder, self.holder = self.holder, None
        if holder == os.getpid():
            change([Step(self.number, -1, NO_WAIT | UNDO_AT_EXIT)], Duration())


def change(steps: Sequence[Step], at_most: Duration) -> bool:
    """The set is asked for each time: an administrator, or systemd at a logout, may have taken it away."""
    array = (Step * len(steps))(*steps)
    semaphores = libc.semget(KEY, SEMAPHORES, CREATE | MINE_ALONE)
    if semaphores >= 0 and libc.semtimedop(semaphores, array, len(array), byref(at_most)) == 0:
        return True
    if (error := ctypes.get_errno()) != EAGAIN:  # it is the time that is over
        warn(error)
    return False


@cache
def warn(error: int) -> None:
    """Once, not with each write."""
    log.warning("no_fair_lock", extra={"errno": error})
