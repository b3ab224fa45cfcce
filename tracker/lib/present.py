"""What must be there, by a constraint of the database or because the caller looked, said to the type checker."""

from typing import TypeVar

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """ValueError where it is missing all the same."""
    if value is None:
        raise ValueError("what must be there is missing")
    return value
