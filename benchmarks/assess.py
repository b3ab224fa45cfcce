"""`python -m benchmarks.assess`: how fast the rules answer, with nothing around them.

Every worked case, over and over: through `manage.py assess --batch` as it is called, JSON in and JSON out, and the
rules alone in one process.
"""

import json
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from therapies.cases import read_cases
from therapies.rules import assess

REQUESTS = 10_000
BASE = Path(__file__).resolve().parent.parent


def main() -> None:
    requests = list(islice(cycle([case.request for case in read_cases()]), REQUESTS))
    lines = "".join(f"{json.dumps(request, default=float)}\n" for request in requests)
    began = time.perf_counter()
    command = [sys.executable, str(BASE / "manage.py"), "assess", "--batch"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    batch = time.perf_counter() - began
    answered = sum("urgency" in json.loads(line) for line in done.stdout.splitlines())
    print(f"assess --batch: {answered:,} of {REQUESTS:,} answered in {batch:.1f} s, start and JSON included")
    began = time.perf_counter()
    for request in requests:
        assess(request)
    alone = time.perf_counter() - began
    print(f"the rules alone: {alone:.1f} s, {alone / REQUESTS * 1e6:.0f} microseconds a request")


if __name__ == "__main__":
    main()
