"""Whether this container does its part: the image's health check. Standard library only, and no database of its own.

A part without a port touches ALIVE_FILE as long as its loop goes round (tracker/lib/alive.py). The web server answers.
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

TOO_OLD = 180.0  # seconds: a worker that waits for its broker, or a watch that delivers, is not dead


def is_healthy(alive: Path, port: str) -> bool:
    if alive.exists():
        return time.time() - alive.stat().st_mtime < TOO_OLD
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy(Path(os.environ["ALIVE_FILE"]), os.environ.get("PORT") or "8000"))
