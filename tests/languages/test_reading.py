"""Every page of a family reads at grade 6 or below, and so does each part of it: nobody reads a line twice at 3 a.m."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.password_validation import get_default_password_validators
from django.test import Client

from tests.support import reading
from tests.support.access_world import World
from tests.support.personas import child_of
from tests.test_access_matrix import KINDS, ROUTES, address, is_page, rows_for
from tests.tools.measure_reading import ENOUGH, graded
from therapies.catalogue import load
from tracker.models import Child, User

GRADE = 6.0
OF_OTHERS = {"legal", "staff-unlock"}  # the hospital's own words; a page of the staff
NAMES = [word for one in load().therapies for word in one.split("-")]
TERMS = (*reading.TERMS, *NAMES)
HARD = "<main><p>Immediate notification of the responsible physician is imperative whenever deterioration occurs.</p>"


def too_hard(where: str, html: str) -> list[str]:
    """The parts of a page that are above the grade."""
    read = {part: reading.read(text, TERMS) for part, text in reading.parts(html).items()}
    return [
        f"{one.grade:.1f} {where} {part}"
        for part, one in read.items()
        if one.words >= ENOUGH and one.grade > GRADE
    ]


def opened(world: World) -> Iterator[tuple[str, str]]:
    """Each page that a parent may open, as text."""
    client, parent = Client(), KINDS.index("parent")
    client.force_login(world.people["parent"])
    for route in ROUTES:
        may = [row.cells[parent] for row in rows_for(route.name) if "GET" in row.methods]
        if may == ["in"] and route.name not in OF_OTHERS:
            response = client.get(address(route, world))
            if response.status_code == 200 and is_page(response):
                yield route.name, b"".join(response).decode()


@pytest.fixture(params=load().therapies)
def child(mother: User, request: pytest.FixtureRequest) -> Child:
    return child_of(mother, "Juno", request.param)


def test_every_page_of_a_family_reads_at_grade_six(world: World) -> None:
    pages = dict(opened(world))
    assert {"today", "answer", "card", "pump", "days", "how-therapy", "settings"} <= set(pages)
    assert [hard for name, html in pages.items() for hard in too_hard(name, html)] == []


def test_every_state_of_a_page_reads_at_grade_six() -> None:
    assert [f"{grade:.1f} {where}" for grade, _words, where in graded() if grade > GRADE] == []


def test_each_reason_to_call_reads_at_grade_six() -> None:
    """Any of them may stand alone under Why."""
    known = load()
    told = {flag.text for therapy in known.therapies.values() for flag in therapy.red_flags}
    told |= {one.text for therapy in known.therapies.values() for one in therapy.instructions}
    told |= {line for one in known.first_aid for line in one.lines}
    assert [text for text in sorted(told) if reading.read(text, TERMS).grade > GRADE] == []


def test_the_rules_of_a_password_read_at_grade_six() -> None:
    """Each is a line of its own; Django's own are at grade 9."""
    hints = [rule.get_help_text() for rule in get_default_password_validators()]
    assert [hint for hint in hints if reading.read(hint, TERMS).grade > GRADE] == []


def test_a_hard_page_is_found() -> None:
    easy = "<main><section aria-labelledby='a'><p>If you are worried, call. You need no reason for it at all.</p>"
    assert too_hard("easy", easy * 9) == []
    assert [found.split()[1:] for found in too_hard("hard", HARD * 2)] == [["hard", "page"]]
    hidden = easy * 40 + "</section><section aria-labelledby='why'>" + HARD.removeprefix("<main>") * 2
    assert [found.split()[2] for found in too_hard("hard", hidden)] == ["why"]


def test_a_grade_is_that_of_the_formula() -> None:
    """Four sentences of the kind that a page has, counted by hand."""
    easy = reading.read("Call the team now.\nDo not wait for this page.\nOK", ())
    assert easy == reading.Reading(sentences=2, words=10, syllables=10)
    assert easy.grade == pytest.approx(0.39 * 5 + 11.8 * 1 - 15.59)
    hard = reading.read("The medication necessitates observation.", ())
    assert hard == reading.Reading(sentences=1, words=4, syllables=1 + 4 + 4 + 4)
    assert reading.read("Watch for a fever (possible CRS).", ()).words == 4


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("call now the watch breathe looked cells", 1),
        ("fever seizure answer people tired needed water something", 2),
        ("medicine somebody reaction serious area", 3),
        ("temperature emergency diarrhea society", 4),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(words: str, spoken: int) -> None:
    counted = {word: reading.syllables(word) for word in words.split()}
    assert counted == dict.fromkeys(words.split(), spoken)


def test_the_list_of_terms_is_short_and_each_is_needed() -> None:
    assert len(reading.TERMS) <= 25
    texts = "\n".join(str(therapy) for therapy in load().therapies.values()).lower()
    pages = "\n".join(str(one) for one in load().first_aid).lower()
    assert [term for term in reading.TERMS if term.lower() not in texts + pages] == []
