"""The templates as they are sent: without the layout, which is for those who edit them."""

import re
from collections.abc import Sequence

from django.template import Origin
from django.template.loaders import filesystem

PAIRS = (("{%", "%}"), ("{{", "}}"))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}\n?", re.DOTALL)
BLOCK = re.compile(r"{% (end)?(if|for|with|block|elif|else|empty)\b.*?%}")
LOAD = re.compile(r"{% load [^%]*%}")
BETWEEN = ("elif", "else", "empty")


class UnindentedLoader(filesystem.Loader):
    """A tag stands in one line; between words a line break stays, so that none run together.

    Mails in plain text stay as they are.
    """

    def get_contents(self, origin: Origin) -> str:
        text: str = super().get_contents(origin)
        return without_layout(text) if str(origin.name).endswith(".html") else text


def without_layout(text: str) -> str:
    text, sent, at = COMMENT.sub("", text), "", 0
    while (start := text.find("<", at)) >= 0:
        end = _end_of_tag(text, start) if text[start + 1 : start + 2].isalpha() else start + 1
        sent += text[at:start] + _in_one_line(text[start:end])
        at = end
    return _without_empty_lines([line.lstrip(" \t") for line in (sent + text[at:]).split("\n")])


def _without_empty_lines(lines: Sequence[str]) -> str:
    """A block whose tags stand in lines of their own leaves none of them behind: each would be a part to draw.

    What stands before such a block ends with a line break, and so does what stands in it, whichever branch is taken.
    """
    silent = {number for number, line in enumerate(lines) if not line or LOAD.fullmatch(line)}
    open_blocks: list[list[int]] = []
    for number, line in enumerate(lines):
        for tag in BLOCK.finditer(line):
            if not tag[1] and tag[2] not in BETWEEN:
                open_blocks.append([])
            open_blocks[-1].append(number if tag[0] == line else -1)
            if tag[1] and -1 not in (block := open_blocks.pop()):
                silent.update(block)
    last = len(lines) - 1
    return "".join(
        f"{line}\n" if number not in silent and number < last else line for number, line in enumerate(lines)
    )


def _end_of_tag(text: str, start: int) -> int:
    """Behind its ">": one within {% … %} is none."""
    end = text.find(">", start) + 1
    while end and any(
        text.count(opens, start, end) > text.count(closes, start, end) for opens, closes in PAIRS
    ):
        end = text.find(">", end) + 1
    return end or len(text)


def _in_one_line(tag: str) -> str:
    """The space goes with the attribute that may be left out: `<input{% if … %} checked{% endif %}>`."""
    sent, *lines = (line.strip() for line in tag.split("\n"))
    for line in filter(None, lines):
        if line.startswith("{% if "):
            condition, _, attribute = line.partition("%}")
            sent += condition + "%} " + attribute.lstrip()
        elif line.startswith("{% e") or sent.endswith("%} "):
            sent += line
        else:
            sent += f" {line}"
    return sent
