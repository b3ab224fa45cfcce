"""Waiting for what another process does, without guessing how long it takes."""

import time
from collections.abc import Callable

PATIENCE = 300  # seconds; only so that a test ends that would wait for ever, on however busy a machine
PAGE_PATIENCE = 120  # the same for what a browser shows


def wait_until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Returns as soon as `happened()` is true; fails naming `what` when it never is."""
    late = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < late, f"waited {seconds} s for {what}"
        time.sleep(0.02)
