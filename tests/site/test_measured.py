"""What `python -m tests.tools.measure_pages` reckons: a thumb's seconds, the verdicts, reading in two languages."""

import pytest

from tests.support import reading_other
from tests.support.measured import OVER, REACHED, UNDER, Figure, table
from tests.support.measured_pages import links, name_of
from tests.support.reading import Reading
from tests.support.thumb import Effort, swipes_to
from tracker.lib.translations import MARK


def test_the_seconds_of_a_thumb_add_up() -> None:
    """By hand: a tap 1.35 + 1.1 + 0.2, a key 0.5, a swipe 1.35, and 228 English words a minute."""
    assert Effort("en").seconds == 0
    assert Effort("en", taps=3).seconds == pytest.approx(7.95)
    assert Effort("en", taps=3, keys=5, swipes=2, words=38).seconds == pytest.approx(7.95 + 2.5 + 2.7 + 10)
    assert Effort("ar", words=138).seconds == pytest.approx(60)


def test_a_swipe_is_counted_where_the_place_is_not_on_the_screen() -> None:
    assert swipes_to(top=100, bottom=200, end=600) == 0
    assert swipes_to(top=550, bottom=601, end=600) == 1
    assert swipes_to(top=1000, bottom=1060, end=600) == 2  # of which each shows 450 more
    assert swipes_to(top=-40, bottom=20, end=600) == 1


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("taps", 3, "", most=3), REACHED),
        (Figure("taps", 4, "", most=3), OVER),
        (Figure("findings", 1, "", most=0), OVER),
        (Figure("ease", 70, "", least=70), REACHED),
        (Figure("ease", 69.9, "", least=70), UNDER),
        (Figure("size", 12.5, "kB"), ""),
    ],
)
def test_what_is_beyond_what_was_wanted_is_said(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict
    assert table([figure]).endswith(f"| {verdict} |" if verdict else "| |")


def test_a_line_of_the_table_says_what_was_wanted() -> None:
    shown = table([Figure("Full log", 45.25, "s", most=45), Figure("Board", 1234, "kB")]).splitlines()
    assert shown[2:] == ["| Full log | 45.2 s | at most 45 | **over** |", "| Board | 1,234 kB | | |"]


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("yo muy hoy", 1),
        ("fiebre llame día guerra mayo ciudad", 2),
        ("equipo ahora médico cuidado pingüino oído", 3),
        ("todavía emergencia", 4),
        ("aeropuerto temperatura enfermería", 5),
    ],
)
def test_spanish_syllables_are_counted_as_they_are_spoken(words: str, spoken: int) -> None:
    counted = {word: reading_other.syllables(word) for word in words.split()}
    assert counted == dict.fromkeys(words.split(), spoken)


def test_the_ease_of_a_spanish_text_is_that_of_the_formula() -> None:
    """Two sentences, counted by hand; a label and what is still in English are left out."""
    text = f"Llame ahora a su equipo. ¿Tiene fiebre o frío?\nGuardar\n{MARK}Call your team now"
    read = reading_other.spanish(text)
    assert read == Reading(sentences=2, words=9, syllables=2 + 3 + 1 + 1 + 3 + 2 + 2 + 1 + 2)
    assert reading_other.ease(read) == pytest.approx(206.84 - 60 * 17 / 9 - 1.02 * 9 / 2)


def test_the_words_of_arabic_sentences_are_counted() -> None:
    assert reading_other.words_a_sentence("اتصل بفريق الرعاية الآن. هل لديه حمى أو قشعريرة؟") == (9, 2)


def test_the_pages_that_links_lead_to_are_the_sites_own() -> None:
    html = "<a href='/check/?adult'>a</a><a href='tel:555'>b</a><a href='https://else.example/'>c</a><a href='#d'>d</a>"
    assert links(html) == ["/check/"]
    assert (name_of("/check/"), name_of("/nothing-here/at-all/")) == ("check", "")
