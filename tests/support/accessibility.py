"""axe-core in the page under test; as text, because the page's policy lets no foreign script in."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], selectors: false})"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def axe_source() -> str:
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """One line a violation: the rule, and where; empty when there is none. Of a page that has its style sheet."""
    page.wait_for_load_state()
    page.evaluate(axe_source())
    found: dict[str, Any] = page.evaluate(RUN, TAGS)
    return [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]
