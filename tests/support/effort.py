"""How far the searches of the tests go: a part on each run of ./test, all of it with THOROUGH=1."""

import os

THOROUGH = os.environ.get("THOROUGH", "") not in ("", "0")


def tries(everyday: int, thorough: int) -> int:
    """How many cases a search tries, or how far apart they lie."""
    return thorough if THOROUGH else everyday
