"""What a constraint of the database promises, for who reads the row and for the type checker."""

from typing import TypeVar

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """ValueError where it is missing all the same."""
    if value is None:
        raise ValueError("a row lacks what its constraint promises")
    return value
