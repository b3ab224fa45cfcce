"""What other processes have worked and hold, as Linux counts it."""

import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
OF_ALL_THREADS = 2  # which of a process's clocks: the time that the processors gave it


def children_of(process: int) -> list[int]:
    """Its children, and theirs."""
    found = []
    for file in PROC.glob(f"{process}/task/*/children"):
        for child in map(int, file.read_text().split()):
            found += [child, *children_of(child)]
    return found


def worked(processes: Iterable[int]) -> float:
    """Seconds of processor time until now, to the nanosecond; of those that are still there."""
    total = 0.0
    for process in processes:
        try:
            total += time.clock_gettime(~process << 3 | OF_ALL_THREADS)
        except OSError:
            continue
    return total


def proportional_memory(process: int) -> float:
    """Megabytes, what is shared divided among those who share it; 0 of one that has ended."""
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
