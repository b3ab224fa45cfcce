"""The pages that only the hospital can write: texts in a folder of its own, and nothing of them in the code.

A text with a blank left in it, `[name of the hospital]`, is not shown: half a privacy notice is none.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy

TITLES = {
    "privacy": gettext_lazy("Privacy notice"),
    "terms": gettext_lazy("Terms"),
    "imprint": gettext_lazy("Imprint"),
    "contact": gettext_lazy("Contact"),
}
_BLANK = re.compile(r"\[[^\]]+\]")


class Block(NamedTuple):
    """A heading, the items of a list or a paragraph: one of them is there."""

    heading: str = ""
    items: tuple[str, ...] = ()
    paragraph: str = ""


def faults() -> dict[str, str]:
    """By name, what keeps a page from being shown."""
    return {name: fault for name in TITLES if (fault := _fault(_text(name)))}


def shown() -> list[tuple[str, str]]:
    """Name and title of the pages that can be shown."""
    return [(name, str(title)) for name, title in TITLES.items() if not _fault(_text(name))]


def page(name: str) -> list[Block] | None:
    """Its blocks; None where there is no such page to show."""
    text = _text(name) if name in TITLES else ""
    return None if _fault(text) else [_block(part) for part in re.split(r"\n\s*\n", text)]


def _text(name: str) -> str:
    try:
        return (settings.LEGAL_DIR / f"{name}.txt").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _fault(text: str) -> str:
    if not text:
        return "is missing"
    blank = _BLANK.search(text)
    return f"has a blank left: {blank[0]}" if blank else ""


def _block(part: str) -> Block:
    """`# ` begins a heading; lines that begin with `- ` are a list."""
    if part.startswith("# "):
        return Block(heading=part.removeprefix("# ").strip())
    lines = part.split("\n")
    if all(line.startswith("- ") for line in lines):
        return Block(items=tuple(line.removeprefix("- ") for line in lines))
    return Block(paragraph=" ".join(lines))
