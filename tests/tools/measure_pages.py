"""Taps, seconds, bytes, findings of axe and reading grades of the real pages: `python -m tests.tools.measure_pages`.

It sets the site up with the demo's families, in a folder of its own, and opens it in Chromium (set CHROMIUM, or have
it installed). Each language gets a fresh copy of the site. Prints a table for each, or all figures as --json.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from playwright.sync_api import Browser, sync_playwright

from tests.support import demo_site
from tests.support.fixtures_infra import flags, light_chromium
from tests.support.measured import Figure, table

NAMES = {"en": "English", "es": "Spanish", "ar": "Arabic"}
PARTS = ("thumb", "bytes", "grades", "axe")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default=",".join(NAMES), help="of " + ",".join(NAMES))
    parser.add_argument("--only", action="append", choices=PARTS, help="may be given more than once")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's event loop runs in this thread
    django.setup()
    found = {}
    for language, figures in measured(told.languages.split(","), told.only or PARTS):
        found[language] = [one.as_data() for one in figures]
        if not told.json:
            print(f"## {NAMES[language]}\n\n{table(figures)}\n", flush=True)
    if told.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))


def measured(languages: list[str], parts: tuple[str, ...] | list[str]) -> Iterator[tuple[str, list[Figure]]]:
    """Language by language, each on a site as it was set up."""
    with tempfile.TemporaryDirectory(prefix="nightlight-") as folder, sync_playwright() as playwright:
        demo_site.set_up(new := Path(folder, "new"))
        browser = playwright.chromium.launch(executable_path=light_chromium(), args=flags())
        for language in languages:
            shutil.copytree(new, own := Path(folder, language))
            with demo_site.served(own) as site:
                yield language, list(figures_of(browser, site, language, parts))
        browser.close()


def figures_of(
    browser: Browser, site: str, language: str, parts: tuple[str, ...] | list[str]
) -> Iterator[Figure]:
    """All of one language; the walks of the thumb are taken last, because they log."""
    from tests.support.measured_pages import KINDS

    taken = {}
    for part in sorted(parts, key=lambda one: one == "thumb"):
        sys.stderr.write(f"{NAMES[language]}: {part} ...\n")
        taken[part] = list(KINDS[part](browser, site, language))
    for part in sorted(parts, key=PARTS.index):
        yield from taken[part]


if __name__ == "__main__":
    main()
