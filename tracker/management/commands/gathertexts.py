"""`manage.py gathertexts`: every text for the translators, into locale/nightlight.pot and the languages' .po files.

The texts of the pages come from Django's own makemessages (GNU gettext must be installed), those of the knowledge
from its TOML files. What is compiled of them is made by `manage.py setup`, without gettext.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from therapies import course_gaps, explaining, fever, schedule, wording
from therapies.rules import COULD_NOT_CHECK
from therapies.texts import texts

TEMPLATE = "nightlight.pot"
LEFT_OUT = (".venv", "var", "tests", "benchmarks", "vendor")


class Command(BaseCommand):
    help = "Gathers every text of the pages and of the knowledge for translation."

    def handle(self, *args: object, **options: object) -> None:
        if shutil.which("xgettext") is None:
            raise CommandError("GNU gettext is not installed: this command needs its xgettext.")
        folder = Path(settings.LOCALE_PATHS[0])
        folder.mkdir(exist_ok=True)
        template = polib.POFile(wrapwidth=100)
        template.metadata = {"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
        add(template, texts_of_pages())
        add(template, texts_of_knowledge())
        template.sort(key=lambda entry: entry.msgid)
        template.save(str(folder / TEMPLATE))
        for language in folder.glob("*/LC_MESSAGES/django.po"):
            po = polib.pofile(str(language), wrapwidth=100)
            po.merge(template)
            po.save()
        self.stdout.write(f"{len(template)} texts")


def add(template: polib.POFile, entries: Iterable[polib.POEntry]) -> None:
    """Each text once, with all its places, without line numbers: those change with every line above."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in template}
    for entry in entries:
        entry.occurrences = sorted({(file, "") for file, _line in entry.occurrences})
        same = known.setdefault((entry.msgctxt, entry.msgid), entry)
        if same is entry:
            template.append(entry)
        else:
            same.occurrences = sorted({*same.occurrences, *entry.occurrences})


def texts_of_knowledge() -> Iterable[polib.POEntry]:
    """What the knowledge says to families, and the phrases around it."""
    code = [("rules", COULD_NOT_CHECK)]
    modules = (schedule, course_gaps, wording, explaining, fever)
    code += [(module.__name__, text) for module in modules for text in module.TEXTS]
    for place, text in (*texts(), *code):
        flags = ["python-format"] if "%(" in text else []
        yield polib.POEntry(
            msgid=text, occurrences=[(f"therapies/{place.rpartition('.')[2]}", "")], flags=flags
        )


def texts_of_pages() -> Iterable[polib.POEntry]:
    """What makemessages finds, in a folder of its own, so that nothing of it is left in the project."""
    with tempfile.TemporaryDirectory() as empty:
        for name in ("tracker", "templates", "config"):
            (Path(empty) / name).symlink_to(Path(settings.LOCALE_PATHS[0]).parent / name)
        (Path(empty) / "locale").mkdir()
        command = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "--locale",
            "xx",
            "--symlinks",
            "--no-wrap",
        ]
        ignored = [word for name in LEFT_OUT for word in ("--ignore", f"{name}/*")]
        plain = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run([*command, *ignored], cwd=empty, env=plain, capture_output=True, text=True)
        if done.returncode:
            raise CommandError(done.stderr)
        yield from polib.pofile(str(Path(empty) / "locale/xx/LC_MESSAGES/django.po"))
