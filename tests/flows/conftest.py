from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.support.pages import Phone
from tests.support.personas import NOW
from tracker.models import User


@pytest.fixture
def night() -> Iterator[Any]:
    """A quarter past two, when Juno's family logs; `night.shift(60)` lets a minute pass."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def phone(mother: User) -> Phone:
    """The mother's."""
    phone = Phone()
    phone.force_login(mother)
    return phone
