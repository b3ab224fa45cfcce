"""`python -m tests.faults.offline [SEED]`: three phones without a network for a day and a night. Takes minutes."""

import os
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[1] / "offline" / "long_run.py"

if __name__ == "__main__":
    os.environ["SEED"] = sys.argv[1] if len(sys.argv) > 1 else "1"
    sys.exit(pytest.main(["-q", "--show-capture=no", str(RUN)]))
