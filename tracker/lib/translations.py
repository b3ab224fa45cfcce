"""Language files, compiled as msgfmt would, on machines without it.

What a file does not say yet is shown in English with a mark: a gap is seen and never blank.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

import polib

from tracker.lib.language import is_right_to_left

TEMPLATE = "nightlight.pot"
MARK = "[English] "
_READING = re.compile(
    r"(?:%\(\w+\)s|(?<![\d.])[\d.]+) °(?:[CF]|%\(\w+\)s)"  # 38.5 °C
    r"|\d{4}-\d\d-\d\d \d\d:\d\d"
    r"|\+?\d(?: ?\d){4,}(?: ext \d{1,6})?"  # +1 555 0100 ext 12
)


def compile_translations(folders: Iterable[Path | str]) -> None:
    """Each file that is newer than what was compiled of it, or whose template is."""
    for folder in map(Path, folders):
        template = folder / TEMPLATE
        for source in folder.glob("*/LC_MESSAGES/*.po"):
            compiled = source.with_suffix(".mo")
            newest = max(file.stat().st_mtime for file in (source, template) if file.exists())
            if not compiled.exists() or compiled.stat().st_mtime < newest:
                _compile(source, template, compiled)


def _compile(source: Path, template: Path, compiled: Path) -> None:
    """Put in place whole: another process may be reading the one before."""
    words = polib.pofile(str(source))
    if template.exists():
        fill(words, polib.pofile(str(template)))
    if is_right_to_left(source.parents[1].name):
        isolate(words)
    draft = compiled.with_suffix(f".{os.getpid()}.new")
    words.save_as_mofile(str(draft))
    draft.replace(compiled)


def isolate(words: polib.POFile) -> None:
    """Readings and telephone numbers keep their order in a line from right to left (lib/bidi.py)."""
    for entry in words:
        entry.msgstr = _READING.sub("\u2066\\g<0>\u2069", entry.msgstr)
        entry.msgstr_plural = {
            n: _READING.sub("\u2066\\g<0>\u2069", text) for n, text in entry.msgstr_plural.items()
        }


def fill(words: polib.POFile, template: polib.POFile) -> None:
    """Marked English for each text of the template that the language does not have."""
    kept = {(entry.msgctxt, entry.msgid): entry for entry in words if not entry.obsolete}
    plurals = count_of_plurals(words)
    for wanted in template:
        entry = kept.get((wanted.msgctxt, wanted.msgid))
        if entry is None:
            words.append(entry := wanted)
        elif entry.translated():
            continue
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        _mark(entry, plurals)


def _mark(entry: polib.POEntry, plurals: int) -> None:
    if not entry.msgid_plural:
        entry.msgstr = MARK + entry.msgid
        return
    many = {number: MARK + entry.msgid_plural for number in range(1, plurals)}
    entry.msgstr_plural = {0: MARK + (entry.msgid if plurals > 1 else entry.msgid_plural), **many}


def count_of_plurals(words: polib.POFile) -> int:
    told = words.metadata.get("Plural-Forms", "nplurals=2;")
    return int(told.partition("nplurals=")[2].partition(";")[0])
