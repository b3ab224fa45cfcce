"""Papers: data as JSON into templates of Typst. Nothing that a person typed is ever read as Typst's language.

The PDFs are tagged and follow PDF/UA-1: Typst refuses to make one in which a picture has no words.
"""

import json
import logging
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.home_care.documents.card import Given
from tracker.lib.hours import date_format

logger = logging.getLogger(__name__)
PAPER = Path(__file__).parent / "paper"


@cache
def _fonts() -> typst.Fonts:
    """Those that come with the site: Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Devanagari. Then the machine's."""
    return typst.Fonts(font_paths=[str(PAPER / "fonts")])


@lru_cache(maxsize=1000)
def can_draw(text: str) -> bool:
    """Whether a paper shows each letter of it: Typst refuses the seal of PDF/UA where a font lacks one."""
    if text.isascii():
        return True
    given = {"data": json.dumps({"language": "en", "title": text, "footer": "", "words": {}})}
    source = str(PAPER / "letters.typ")
    compiler = typst.Compiler(source, root=str(PAPER), font_paths=_fonts(), sys_inputs=given)
    try:
        compiler.compile(format="pdf", pdf_standards="ua-1")
    except typst.TypstError:
        return False
    return True


def make_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The paper. A letter for which this machine has no font costs it the seal of PDF/UA, never the paper."""
    given = {"data": json.dumps({"language": get_language() or "en", **data}, ensure_ascii=False)}
    compiler = typst.Compiler(str(PAPER / template), root=str(PAPER), font_paths=_fonts(), sys_inputs=given)
    try:
        return _bytes(compiler.compile(format="pdf", pdf_standards="ua-1"))
    except typst.TypstError:
        logger.warning("pdf_without_ua")
        return _bytes(compiler.compile(format="pdf"))


def _bytes(made: object) -> bytes:
    """The pages of a PDF are one file."""
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def earlier_words() -> str:
    return _("Earlier therapies whose late effects can still come")


def therapy_name(given: Given | None) -> str:
    if given is None:
        return _("No therapy is typed in.")
    return f"{given.name} ({given.brand})" if given.brand else given.name


def given_text(given: Given) -> str:
    """A therapy with its dates on one line."""
    dates = ", ".join(f"{kind} {date_format(localtime(at), 'j F Y')}" for kind, at in given.dates)
    return f"{therapy_name(given)}: {dates}" if dates else therapy_name(given)


def when_text(at: Any) -> str:
    return date_format(localtime(at), "j F Y, H:i")
