"""Every write that matters: one verb, one function, with `now` and who does it. They trust access.py."""

from tracker.lib.text import too_long


class Refused(Exception):
    """What was asked for cannot be done. The message is a plain sentence for the person who asked."""


def within(most: int, text: str) -> str:
    """The text; Refused where it is longer: cut off, it would say something else than was typed."""
    if len(text) > most:
        raise Refused(too_long(text, most))
    return text
