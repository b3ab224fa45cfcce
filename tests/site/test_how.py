"""How we decide: public pages that need no database and say nothing of a drug in their address."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from therapies.catalogue import load
from therapies.explaining import address, subjects
from therapies.model import CHECKED_EVERY_DAYS
from therapies.overview import overview


def page(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_every_therapy_is_listed_with_the_release_of_the_knowledge(client):
    html = page(client, "how")
    for therapy in load().therapies.values():
        assert therapy.name in html
    assert load().version in html
    assert "Not reviewed by a clinician" in html


@pytest.mark.parametrize("therapy", load().therapies.values(), ids=lambda therapy: therapy.id)
def test_every_sign_of_a_therapy_has_a_page_with_sources_and_worked_cases(client, therapy):
    overview = page(client, "how-therapy", address(therapy.id))
    for subject in subjects(therapy):
        link = reverse("how-sign", args=[address(therapy.id), address(subject.code)])
        assert f'href="{link}"' in overview
        html = page(client, "how-sign", address(therapy.id), address(subject.code))
        assert "tag-" in html.partition("Worked cases")[2], subject.code
        for flag in subject.flags:
            assert flag.id in html
            assert all(citation.locator.replace("'", "&#x27;") in html for citation in flag.sources)


def test_no_address_names_a_drug_or_a_sign(client):
    known = {*load().therapies, *load().symptoms, "temperature"}
    for therapy in load().therapies.values():
        for subject in subjects(therapy):
            link = reverse("how-sign", args=[address(therapy.id), address(subject.code)])
            assert not any(name in link for name in known)


@pytest.mark.parametrize("args", [("how-therapy", "nothing"), ("how-sign", "nothing", "at-all")])
def test_an_unknown_address_is_not_there(client, args):
    assert client.get(reverse(args[0], args=args[1:])).status_code == 404


def test_a_sign_that_is_not_watched_for_is_not_there(client):
    therapy = next(iter(load().therapies))
    assert client.get(reverse("how-sign", args=[address(therapy), "00000000"])).status_code == 404


def test_the_conditions_stand_in_words(client):
    html = page(client, "how-sign", address("blinatumomab"), address("headache"))
    assert "in the first 24 hours after a start" in html
    assert "together with: " in html
    assert "it is moderate or worse" in html


@pytest.mark.parametrize("therapy", load().therapies.values(), ids=lambda therapy: therapy.id)
def test_a_therapy_s_page_says_how_it_is_given_and_what_it_can_cause(client, therapy):
    html = page(client, "how-therapy", address(therapy.id))
    titles = re.findall(r"<h2[^>]*>([^<]+)</h2>", html)
    wanted = ["How it is given", "Common", "Serious", "What only a test finds"]
    assert [title for title in titles if title in wanted] == wanted
    for part in (*therapy.given, *therapy.effects, *therapy.instructions):
        assert escape(part.text) in html, part.id


@pytest.mark.parametrize("therapy", load().therapies.values(), ids=lambda therapy: therapy.id)
def test_a_therapy_s_page_lists_its_sources_with_address_date_and_when_somebody_looked(client, therapy):
    html = page(client, "how-therapy", address(therapy.id)).partition("<ol")[2]
    listed = re.findall(r"<li>(.*?)</li>", html, re.S)
    for source, item in zip((one.source for one in overview(therapy).sources), listed, strict=True):
        assert escape(source.title) in item
        assert (f'href="{escape(source.address)}"' if source.address else "No public address.") in item
        assert (source.revised or "without a date") in item
        assert escape(source.why) in item
        assert "looked at on " in item


def test_a_page_that_nobody_compared_for_a_year_says_so(client, clock):
    therapy = next(iter(load().therapies.values()))
    newest = datetime.combine(overview(therapy).last_checked, time(12), UTC)
    clock.move_to(newest + timedelta(days=CHECKED_EVERY_DAYS))
    assert "Nobody has compared this page" not in page(client, "how-therapy", address(therapy.id))
    clock.shift(timedelta(days=1))
    assert "Nobody has compared this page" in page(client, "how-therapy", address(therapy.id))


def test_what_could_not_be_verified_is_marked(client):
    html = page(client, "how-therapy", address("gemtuzumab-ozogamicin"))
    marked = re.sub(r"\s+", " ", html.partition("2 to 298 days")[2])[:400]
    assert "Not verified: The days after a dose could not be read in the label." in marked


@pytest.mark.parametrize("therapy", load().therapies.values(), ids=lambda therapy: therapy.id)
def test_a_therapy_s_page_has_the_numbers_to_call(client, therapy):
    html = page(client, "how-therapy", address(therapy.id))
    assert "The number on your card" in html
    assert 'href="tel:112"' in html
    assert 'href="tel:911"' in html


def test_a_page_says_when_no_source_tells_what_is_common(client):
    untold = [therapy for therapy in load().therapies.values() if not overview(therapy).common]
    for therapy in load().therapies.values():
        html = page(client, "how-therapy", address(therapy.id))
        assert ("No source that could be read says how common" in html) == (therapy in untold)
