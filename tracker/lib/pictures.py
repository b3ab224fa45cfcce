"""A picture from outside, made harmless: drawn anew from its pixels, small, without anything that the file said beside.

    picture = redrawn(data)     NoPicture, with a code, where it is none or may not be one

What is done stands in pictures_program.py, which runs as a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal, NamedTuple

MEGABYTE = 1024 * 1024
AT_MOST = 10 * MEGABYTE  # bytes of a file that is looked at
WAITS = 20  # seconds
PROGRAM = Path(__file__).with_name(
    "pictures_program.py"
)  # not imported: its library stays out of this process
NEEDS = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # no key and no password of the site
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")

Why = Literal["too large", "heic", "no picture", "too many pixels", "broken"]
SAYS: dict[int, Why] = {3: "no picture", 4: "too many pixels"}  # by the exit codes of the program


class NoPicture(ValueError):
    """What was sent cannot be kept as a picture."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)


class Picture(NamedTuple):
    """A JPEG of ours. Width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


def redrawn(data: bytes) -> Picture:
    """Raises NoPicture."""
    if len(data) > AT_MOST:
        raise NoPicture("too large")
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        raise NoPicture("heic")
    size, _, jpeg = _drawn(data).partition(b"\n")
    width, height = map(int, size.split())
    return Picture(jpeg, width, height)


def _drawn(data: bytes) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAITS,
            env={name: os.environ[name] for name in NEEDS if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise NoPicture("broken") from None
    if done.returncode != 0:
        raise NoPicture(SAYS.get(done.returncode, "broken"))
    return done.stdout
