"""What people type, as a database can keep it."""

from django.utils.translation import gettext as _

from therapies.marks import is_blank


def too_long(text: str, most: int) -> str:
    """A plain sentence for who typed too much."""
    sentence = _("This is too long: %(typed)d characters. At most %(most)d fit.")
    return sentence % {"typed": len(text), "most": most}


def cleaned(text: str) -> str:
    """The text without what a database cannot keep: NUL and half characters become a mark.

    A line break is one character, as it was typed: forms send two.
    """
    kept = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return kept.replace("\r\n", "\n")


def typed(text: str) -> str:
    """What was typed, cleaned, without the blanks around it. Of marks alone that nobody sees it is nothing."""
    text = cleaned(text).strip()
    return "" if is_blank(text) else text
