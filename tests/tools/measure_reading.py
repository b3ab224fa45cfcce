"""How hard a family's pages read in English, the hardest first: `python -m tests.tools.measure_reading [LINES]`."""

import os
import sys
from collections.abc import Iterator
from urllib.request import urlopen

import django

MOST = 20  # lines, unless another number is given
ENOUGH = 15  # words: the grade of less says nothing


def graded() -> Iterator[tuple[float, int, str]]:
    """Grade, words, and where, of each part of each page in each of its states."""
    from tests.browser import gallery
    from tests.support import reading
    from therapies.catalogue import load

    names = [word for one in load().therapies for word in one.split("-")]
    with gallery.served() as site:
        for state in gallery.STATES:
            with urlopen(f"{site}/state/{state}/") as page:
                parts = reading.parts(page.read().decode())
            for part, text in parts.items():
                read = reading.read(text, (*reading.TERMS, *names))
                if read.words >= ENOUGH:
                    yield read.grade, read.words, f"{state} {part}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for grade, words, where in sorted(graded(), reverse=True)[: int((sys.argv[1:] or [MOST])[0])]:
        print(f"{grade:4.1f}  {words:4} words  {where}")
