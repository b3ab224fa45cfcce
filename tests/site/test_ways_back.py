"""An app on a home screen has no "back": a paper that took its place would leave nobody a way out."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LINK = re.compile(r"<a\b[^>]*?(?:\{%.*?%\}[^>]*?)*>", re.DOTALL)
PAPERS = [
    (file.relative_to(TEMPLATES).as_posix(), link)
    for file in sorted(TEMPLATES.rglob("*.html"))
    for link in LINK.findall(file.read_text())
    if re.search(r"{% url '[\w-]*-paper'", link)
]


def test_there_are_links_to_papers() -> None:
    assert {name for name, _link in PAPERS} == {
        "tracker/home_care/card.html",
        "tracker/home_care/summary.html",
    }


@pytest.mark.parametrize(("name", "link"), PAPERS)
def test_a_paper_opens_beside_the_app(name: str, link: str) -> None:
    assert 'target="_blank"' in link
