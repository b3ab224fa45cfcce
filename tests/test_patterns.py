"""No pattern of the code, and no field of a form, takes longer than its text is long."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.access_world import World
from tests.support.effort import tries
from tests.support.patterns import BASE, complaints, patterns_of
from tests.test_bad_input import forms_of, send
from therapies.catalogue import load
from therapies.notes import mentions
from therapies.notes.words import plain
from therapies.numbers import read_temperature

CODE = ("therapies", "tracker", "config")
LENGTH = 20_000
APART = tries(9, 1)  # a form gets some of the texts, and the next form others
ACCENTS = "\u0316\u0301"  # in the wrong order: normalizing sorts them
HOSTILE = {
    "spaces behind a number": "1" + " " * LENGTH + "x",
    "spaces before a unit": "1" + " " * LENGTH + "°" + " " * LENGTH + "xC",
    "digits": "9" * LENGTH + "x",
    "points": "1." * (LENGTH // 2) + "x",
    "accents": "a" + ACCENTS * (LENGTH // 2),
    "letters and ats": "a@" * (LENGTH // 2),
    "brackets and blanks": "( )" * (LENGTH // 3) + "x",
    "commas": " , " * (LENGTH // 3),
    "ligatures": "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * LENGTH,
}


@pytest.mark.hazard("H24")
def test_every_pattern_is_linear() -> None:
    files = [file for folder in CODE for file in sorted((BASE / folder).rglob("*.py"))]
    patterns = [found for file in files if "/migrations/" not in str(file) for found in patterns_of(file)]
    assert len(patterns) >= 12
    wrong = {one.where: found for one in patterns if (found := complaints(*one[1:3], is_searched=one[3]))}
    assert not wrong


@pytest.mark.parametrize(
    ("pattern", "is_searched"),
    [
        (r"\s*(?:°?\s*([CFcf])|([℃℉]))$", True),  # what stopped the site
        (r"\s*(?:°?\s*([CFcf])|([℃℉]))", False),
        (r"\s*x", True),
        (r"\d+\.\d", True),
        (r"(?:a+)+b", False),
        (r"(?:a|b+)*c", False),
        (r"[\d\s()./-]+(?:\s*(?:x|ext)\s*\d{1,6})?", False),
        (r"a*?a*b", False),
        (r"\s*(?=x)\s*", False),
        (r"\s*(?=x)", True),
        (r"x(?!a*a*b)", False),
    ],
)
def test_a_pattern_that_is_not_linear_is_found(pattern: str, is_searched: bool) -> None:
    assert complaints(pattern, is_searched=is_searched)


@pytest.mark.parametrize(
    ("pattern", "is_searched"),
    [
        (r"\s*x", False),
        (r"[^\w]+", True),
        (r'"code"\s*:\s*(\d+)', True),
        (r"(?:,\s*x)*", False),
        (r"\d+\.\d+", False),
        (r"(?<!\d)\d{2}(?!\d)", True),
        (r"^[A-Za-z0-9_-]{80,100}=*$", True),
    ],
)
def test_a_pattern_that_is_linear_is_left_alone(pattern: str, is_searched: bool) -> None:
    assert not complaints(pattern, is_searched=is_searched)


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """Of this process's own time: a busy machine takes none of it."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.hazard("H24")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_what_reads_text_is_done_in_a_breath(text: str) -> None:
    with processor_limit(0.5):
        plain(text)
        mentions(text, load().danger_words)
        with pytest.raises(ValueError, match="not a number"):
            read_temperature(text)


@pytest.mark.django_db
@pytest.mark.hazard("H24")
def test_no_field_of_any_form_takes_longer_for_a_hostile_text(world: World) -> None:
    """A friendly one takes a twentieth of a second with its page; a field that looks back takes minutes."""
    for nth, form in enumerate(forms_of(world)):
        for number, text in list(enumerate(HOSTILE.values()))[nth % APART :: APART]:
            names = form.names[
                number % 2 :: 2
            ]  # half of the fields: all together would be too much for one page
            with processor_limit(5):
                send(world, form, dict.fromkeys(names[:3], text))
