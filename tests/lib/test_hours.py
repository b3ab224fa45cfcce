"""12 or 24 hours: one clock on pages, in messages and for scripts, by whoever reads it."""

import re
from datetime import UTC, datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from tests.support.pages import Phone, text
from tracker.lib import hours
from tracker.messaging.channels import sms
from tracker.models import Child, User

BASE = Path(__file__).resolve().parents[2]
EVENING = datetime(2026, 11, 20, 20, 30, 5, tzinfo=UTC)


def reader(**told: str) -> Any:
    return SimpleNamespace(**{"clock": "", "language": "en", "time_zone": "UTC"} | told)


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (reader(), "20:30"),
        (reader(time_zone="Europe/Berlin"), "20:30"),
        (reader(time_zone="America/New_York"), "8:30 PM"),
        (reader(time_zone="America/New_York", clock="24"), "20:30"),
        (reader(time_zone="Europe/Berlin", clock="12"), "8:30 PM"),
        (reader(time_zone="Africa/Cairo", language="ar"), "8:30 م"),
        (reader(time_zone="America/Mexico_City", language="es"), "8:30 PM"),
    ],
)
def test_a_time_is_written_as_its_reader_is_used_to(person: Any, said: str) -> None:
    with hours.read_by(person):
        assert hours.time_format(EVENING, "H:i") == said
        assert hours.date_format(EVENING, "l H:i").endswith(said)
        shown = Template("{{ at|time:'H:i' }}|{{ at|date:'H:i' }}|{{ none|date:'H:i' }}")
        assert shown.render(Context({"at": EVENING, "none": None})) == f"{said}|{said}|"
    assert hours.active_clock() == "24"
    assert translation.get_language() == "en"


def test_seconds_midnight_and_noon() -> None:
    with hours.read_by(reader(clock="12")):
        assert hours.time_format(EVENING, "H:i:s") == "8:30:05 PM"
        assert (hours.time_format(time(0, 5)), hours.time_format(time(12, 5))) == ("12:05 AM", "12:05 PM")
        assert hours.clock_text("08:00") == "8:00 AM"
        assert hours.halves() == ("AM", "PM")
        assert hours.date_format(EVENING, "c") == "2026-11-20T20:30:05+00:00"


def test_no_module_writes_times_past_the_readers_clock() -> None:
    """The nurse's text for the chart keeps 24 hours: it is copied into the hospital's own record."""
    allowed = {"tracker/lib/hours.py", "tracker/clinic/chart_text.py"}
    written = re.compile(
        r"(date|time)_format\b.*django|django\.utils\.formats import .*(date|time)_format|dateformat"
    )
    files = [file for folder in ("tracker", "config") for file in (BASE / folder).rglob("*.py")]
    past = {str(file.relative_to(BASE)) for file in files if written.search(file.read_text("utf-8"))}
    assert past - allowed == set()


@pytest.mark.usefixtures("night")
def test_the_pages_and_their_scripts_go_by_one_clock(phone: Phone, child: Child, mother: User) -> None:
    phone.send(child, temperature="36.8")
    today = reverse("today", args=[child.pk])
    User.objects.filter(pk=mother.pk).update(time_zone="America/New_York")
    page = phone.get(today)
    assert "2:14 AM" in text(page)
    assert "02:14" not in text(page)
    assert 'data-before="AM" data-after="PM"' in " ".join(page.content.decode().split())
    User.objects.filter(pk=mother.pk).update(clock="24")
    page = phone.get(today)
    assert "02:14" in text(page)
    assert "data-before" not in page.content.decode()


@pytest.mark.django_db
def test_an_open_page_goes_by_the_region_of_the_browser(client: Any) -> None:
    for wish, is_twelve in (("en-US,en;q=0.9", True), ("en-GB", False), ("en", False), ("", False)):
        page = client.get(reverse("check"), headers={"Accept-Language": wish}).content.decode()
        assert ("data-before" in page) == is_twelve, wish
    assert hours.active_clock() == "24"


def test_the_choice_stands_in_the_settings_and_is_kept_only_where_it_was_made(
    phone: Phone, child: Child, mother: User
) -> None:
    place = reverse("settings", args=[child.pk])
    page = phone.get(place)
    form = page.context["form"]
    typed = {name: form.initial.get(name) or "" for name in form.fields} | {"save": "child"}
    for clock, kept in (("24", ""), ("12", "12"), ("24", "24")):
        answer = phone.post(place, typed | {"clock": clock})
        assert answer.status_code in (200, 302, 303)
        assert User.objects.get(pk=mother.pk).clock == kept


def test_messages_are_written_for_who_gets_them() -> None:
    for name in ("sms", "push", "email"):
        source = (Path(sms.__file__).parent / f"{name}.py").read_text("utf-8")
        assert "hours.read_by(message.person)" in source


@pytest.mark.usefixtures("night")
def test_what_a_phone_keeps_is_written_for_its_owner(phone: Phone, child: Child, mother: User) -> None:
    for zone, is_twelve in (("America/New_York", True), ("Europe/Berlin", False)):
        User.objects.filter(pk=mother.pk).update(time_zone=zone)
        kept = phone.get(reverse("pocket"), headers={"Accept-Language": "en-US"}).content.decode()
        assert "line opens" in kept
        assert (" AM" in kept) == is_twelve, zone
