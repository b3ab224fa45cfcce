"""What lies beside the database: each test begins with a chain of seals that has not begun."""

from typing import Any

import pytest

from tracker.audit.chain import keep_head


@pytest.fixture(autouse=True)
def no_seals_yet(settings: Any) -> None:
    keep_head(None)
