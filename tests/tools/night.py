"""A night with 200 alerts and three nurses, in real browsers: `python -m tests.tools.night --shots /tmp/night`.

Prints for each step how many clicks and seconds it took a nurse who knows what she wants: what is left is what the
pages ask of her.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browsers' event loop runs in this thread
SCREENS = ((1280, 800), (1920, 1080), (768, 1024), (360, 740))
PATIENCE = 10_000
RINGS = """
const begin = AudioContext.prototype.createOscillator;
globalThis.rings = 0;
AudioContext.prototype.createOscillator = function () { globalThis.rings += 1; return begin.call(this); };
"""
KINDS = (
    (0.06, {"seizure": None}),
    (0.4, {"temperature": 38.6, "chills": "moderate"}),
    (1.0, {"constipation": "mild"}),
)


class Steps:
    """What each step took, by its name."""

    def __init__(self) -> None:
        self.took: dict[str, list[tuple[int, float]]] = {}
        self.clicks = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.clicks, begun = 0, time.monotonic()
        yield
        self.took.setdefault(name, []).append((self.clicks, time.monotonic() - begun))

    def click(self, locator: Any) -> None:
        self.clicks += 1
        try:
            locator.click(timeout=PATIENCE)
        except Exception:
            locator.page.screenshot(path=f"{tempfile.gettempdir()}/night-stopped.png")
            raise

    def table(self) -> str:
        head = f"{'step':46}{'times':>6}{'clicks':>8}{'seconds':>9}{'slowest':>9}"
        rows = [
            f"{name:46}{len(all_):>6}{median(c for c, _ in all_):>8.0f}{median(s for _, s in all_):>9.2f}"
            f"{max(s for _, s in all_):>9.2f}"
            for name, all_ in self.took.items()
        ]
        return "\n".join([head, *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=200)
    parser.add_argument("--each", type=int, default=8, help="urgent alerts that each nurse takes and ends")
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the pages")
    told = parser.parse_args()
    django.setup()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url:
        play(url, told.alerts, told.each, told.shots)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The site on a database file of its own."""
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.db import connection
    from django.test.testcases import LiveServerThread

    from tracker.lib.task_queue import client

    client.silent_until = float("inf")  # there is no worker to ring for
    settings.ALLOWED_HOSTS = ["*"]
    settings.LOGGING_CONFIG = None
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(folder / "night.sqlite3")
    call_command("migrate", verbosity=0)
    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://{thread.host}:{thread.port}"
    finally:
        thread.terminate()


def play(url: str, alerts: int, each: int, shots: Path | None) -> None:
    from playwright.sync_api import sync_playwright

    from tests.support.fixtures_infra import flags, light_chromium

    ward, birch, nurses = people()
    said(f"{alerts} families log")
    families(ward, alerts)
    steps = Steps()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=light_chromium(), args=flags())
        pages = [page_of(browser, url, nurse) for nurse in nurses]
        boards = [f"{url}/teams/{ward.pk}/board/" for _page in pages]
        for page, board in zip(pages, boards, strict=True):
            begin_the_shift(page, ward, board, url, steps)
        assert pages[0].evaluate("rings") > 0, "the board makes no sound"
        for number in range(each):
            for page, board in zip(pages, boards, strict=True):
                take_and_end(page, board, steps, vain=number == 1)
        together(pages[0], steps)
        holder, other = two_at_once(pages[0], pages[1], boards[0], steps)
        hand_over(holder, other, "Berta" if other is pages[1] else "Ada", boards[0], steps)
        pages[2].goto(boards[2])
        transfer(pages[2], page_of(browser, url, birch["nurse"]), birch["team"], url, steps)
        with steps.step("handover: the page for the next shift"):
            pages[0].goto(f"{url}/teams/{ward.pk}/handover/")
        if shots:
            look(pages[0], boards[0], url, ward, shots)
        browser.close()
    print(steps.table())
    print(seen_by_screen)


seen_by_screen: dict[str, int] = {}


def people() -> tuple[Any, dict[str, Any], list[Any]]:
    from django.utils import timezone

    from tests.support.personas import NUMBERS, SECRET, join, person
    from tracker.clinic.queries.board_alerts import LINES
    from tracker.families.actions.care_teams import begin_care_team
    from tracker.messaging.heartbeats import LIMITS, record_heartbeat
    from tracker.models import Role, User
    from tracker.site.demo.second_factors import seed_totp

    now = timezone.now()
    lead, there = person("lead"), person("birchlead")
    for one in (lead, there):
        seed_totp(one, SECRET)
    ward = begin_care_team(name="Maple ward", numbers=NUMBERS, by=lead, now=now)
    birch = begin_care_team(name="Birch ward", numbers=NUMBERS, by=there, now=now)
    nurses = [person(name) for name in ("ada", "berta", "carla")]
    for nurse in nurses:
        join(nurse, Role.NURSE, care_team=ward, by=lead)
    User.objects.filter(pk__in=[nurse.pk for nurse in nurses]).update(board_view=LINES)
    for name in LIMITS:
        record_heartbeat(name=name, now=now + timedelta(minutes=1))
    return ward, {"team": birch, "nurse": there}, nurses


def families(ward: Any, alerts: int) -> None:
    """Each logs once, in the last hours; a few convulse, some have a fever, most can wait until the day."""
    from django.utils import timezone

    from tests.support.personas import answers, child_of, person
    from tracker.families.actions.care_teams import join_care_team
    from tracker.logs.actions.record import record_log

    now = timezone.now()
    for number in range(alerts):
        parent = person(f"parent{number}")
        child = child_of(parent, f"Kid{number:03}")
        join_care_team(child=child, code=ward.join_code, by=parent, now=now)
        child.memberships.update(callback_number=f"+1 555 01{number % 100:02}", callback_confirmed_at=now)
        seen = next(seen for share, seen in KINDS if number < share * alerts or share == 1)
        at = now - timedelta(minutes=number % 240)
        told = {"answers": answers(**seen), "observed_at": at, "now": at}
        record_log(child=child, caregiver=parent, client_uuid=uuid4(), **told)
        said(f"{number + 1} of {alerts} families have logged", again=True)


def page_of(browser: Any, url: str, nurse: Any) -> Any:
    from tests.support.access_world import key_of

    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.add_init_script(RINGS)
    context.add_cookies([{"name": "session", "value": key_of(nurse), "url": url}])
    return context.new_page()


def begin_the_shift(page: Any, ward: Any, board: str, url: str, steps: Steps) -> None:
    with steps.step("rota: I am here tonight"):
        page.goto(f"{url}/teams/{ward.pk}/rota/")
        steps.click(page.locator("form[action$='/rota/here/'] button").first)
    with steps.step("board: opened"):
        page.goto(board)
        page.locator("[data-line]").first.wait_for()
    with steps.step("board: sound on"):
        steps.click(page.get_by_label("Sound while an urgent alert waits"))


def take_and_end(page: Any, board: str, steps: Steps, *, vain: bool) -> None:
    """The one that is on top and waits. Back on the board the next one has the focus."""
    if page.url.split("#")[0] != board:
        page.goto(board)
    while not took(page, steps):
        with steps.step("a colleague was faster: back to the board"):
            steps.click(page.get_by_role("link", name="Board", exact=True))
            page.locator("[data-line]").first.wait_for()
    if vain:
        with steps.step("not reached: it stays open, the next is told"):
            steps.click(page.get_by_role("button", name="Could not reach the family"))
            page.get_by_text("It stays open.").wait_for()
        return
    with steps.step("end: from the reason to the next on the board"):
        by_phone = page.get_by_role("button", name="Advised by phone")
        steps.click(by_phone if by_phone.count() else page.locator(".outcomes .btn").first)
        page.locator("[data-line] :focus").wait_for()


def took(page: Any, steps: Steps) -> bool:
    """False where the board did not know yet that a colleague has taken or ended this one."""
    with steps.step("take: from the board to the reason"):
        steps.click(page.locator("[data-line] .btn-take").first)
        page.get_by_role("heading", name="What the family entered").first.wait_for()
    return bool(page.locator("#ending").count())


def together(page: Any, steps: Steps) -> None:
    """Those that wait for the day and stand on this page: of 200 alerts they come after the urgent ones."""
    while page.locator("#alerts input[type=checkbox]").count() == 0:
        later = page.get_by_role("link", name="The next ones")
        if later.count() == 0:
            return
        later.click()
    with steps.step("close together: three that wait for the day"):
        steps.click(page.locator("#alerts details summary").last)
        for box in page.locator("#alerts input[type=checkbox]").all()[:3]:
            steps.click(box)
        steps.click(page.locator("form[action$='/board/close/'] button").last)


def two_at_once(one: Any, other: Any, board: str, steps: Steps) -> tuple[Any, Any]:
    """Both have the board open and press the same line at once. Who has it, and who is told whose it is."""
    for page in (one, other):
        page.goto(board)
    taking = one.locator("[data-line] .btn-take").first.get_attribute("id")
    with steps.step("two nurses press the same line"):
        for page in (one, other):
            steps.clicks += 1
            page.locator(f"[id='{taking}']").evaluate("button => setTimeout(() => button.click())")
        for page in (one, other):
            page.get_by_text("took this").first.wait_for()
    has_it = one.locator("#ending").count() > 0
    assert has_it != (other.locator("#ending").count() > 0), "both have it, or nobody"
    return (one, other) if has_it else (other, one)


def hand_over(holder: Any, other: Any, name: str, board: str, steps: Steps) -> None:
    """The alert that `holder` has open goes to the colleague of that name."""
    with steps.step("handover: an alert to a colleague"):
        steps.click(holder.get_by_text("Hand over", exact=True))
        holder.get_by_label("To whom").select_option(label=name)
        steps.click(holder.get_by_role("button", name="Offer it"))
        holder.get_by_text(f"You offered it to {name}").wait_for()
    with steps.step("handover: the colleague accepts it"):
        other.goto(board)
        steps.click(other.locator(".bar").filter(has_text="Offered to you").get_by_role("link"))
        steps.click(other.get_by_role("button", name="Take it over").first)
        other.get_by_text("You took this").wait_for()


def transfer(nurse: Any, there: Any, birch: Any, url: str, steps: Steps) -> None:
    """A child that is open goes to the other ward with its alert."""
    with steps.step("transfer: offered from the child's page"):
        steps.click(nurse.locator("[data-line] .btn-take").first)
        steps.click(nurse.get_by_role("link", name="Where the child is"))
        steps.click(nurse.get_by_text("Transfer to another ward"))
        nurse.get_by_label("Their code").fill(birch.join_code)
        steps.click(nurse.get_by_role("button", name="Offer"))
    with steps.step("transfer: accepted by the other ward"):
        there.goto(f"{url}/teams/{birch.pk}/transfers/")
        steps.click(there.get_by_role("button", name="Accept").first)


def look(page: Any, board: str, url: str, ward: Any, folder: Path) -> None:
    """Pictures at each size, and how many lines are seen whole."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {"board": board} | {
        name: f"{url}/teams/{ward.pk}/{name}/" for name in ("handover", "rota", "figures")
    }
    child = page.goto(board) and page.locator("[data-key=o]").first.get_attribute("href")
    places["child"] = f"{url}{child}"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            for name, place in places.items():
                page.goto(place)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                if name == "board":
                    seen_by_screen[f"{width}x{height}"] = lines_seen(page, height)


def lines_seen(page: Any, height: int) -> int:
    dock = page.locator(".dock").bounding_box()
    end = min(height, dock["y"]) if dock and dock["y"] > 0 else height
    boxes = [line.bounding_box() for line in page.locator("[data-line]").all()]
    return sum(box["y"] + box["height"] <= end for box in boxes if box)


def said(text: str, again: bool = False) -> None:
    sys.stderr.write(f"{chr(13) if again else chr(10)}{text}")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
