"""One line of the table: what was measured, beside its limit of the same run, and what is wanted."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """`goal` is a number of times the limit; where there is no limit, a number of the unit."""

    what: str
    unit: str
    ours: float
    goal: float
    limit: float | None = None
    more_is_better: bool = False
    notes: str = ""

    @property
    def reached(self) -> float:
        """What is compared with the goal."""
        return self.ours if self.limit is None else self.ours / self.limit

    @property
    def is_met(self) -> bool:
        return self.reached >= self.goal if self.more_is_better else self.reached <= self.goal

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"reached": self.reached, "met": self.is_met}
