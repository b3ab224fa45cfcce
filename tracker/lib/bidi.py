"""Texts of one direction within those of the other: a name, a telephone number or a reading keeps its own order.

In a line from right to left "555 0142" would be shown as "0142 555", and "38.4 °C" with its unit first. The marks are
Unicode's isolates: they hold on a page, in a mail and on paper, and nobody sees them.
"""

import unicodedata

from django.utils.translation import get_language_bidi

_LTR, _FIRST_STRONG, _END = "\u2066", "\u2068", "\u2069"
_RIGHT_TO_LEFT, _LEFT_TO_RIGHT = ("R", "AL"), ("L",)


def ltr(text: object) -> str:
    """Digits, readings, doses: from left to right on every page."""
    return f"{_LTR}{text}{_END}" if text and get_language_bidi() else str(text)


def isolated(text: object) -> str:
    """What a person typed, where some of it runs against the page."""
    typed = str(text)
    against = _LEFT_TO_RIGHT if get_language_bidi() else _RIGHT_TO_LEFT
    if any(unicodedata.bidirectional(letter) in against for letter in typed):
        return f"{_FIRST_STRONG}{typed}{_END}"
    return typed
