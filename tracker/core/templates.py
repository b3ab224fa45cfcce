"""The templates as they are sent: without the layout, which is for those who edit them."""

import re

from django.template import Origin
from django.template.loaders import filesystem

TAG = re.compile(r"<[a-zA-Z](?:{%.*?%}|{{.*?}}|[^<>])*>", re.DOTALL)
BEFORE_IF, BEFORE_ITS_END = re.compile(r"\s*\n\s*({% if .*?%})\s*"), re.compile(r"\s*\n\s*(?={% e)")
BREAK, INDENT = re.compile(r"\s*\n\s*"), re.compile(r"\n[ \t]+")


class UnindentedLoader(filesystem.Loader):
    """A tag stands in one line; between tags each line break stays, so that no words run together.

    Mails in plain text stay as they are.
    """

    def get_contents(self, origin: Origin) -> str:
        text: str = super().get_contents(origin)
        if not str(origin.name).endswith(".html"):
            return text
        return INDENT.sub("\n", TAG.sub(lambda tag: in_one_line(tag[0]), text))


def in_one_line(tag: str) -> str:
    """The space goes with the attribute that may be left out: `<input{% if … %} checked{% endif %}>`."""
    return BREAK.sub(" ", BEFORE_ITS_END.sub("", BEFORE_IF.sub(r"\1 ", tag)))
