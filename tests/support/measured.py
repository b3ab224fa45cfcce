"""What was measured, with what was wanted, as lines of a table."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

REACHED, OVER, UNDER = "reached", "**over**", "**under**"


@dataclass(frozen=True)
class Figure:
    """One value with its unit; `most` or `least` is what was wanted, neither where nothing was."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def verdict(self) -> str:
        """Empty where nothing was wanted. What is exactly as much as wanted is reached."""
        if self.most is not None and self.value > self.most:
            return OVER
        if self.least is not None and self.value < self.least:
            return UNDER
        return "" if self.most is None and self.least is None else REACHED

    @property
    def wanted(self) -> str:
        if self.most is not None:
            return f"at most {shown(self.most)}"
        return "" if self.least is None else f"at least {shown(self.least)}"

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.verdict.strip("*")}


def shown(value: float) -> str:
    """A count as it is, all else with one place."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def table(figures: Iterable[Figure]) -> str:
    """In Markdown."""
    lines = ["| What | Measured | Wanted | |", "|---|---:|---:|---|"]
    for one in figures:
        lines.append(f"| {one.what} | {shown(one.value)} {one.unit} | {one.wanted} | {one.verdict} |")
    return "\n".join(lines).replace("  |", " |")
