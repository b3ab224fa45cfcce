"""The main job on the real thing: a web process and its database, with broker and worker dead, and a phone at night.

Each family of the demo logs its worst day through the pages, with scripts and without, and reads the right card.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.config.test_start import free_port
from tests.support.fixtures_infra import end_process, start_process
from tests.support.waiting import PATIENCE, wait_until
from tracker.assessment.wording import URGENCIES
from tracker.lib import telephone
from tracker.models import CareTeam
from tracker.site.demo.story import PASSWORD, numbers_of, read_families, read_teams

FAMILIES = list(read_families())


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[str]:
    """Set up as ./start does it, then the web process alone; the broker's address leads nowhere."""
    var, port = tmp_path_factory.mktemp("site"), free_port()
    shutil.copy(migrated_file, var / "nightlight.sqlite3")
    address = f"http://localhost:{port}"
    env = {
        "VAR_DIR": str(var),
        "PORT": str(port),
        "DEMO": "1",
        "DATABASE_URL": "",
        "REDIS_URL": f"redis+socket://{var}/no.sock",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    assert run([sys.executable, "manage.py", "setup"], env, var / "setup.log") == 0
    web = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    process = start_process(web, env, var / "web.log")
    try:
        wait_until(lambda: answers(f"{address}/health/ready"), "the web process to answer")
        yield address
    finally:
        end_process(process)


def run(command: list[str], env: dict[str, str], log: Path) -> int:
    process: subprocess.Popen[bytes] = start_process(command, env, log)
    return process.wait(PATIENCE)


def answers(address: str) -> bool:
    try:
        with urlopen(address) as response:
            return bool(response.status == 200)
    except OSError:
        return False


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
