"""Moves the clock of every Python process that has this folder on its PYTHONPATH: the tests and all that they start.

TEST_CLOCK_AHEAD: seconds by which the clock is ahead of the real one. It ticks on, and monotonic clocks are left alone.
"""

import os
from datetime import UTC, datetime, timedelta

ahead = float(os.environ.get("TEST_CLOCK_AHEAD") or 0)
if ahead:
    import time

    import time_machine

    clock = time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead), tick=True).start()
    # Starting took a moment, and a worker's clock that is behind the test's finds nothing due.
    clock.shift(ahead - (time.time() - time_machine.escape_hatch.time.time()))
