"""The templates as they are sent: without the indentation, which is for those who edit them."""

import re

from django.template import Origin
from django.template.loaders import filesystem


class UnindentedLoader(filesystem.Loader):
    """Keeps each line break, so that no words run together; mails in plain text stay as they are."""

    def get_contents(self, origin: Origin) -> str:
        text: str = super().get_contents(origin)
        return re.sub(r"\n[ \t]+", "\n", text) if str(origin.name).endswith(".html") else text
