"""Numbers typed into a form: read, asked about where nobody knows them, and shown as they are dialled."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW
from tracker.models import CareTeam, Child, User

pytestmark = pytest.mark.django_db
NUMBERS = {"save": "numbers", "days": "12345", "clinic_zone": "Europe/London"}


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


@pytest.fixture
def send(client: Client, mother: User, child: Child) -> Any:
    """The family's settings."""
    client.force_login(mother)
    return lambda **typed: client.post(reverse("settings", args=[child.pk]), NUMBERS | typed)


@pytest.mark.hazard("H22")
def test_what_is_dialled_is_what_the_family_reads(send: Any, client: Client, child: Child) -> None:
    assert send(day_number="+44 (0)20 7946 0119").status_code == 303
    page = client.get(reverse("today", args=[child.pk])).content.decode()
    assert "<b>+44 20 7946 0119</b>" in page
    assert 'href="tel:+442079460119"' in page
    assert "(0)" not in page


@pytest.mark.hazard("H22")
def test_a_number_of_no_plan_is_asked_about_once_and_never_refused(send: Any, client: Client) -> None:
    asked = send(day_number="020 7946 0119", night_number="1234")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "This would be dialled: 1234." in page
    assert 'name="night_number_sure"' in page
    assert 'name="day_number_sure"' not in page
    assert 'value="020 7946 0119"' in page
    assert send(day_number="020 7946 0119", night_number="1234", night_number_sure="1234").status_code == 303
    assert CareTeam.objects.get().night_number == "1234"
    assert send(day_number="+44 20 7946 0119", night_number="1234").status_code == 303  # it was said before


@pytest.mark.hazard("H22")
def test_a_tick_is_for_the_digits_beside_it(send: Any) -> None:
    page = send(day_number="12345", day_number_sure="1234").content.decode()
    assert "This would be dialled: 12345." in page
    assert CareTeam.objects.get().day_number == "555 0100"


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("typed", "said"),
    [("555 0119 / 555 0120", "two numbers"), ("0800 111 222 (24)", "What does (24) mean")],
)
def test_two_numbers_are_asked_about_and_stay_typed(send: Any, typed: str, said: str) -> None:
    page = send(day_number=typed).content.decode()
    assert said in page
    assert f'value="{typed}"' in page
    assert CareTeam.objects.get().day_number == "555 0100"


@pytest.mark.hazard("H22")
@pytest.mark.parametrize("country", ["", "DE"])
def test_two_emergency_numbers_are_never_one_link(
    client: Client, mother: User, child: Child, country: str
) -> None:
    """Also where they were kept before this was asked about, and on the page for who was signed out."""
    Child.objects.filter(pk=child.pk).update(emergency_number="112 / 911", country=country)
    client.force_login(mother)
    page = client.get(reverse("today", args=[child.pk])).content.decode()
    assert 'href="tel:112"' in page
    form = client.get(reverse("log-new", args=[child.pk])).context["form_of"]
    client.logout()
    late = client.post(reverse("logs", args=[child.pk]), {"form_of": form, "sign-seizure": "yes"})
    assert 'href="tel:112"' in late.content.decode()
    assert "tel:112911" not in page + late.content.decode()


@pytest.mark.hazard("H22")
def test_a_country_that_is_not_known_gives_both_numbers_apart_to_who_was_signed_out(
    client: Client, mother: User, child: Child
) -> None:
    client.force_login(mother)
    form = client.get(reverse("log-new", args=[child.pk])).context["form_of"]
    client.logout()
    late = client.post(reverse("logs", args=[child.pk]), {"form_of": form, "sign-seizure": "yes"}).content
    assert b"tel:112911" not in late
    assert b'href="tel:112"' in late
    assert b'href="tel:911"' in late


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+49 (0)170 1234567", "+491701234567"), ("0170 1234567", "+491701234567")],
)
def test_an_sms_goes_to_the_number_as_its_country_reads_it(
    client: Client, mother: User, typed: str, kept: str
) -> None:
    User.objects.filter(pk=mother.pk).update(time_zone="Europe/Berlin")
    client.force_login(mother)
    client.post(reverse("reach"), {"save": "mobile", "number": typed})
    assert mother.contact_points.get().address == kept
