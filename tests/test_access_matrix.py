"""Who may open what, for every route and every kind of person: the table is tests/access_matrix.txt."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.access_world import ARGUMENTS, KINDS, LIBRARY_ARGUMENTS, Route, World, routes, signed_in
from tests.support.effort import THOROUGH
from tracker.models import Child

METHODS = ("GET", "POST")
PARTS = 4  # for as many processes
ROUTES = sorted(set(routes()))


class Row(NamedTuple):
    name: str
    methods: tuple[str, ...]
    cells: tuple[str, ...]

    def fits(self, name: str) -> bool:
        return fnmatchcase(name, self.name)


def read_table() -> list[Row]:
    text = (Path(__file__).parent / "access_matrix.txt").read_text()
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Row(name, tuple(methods.split(",")), tuple(cells)) for name, methods, *cells in lines]


TABLE = read_table()


def rows_for(name: str) -> list[Row]:
    """Those of the first name in the table that fits."""
    fitting = [row for row in TABLE if row.fits(name)]
    return [row for row in fitting if row.name == fitting[0].name]


def address(route: Route, world: World) -> str:
    return reverse(route.name, kwargs={name: stands_for(name, route, world) for name in route.arguments})


def stands_for(name: str, route: Route, world: World) -> Any:
    own = f"{route.name} {name}"
    key = own if own in ARGUMENTS else name
    known = LIBRARY_ARGUMENTS | ARGUMENTS
    assert key in known, (
        f"Say in tests/support/access_world.py what {name} of the route {route.name} stands for."
    )
    if key not in world.made:
        world.made[key] = known[key](world)
    return world.made[key]


def of_nothing(route: Route, world: World) -> str:
    unknown = {name: uuid4() if name.endswith("_id") else "nothing-known" for name in route.arguments}
    return reverse(route.name, kwargs=unknown)


# What opening a page may write: who looked, that a message arrived, and what the library notes about signing in.
MAY_WRITE = {
    "tracker_auditevent",
    "tracker_message",
    "tracker_contactpoint",
    "django_session",
    "usersessions_usersession",
    "account_emailaddress",
    "cache",
}
ALSO = {
    "card-open": {"tracker_cardlink"},  # how often it was opened
    "health_duty": {"tracker_heartbeat"},  # whether anything can be written
}
WRITES = re.compile(r"^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


def answer(route: Route, method: str, kind: str, world: World, where: str | None = None) -> HttpResponse:
    """What this person gets; whatever it did is taken back."""
    where = where or address(route, world)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        client = signed_in(world, kind)
        before = len(queries)
        response = client.generic(method, where)
        transaction.set_rollback(True)
    if method == "GET":
        written = {found[1] for q in queries.captured_queries[before:] if (found := WRITES.match(q["sql"]))}
        assert written <= MAY_WRITE | ALSO.get(route.name, set()), f"Opening {route.name} wrote to {written}"
    return response


def word_for(response: HttpResponse) -> str:
    """The cell that the response deserves."""
    if response.status_code in (403, 404, 405, 500):
        return str(response.status_code)
    goes_to = response.headers.get("Location", "")
    if goes_to.startswith(("/account/login/?next=", "/admin/login/?next=")):
        return "login"
    asks = goes_to.startswith(("/account/reauthenticate/", "/account/2fa/reauthenticate/"))
    return "again" if asks or b"sign out and in again" in getattr(response, "content", b"") else "in"


def test_every_row_has_a_route_and_a_cell_for_each_kind_of_person() -> None:
    names = [route.name for route in ROUTES]
    assert not [row.name for row in TABLE if not any(row.fits(name) for name in names)]
    assert not [row.name for row in TABLE if len(row.cells) != len(KINDS)]
    assert not [row.name for row in TABLE if not set(row.methods) <= set(METHODS)]


@pytest.mark.hazard("H02")
@pytest.mark.hazard("H33")
@pytest.mark.parametrize("part", range(PARTS))
def test_each_person_gets_what_the_table_says_and_a_number_to_call(part: int, world: World) -> None:
    """A number also at an address that only a form is sent to: it is in the bar when the form comes back."""
    wrong = [complaint for route in ROUTES[part::PARTS] for complaint in complaints(route, world)]
    assert not wrong, "\n".join(["", *wrong])


def complaints(route: Route, world: World) -> Iterator[str]:
    rows = rows_for(route.name)
    if not rows:
        yield f"No row in tests/access_matrix.txt for {route.name}. As it is today:"
        yield from (as_row(route, method, world) for method in METHODS)
        return
    for row in rows:
        for method in row.methods:
            answers = {kind: answer(route, method, kind, world) for kind in KINDS}
            found = zip(KINDS, map(word_for, answers.values()), row.cells, strict=True)
            yield from (
                f"{method} {route.name}: {k} gets {f}, not {cell}" for k, f, cell in found if f != cell
            )
            yield from without_number(route, answers)
    for method in set(METHODS).difference(*(row.methods for row in rows)):
        answers = {kind: answer(route, method, kind, world) for kind in ("anyone", "parent", another(route))}
        anyone, *others = map(word_for, answers.values())
        if "*" not in rows[0].name and (
            anyone not in ("403", "405", "login") or not set(others) <= {"405", "login"}
        ):
            yield f"{route.name} answers {method}, and no row speaks of that."
        yield from without_number(route, answers)


def without_number(route: Route, answers: dict[str, HttpResponse]) -> Iterator[str]:
    """What the operator has behind the administration's sign-in is no page for a family or a ward."""
    for kind, response in answers.items():
        if kind != "staff" and is_page(response) and b'href="tel:' not in b"".join(response):
            yield f"{route.name} shows {kind} no number: {response.status_code}"


def is_page(response: HttpResponse) -> bool:
    is_sent_on = response.status_code in (204, 301, 302, 303)
    return response["Content-Type"].startswith("text/html") and not is_sent_on


def another(route: Route) -> str:
    """One of the other kinds of people, for each route the next one."""
    others = [kind for kind in KINDS if kind not in ("anyone", "parent")]
    return others[ROUTES.index(route) % len(others)]


def as_row(route: Route, method: str, world: World) -> str:
    cells = [word_for(answer(route, method, kind, world)) for kind in KINDS]
    return f"{route.name:<26} {method:<9} " + " ".join(f"{cell:<6}" for cell in cells)


OURS = [route for route in ROUTES if set(route.arguments) & set(ARGUMENTS)]


@pytest.mark.hazard("H33")
@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_learns_which_ids_exist(part: int, world: World) -> None:
    """An id of nothing gets the same answer as somebody else's."""
    for route in OURS[part::PARTS]:
        where = of_nothing(route, world)
        for method, cell in {
            (method, row.cells[0]) for row in rows_for(route.name) for method in row.methods
        }:
            tried = KINDS if THOROUGH else ("anyone", "parent", another(route))
            found = {kind: word_for(answer(route, method, kind, world, where)) for kind in tried}
            assert found.pop("anyone") in (cell, "404"), f"{method} {route.name}"
            assert set(found.values()) == {"404"}, f"{method} {route.name}: {found}"


@pytest.mark.hazard("H04")
def test_the_ids_of_one_address_must_agree(world: World) -> None:
    """What belongs to one child is not reached by way of another."""
    own = Child.objects.get(nickname="Mila")
    for route in OURS:
        if "child_id" not in route.arguments or len(route.arguments) == 1:
            continue
        ids = {name: stands_for(name, route, world) for name in route.arguments} | {"child_id": own.pk}
        for method in {method for row in rows_for(route.name) for method in row.methods}:
            response = answer(route, method, "other", world, reverse(route.name, kwargs=ids))
            assert word_for(response) == "404", f"{method} {route.name}"
