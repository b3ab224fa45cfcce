"""How we decide: public pages that need no database and say nothing of a drug in their address."""

import pytest
from django.urls import reverse

from therapies.catalogue import load
from therapies.explaining import address, subjects


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
