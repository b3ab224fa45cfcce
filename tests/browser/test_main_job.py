"""The main job on the real thing: a web process and its database, with broker and worker dead, and a phone at night.

Each family of the demo logs its worst day through the pages, with scripts and without, and reads the right card.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support import demo_site
from tracker.assessment.wording import URGENCIES
from tracker.lib import telephone
from tracker.models import CareTeam
from tracker.site.demo.story import PASSWORD, numbers_of, read_families, read_teams

FAMILIES = list(read_families())


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, prepared: Callable[[Path], Path]) -> Iterator[str]:
    """Set up as ./start does it, then the web process alone; the broker's address leads nowhere."""
    var = prepared(tmp_path_factory.mktemp("site"))
    demo_site.set_up(var)
    with demo_site.served(var) as address:
        yield address


def enter(page: Page, name: str, value: str) -> None:
    """One answer, as a thumb gives it: the tile is opened, the words are tapped."""
    field = page.locator(f"[name='{name}']").first
    tile = page.locator("details.tile").filter(has=page.locator(f"[name='{name}']"))
    if tile.count() and tile.get_attribute("open") is None:
        tile.locator("summary").click()
    if field.get_attribute("type") != "radio":
        field.fill(value)
        return
    if name.startswith("sign-"):
        page.locator(f"label.sign-row[for='{name.removeprefix('sign-')}-yes']").click()
        if value == "yes":
            return
    chosen = page.locator(f"[name='{name}'][value='{value}']").get_attribute("id")
    page.locator(f"label[for='{chosen}']").first.click()


def number_for_now(family: dict[str, Any]) -> str:
    """The number of the family's care team at this hour."""
    team = next((team for team in read_teams() if team["name"] == family.get("team")), None)
    numbers = numbers_of(team or family["numbers"], family["child"]["time_zone"])
    return CareTeam(**vars(numbers)).number_for(datetime.now(UTC)).number


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family["child"]["nickname"])
def test_a_family_logs_its_worst_day_and_reads_the_right_card(
    open_page: Callable[..., Page], site: str, family: dict[str, Any], scripts: bool
) -> None:
    page, worst = open_page(java_script_enabled=scripts), family["worst_day"]
    page.goto(f"{site}/account/login/")
    page.get_by_label("Email").fill(worst["by"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Log what you see").click()
    for name, value in worst["fields"].items():
        enter(page, name, value)
    page.get_by_role("button", name=re.compile("^Save for ")).click()

    card = page.locator(".care").first
    expect(card.locator(".badge")).to_have_text(re.compile(str(URGENCIES[worst["urgency"]])))
    reached = card.locator("a.reach b").all_inner_texts()
    first = [family["child"].get("emergency_number", "911")] if worst["urgency"] == "emergency" else []
    assert reached == [*first, number_for_now(family)]
    bar = [link.get_attribute("href") for link in page.locator(".call-bar a").all()]
    assert bar == [telephone.read(number).link for number in reached]
    expect(page.get_by_text("What to say")).to_be_visible()
