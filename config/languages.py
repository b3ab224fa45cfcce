"""Which languages the site speaks: those whose file lies in locale/, and what each file's head says about itself."""

import re
from pathlib import Path
from typing import NamedTuple

from django.conf.locale import LANG_INFO
from django.utils.translation import to_language

_HEAD = re.compile(r'^"([\w-]+): (.*?)(?:\\n)?"$', re.MULTILINE)
REVIEWED = "reviewed"


class LanguageFile(NamedTuple):
    """`by` and `on`: which clinician has read it through, and when; empty while it is a draft."""

    code: str
    name: str
    status: str
    by: str = ""
    on: str = ""

    @property
    def is_draft(self) -> bool:
        """Whatever is not signed with a name and a day is one."""
        return not (self.status == REVIEWED and self.by and self.on)


def read_languages(folder: Path) -> dict[str, LanguageFile]:
    """English, which the texts are written in, and each file, by its code."""
    known = {"en": LanguageFile("en", "English", REVIEWED, "the people who write it", "always")}
    for file in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        code = to_language(file.parents[1].name)
        known[code] = _read(code, file.read_text("utf-8").partition("\n\n")[0])
    return known


def _read(code: str, head: str) -> LanguageFile:
    told = dict(_HEAD.findall(head))
    name = told.get("X-Name") or LANG_INFO.get(code, {}).get("name_local", code)
    status, by, on = (told.get(f"X-{key}", "") for key in ("Status", "Reviewed-By", "Reviewed-On"))
    return LanguageFile(code, name, status or "draft", by, on)
