"""The templates as they are sent: without the layout, which is for those who edit them."""

import re

from django.template import Origin
from django.template.loaders import filesystem

TAG = re.compile(r"<[a-zA-Z](?:{%.*?%}|{{.*?}}|[^<>])*>", re.DOTALL)
BEFORE_A_TEMPLATE_TAG, BREAK, INDENT = (
    re.compile(pattern) for pattern in (r"\s*\n\s*(?={%)", r"\s*\n\s*", r"\n[ \t]+")
)


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
    """As it was before it was laid out: `<input{% if … %} checked{% endif %}>`."""
    return BREAK.sub(" ", BEFORE_A_TEMPLATE_TAG.sub("", tag))
