"""The moment at which the tests' people live: known without Django, to processes that set it up by themselves."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
