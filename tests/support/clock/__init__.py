"""Another clock for whole processes: `sitecustomize.py` in this folder moves it."""

import os
from pathlib import Path


def environment(ahead: float) -> dict[str, str]:
    """What a Python process is started with whose clock is to be so many seconds ahead of the machine's."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH", ""))))
    return {"PYTHONPATH": path, "TEST_CLOCK_AHEAD": str(ahead)}
