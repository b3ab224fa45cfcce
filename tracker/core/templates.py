"""The templates as they are sent: without the layout, which is for those who edit them."""

from django.template import Origin
from django.template.loaders import filesystem

PAIRS = (("{%", "%}"), ("{{", "}}"))


class UnindentedLoader(filesystem.Loader):
    """A tag stands in one line; between tags each line break stays, so that no words run together.

    Mails in plain text stay as they are.
    """

    def get_contents(self, origin: Origin) -> str:
        text: str = super().get_contents(origin)
        return without_layout(text) if str(origin.name).endswith(".html") else text


def without_layout(text: str) -> str:
    sent, at = "", 0
    while (start := text.find("<", at)) >= 0:
        end = _end_of_tag(text, start) if text[start + 1 : start + 2].isalpha() else start + 1
        sent += text[at:start] + _in_one_line(text[start:end])
        at = end
    return "\n".join(line.lstrip(" \t") for line in (sent + text[at:]).split("\n"))


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
