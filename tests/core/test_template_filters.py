"""How numbers, times and codes are written."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from therapies import catalogue
from therapies.model import SYNDROMES, URGENCIES
from tracker.assessment import wording
from tracker.core.templates import without_layout
from tracker.templatetags import nightlight

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 2, 20, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(seconds=-90), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=17), "17 hours ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(hours=40), "2 days ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=8), "Nov. 10, 2026"),
    ],
)
def test_times_are_written_as_people_say_them(ago, words):
    with timezone.override(BERLIN):
        assert nightlight.ago(NOW - ago, NOW) == words


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(
    ("celsius", "unit", "words"),
    [
        ("38", "C", "38.0 °C"),
        ("38.0", "F", "100.4 °F"),
        ("37.95", "C", "37.9 °C"),
        ("37.98", "F", "100.3 °F"),
        ("36.78", "C", "36.8 °C"),
        ("38.4", "F", "101.1 °F"),
    ],
)
def test_a_temperature_is_written_in_the_familys_unit_and_never_rounded_up_to_a_fever(celsius, unit, words):
    assert nightlight.celsius(Decimal(celsius), unit) == words


def test_a_temperature_has_the_thermometers_point_in_every_language():
    """It is read out to a nurse, and compared with the thermometer: nobody should have to convert it."""
    with translation.override("es"):
        assert nightlight.celsius(Decimal("38.4")) == "38.4 °C"


def test_only_the_looks_that_exist_are_taken_from_a_cookie():
    assert [nightlight.theme(cookie) for cookie in ("night", "auto", '"><script>', None)] == [
        "night",
        "",
        "",
        "",
    ]


def test_every_urgency_has_a_word_and_a_shape():
    assert len({wording.urgency_word(urgency) for urgency in URGENCIES}) == 4
    assert len({nightlight.urgency_shape(urgency) for urgency in URGENCIES}) == 4


def test_an_urgency_that_nobody_knows_looks_like_call_now():
    assert wording.urgency_word("?") == wording.urgency_word("now")


def test_every_syndrome_has_plain_words_and_a_term_says_possible():
    assert all(wording.syndrome(code) != code for code in SYNDROMES)
    terms = [wording.syndrome_term(code) for code in SYNDROMES]
    assert all("possible" in term for term in terms if term and term != "caregiver concern")


@pytest.mark.parametrize(("language", "shown"), [("en", "a, b"), ("ar", "a، b")])
def test_a_list_has_the_comma_of_the_language(language, shown):
    with translation.override(language):
        assert nightlight.listed(["a", "b"]) == shown


def test_a_sign_is_written_by_its_plain_name():
    assert nightlight.sign("chills") == "Chills, shaking"
    assert nightlight.sign("antipyretic_given") == "Fever medicine"
    assert nightlight.sign("CART-CRS-01") == "all that you entered"


def test_a_sign_is_written_even_when_the_knowledge_is_broken(monkeypatch):
    def broken() -> None:
        raise catalogue.KnowledgeError("observations.toml", 1, "broken")

    monkeypatch.setattr(catalogue, "load", broken)
    assert nightlight.sign("temperature") == "all that you entered"


BLOCKS = (
    "a\n{% if x %}\n  b\n{% else %}\n  c\n{% endif %}\nd",
    "a {% if x %}\n  b\n{% else %}\n  c\n{% endif %}\nd",
    "a\n{% if x %}b{% else %}\n  c\n{% endif %}\nd",
    "a{% if x %}\n  b\n{% endif %}\nc",
    "a\n{% if x %}\n  {% if x %}\n    b\n  {% endif %}\n  c\n{% endif %}\nd",
    "a\n{% for one in many %}\n  b\n{% empty %}\n  c\n{% endfor %}\nd",
    "a\n{% for one in many %}\n  b{% endfor %}\nc",
    "a\n{% with b=x %}\n  {% for one in many %}\n\n    {{ b }}\n  {% endfor %}\n{% endwith %}\nc",
    "{% load i18n %}\n{% comment %}\n  a\n{% endcomment %}\nb\n{% block c %}\n  d\n{% endblock %}\ne",
)


@pytest.mark.parametrize(
    ("laid_out", "sent"),
    [
        (
            '<input\n  id="a"\n  {% if x %}\n    checked\n  {% endif %}\n>',
            '<input id="a"{% if x %} checked{% endif %} >',
        ),
        (
            '<a\n  id="a"\n  {% if x %}lang="en"{% endif %}\n  {% if y %}hidden{% endif %}>',
            '<a id="a"{% if x %} lang="en"{% endif %}{% if y %} hidden{% endif %}>',
        ),
        ('<a class="b {% if c %} d{% endif %}">', '<a class="b {% if c %} d{% endif %}">'),
        (
            "<p>\n  {% if a > b %}\n    {{ a }}\n  {% endif %}\n</p>",
            "<p>\n{% if a > b %}{{ a }}\n{% endif %}</p>",
        ),
        ("{% load i18n %}\n{% comment %}\n a\n{% endcomment %}\n<p>\n", "{% load i18n %}<p>\n"),
        ("a {% if b %}\n b\n{% endif %}\nc", "a {% if b %}\nb\n{% endif %}\nc"),
        ("{% for a in b %}\n a{% endfor %}\nc", "{% for a in b %}\na{% endfor %}\nc"),
    ],
)
def test_a_tag_is_sent_in_one_line_whatever_its_layout(laid_out: str, sent: str) -> None:
    assert without_layout(laid_out) == sent


def test_the_address_of_nobody_becomes_that_of_a_row():
    row = UUID(int=7)
    assert nightlight.of(f"/children/{nightlight.NOBODY}/review/", row) == f"/children/{row}/review/"


@pytest.mark.parametrize("is_true", [True, False])
@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize("laid_out", BLOCKS)
def test_no_words_run_together_whichever_way_a_block_goes(laid_out: str, times: int, is_true: bool) -> None:
    context = Context({"x": is_true, "many": range(times)})
    said, sent = (Template(text).render(context).split() for text in (laid_out, without_layout(laid_out)))
    assert sent == said
