"""The demo: a story that is always fresh, told through the actions that families and nurses use."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tracker.core.on_duty import on_duty
from tracker.core.pages import day_label
from tracker.home_care.queries.pump import line_clock
from tracker.logs.actions.record import record_log
from tracker.logs.forms.log import Asking, LogForm
from tracker.models import Alert, CareTeam, Child, DoseGiven, LinePart, Membership, Role, SymptomLog, User
from tracker.site.demo.story import PASSWORD, read_families, tell

pytestmark = pytest.mark.django_db
LABELS = {
    "Juno": "Day 6 after the infusion",
    "Kai": "5 days after dose 1",
    "Lio": "Day 35 after the infusion",
    "Nour": "Cycle 1, day 10, 2 days after dose 2, Next: ",
    "Theo": "Cycle 2, day 11, pump running until ",
}


@pytest.fixture
def demo(settings: Any) -> str:
    """The filled database, and what was printed."""
    settings.DEMO = True
    printed = io.StringIO()
    call_command("demo", stdout=printed)
    return printed.getvalue()


def test_five_families_and_two_wards_with_two_weeks_of_logs(demo, settings, client: Client):
    now = datetime.now(UTC)
    assert {
        child.nickname: day_label(child, now)[: len(LABELS[child.nickname])] for child in Child.objects.all()
    } == LABELS
    assert CareTeam.objects.filter(kept_by_family=False).count() == 2
    assert not Child.objects.get(nickname="Lio").care_team.join_code
    for child in Child.objects.all():
        roles = sorted(Membership.objects.filter(child=child).values_list("role", flat=True))
        assert roles == [Role.HELPER, Role.PARENT, Role.PARENT]
        logs = SymptomLog.objects.filter(child=child)
        assert logs.count() >= 12
        assert now - timedelta(days=14) < logs.earliest("observed_at").observed_at
        assert now - timedelta(hours=8) < logs.latest("observed_at").observed_at < now
        assert child.calls.exclude(told="").exists()
    open_ones = Alert.objects.open()
    assert {alert.child.nickname for alert in open_ones} == {"Juno", "Kai", "Theo"}
    assert Alert.objects.exclude(resolved_at=None).count() >= 6
    assert len(demo.splitlines()) <= 12
    for email in [line.split()[0] for line in demo.splitlines() if line.startswith("  ")]:
        assert client.login(username=email, password=PASSWORD), email
    assert settings.SITE_URL + reverse("outbox") in demo
    with pytest.raises(CommandError, match="people in this database"):
        call_command("demo")


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_the_story_is_fresh_at_any_hour(hour):
    now = datetime(2027, 3, 14, hour, 5, tzinfo=UTC)  # the day on which American clocks change
    with time_machine.travel(now, tick=False):
        children = tell(now)
        assert all(day_label(child, now).startswith(LABELS[child.nickname]) for child in children), [
            day_label(child, now) for child in children
        ]
    assert not SymptomLog.objects.filter(observed_at__gt=now).exists()


def test_the_demo_leaves_a_site_that_is_none_alone(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demo"):
        call_command("demo")
    assert not User.objects.exists()


@pytest.fixture
def outbox(settings: Any, tmp_path: Any) -> Any:
    settings.DEMO, settings.OUTBOX = True, tmp_path
    settings.EMAIL_BACKEND = "tracker.messaging.channels.outbox.EmailBackend"
    return tmp_path


def test_every_mail_of_the_demo_is_shown_newest_first(client, outbox, mailoutbox):
    from django.core.mail import get_connection, send_mail

    with get_connection("tracker.messaging.channels.outbox.EmailBackend") as mailer:
        for subject in ("first", "second"):
            send_mail(subject, "Grüße", "nightlight@localhost", ["mum@juno.example"], connection=mailer)
    page = client.get("/outbox/").content.decode()
    assert page.index("second") < page.index("first")
    assert "Grüße" in page
    assert "mum@juno.example" in page


def test_only_a_demo_shows_its_mail(client, settings):
    settings.DEMO = False
    assert client.get("/outbox/").status_code == 404


def test_each_familys_worst_day_is_recognised():
    now = datetime.now(UTC)
    tell(now)
    families = list(read_families())
    answered = {family["child"]["nickname"]: on_the_worst_day_of(family, now) for family in families}
    assert answered == {family["child"]["nickname"]: family["worst_day"]["urgency"] for family in families}


def on_the_worst_day_of(family, now):
    """The answer to what a parent enters on the log page, as the form sends it."""
    child, worst = Child.objects.get(nickname=family["child"]["nickname"]), family["worst_day"]
    form = LogForm(
        QueryDict("&".join(f"{name}={quote(value)}" for name, value in worst["fields"].items())),
        asking=Asking(
            now=now, zone=child.zone, unit=child.units, age_years=child.age_years(now), neuro=True, pump=True
        ),
    )
    assert form.is_valid(), form.errors
    recorded = record_log(
        child=child,
        caregiver=User.objects.get(email=worst["by"]),
        answers=form.answers(),
        observed_at=now,
        client_uuid=uuid4(),
        now=now,
    )
    return recorded.assessment.urgency


def test_the_households_have_times_medicines_and_somebody_on_duty():
    now = datetime.now(UTC)
    tell(now)
    juno, theo = (Child.objects.get(nickname=name) for name in ("Juno", "Theo"))
    assert on_duty(juno, now).name == "Dad"
    assert juno.reminder_plan.times.count() == 2
    assert DoseGiven.objects.filter(child=juno).count() >= 3
    assert {clock.part for clock in line_clock(theo, now)} == set(LinePart.values)
