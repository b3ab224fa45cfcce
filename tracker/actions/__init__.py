"""Every write that matters: one verb, one function, with `now` and who does it. They trust access.py."""


class Refused(Exception):
    """What was asked for cannot be done. The message is a plain sentence for the person who asked."""
