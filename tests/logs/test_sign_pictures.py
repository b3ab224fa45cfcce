"""The pictograms of the signs: one for each, none too many, beside words, in the colour of the text."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from therapies.catalogue import load
from tracker.logs.forms.fields import SignsField
from tracker.site.views import phone

SPRITE = Path(phone.__file__).parents[2] / "static/tracker/signs.svg"
SYMBOL = re.compile(r'<symbol id="(\w+)" viewBox="0 0 24 24">(.+?)</symbol>')


def drawn() -> dict[str, str]:
    found = SYMBOL.findall(SPRITE.read_text())
    assert len(found) == SPRITE.read_text().count("<symbol")
    return dict(found)


def test_every_sign_has_a_pictogram_and_no_pictogram_is_without_a_sign():
    assert set(drawn()) == set(load().symptoms)


def test_no_two_signs_look_alike():
    assert len(set(drawn().values())) == len(drawn())


def test_a_pictogram_has_no_colour_of_its_own():
    assert not re.findall(
        r'#[0-9a-f]{3}|rgb|stroke=|style=|fill="(?!currentColor")', "".join(drawn().values())
    )


def test_all_pictograms_together_stay_small():
    assert len(SPRITE.read_bytes()) <= 14_000


def test_the_log_form_draws_each_sign_beside_its_words():
    rows = str(SignsField(load().symptoms.values()).widget.render("signs", None))
    for code, sign in load().symptoms.items():
        picture = rf'<svg class="icon" aria-hidden="true"><use href="[^"]*signs[^"]*svg#{code}"/></svg>'
        assert re.search(rf"{picture}\s*<span>{sign.name.replace(chr(39), '&#x27;')}</span>", rows), code


@pytest.mark.parametrize(("code", "is_drawn"), [("rash", True), ("temperature", False), ("symptoms", False)])
def test_a_name_is_pictured_only_where_it_is_a_signs(code, is_drawn):
    text = Template("{% load nightlight %}{% pictured code %}").render(Context({"code": code}))
    assert ("#rash" in text) is is_drawn
    assert re.sub("<.*>", "", text).strip()


def test_a_phone_keeps_the_pictograms_for_a_form_without_a_network():
    assert "signs.svg" in phone.worker_text("kit")
