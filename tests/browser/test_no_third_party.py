"""Every page in a real browser: nothing is asked of another site, no policy is broken, no script fails.

What is asked for and complained about, `open_page` notices; here is only where to go.
"""

from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.support.access_world import KINDS, World, signed_in
from tests.test_access_matrix import ROUTES, address, rows_for

pytestmark = pytest.mark.django_db(transaction=True)
LEAVES = ("account_logout", "admin:logout")


def pages_of(kind: str, world: World) -> list[str]:
    """Whatever opens to this person and is a page."""
    found = []
    for route in ROUTES:
        opens = any(
            "GET" in row.methods and row.cells[KINDS.index(kind)] == "in" for row in rows_for(route.name)
        )
        if opens and route.name not in LEAVES:
            where = address(route, world)
            answer = signed_in(world, kind).get(where)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                found.append(where)
    return found


@pytest.mark.parametrize(("kind", "at_least"), [("parent", 30), ("nurse", 20), ("anyone", 10)])
def test_no_page_asks_another_site_for_anything(
    kind: str, at_least: int, world: World, page: object, live_server: object
) -> None:
    if kind != "anyone":
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": world.keys[kind], "url": live_server.url}])
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    paths = pages_of(kind, world)
    assert len(paths) >= at_least
    for path in paths:
        assert page.goto(f"{live_server.url}{path}").status == 200, path
    assert asked - {""} == {urlsplit(live_server.url).netloc}
