"""The first page on a telephone that was never here: slow 4G, a quarter of the processor, beside a page of one request.

Chromium says when the first text stands on the screen. CHROMIUM names the browser.
"""

import os
import statistics
from collections.abc import Iterator

from benchmarks.databases import Database
from benchmarks.one import progress
from benchmarks.row import Row
from benchmarks.servers import BARE, OURS, serving

ROUNDS = 9
SLOW_4G = {
    "latency": 562.5,
    "downloadThroughput": 180_000,
    "uploadThroughput": 84_375,
}  # as Chromium's own tools have it
SLOWER = 4
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def measure(database: Database) -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    from tests.support.fixtures_infra import flags, light_chromium

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    with (
        serving(OURS, database) as ours,
        serving(BARE, database) as bare,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=light_chromium(), args=flags())
        for turn in range(-1, ROUNDS):
            for name, address in (("ours", f"{ours.port}/"), ("bare", f"{bare.port}/page")):
                painted = first_visit(browser, f"http://localhost:{address}")
                if turn >= 0:
                    times[name].append(painted)
            progress((turn + 1) / (ROUNDS + 1))
        browser.close()
    mine, limit = (statistics.median(times[name]) for name in ("ours", "bare"))
    yield Row("first page, slow 4G, processor / 4", "ms", mine, 1.25, limit, notes="until the first text")


def first_visit(browser: object, address: str) -> float:
    context = browser.new_context()  # type: ignore[attr-defined]
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    page.wait_for_function(PAINTED)
    painted = float(page.evaluate(PAINTED))
    context.close()
    return painted
