"""The night in which these tests play."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.personas import NOW


@pytest.fixture
def clock_at_now() -> Iterator[Any]:
    """A clock that stands at the personas' moment; `shift` moves it by hand."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock
