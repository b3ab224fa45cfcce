"""A team's figures say what happened, and its table runs nothing in a spreadsheet."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.personas import NOW, answers, child_of
from tracker.alerts.taking import close_alert, take_alert
from tracker.clinic.queries.figures import figures
from tracker.families.actions.care_teams import join_care_team
from tracker.families.actions.children import update_child
from tracker.logs.actions.record import Recorded, correct_log
from tracker.models import Alert, Assessment, AuditEvent, CareTeam, Child, SymptomLog, User

Log = Callable[..., Recorded]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at_now")]


@pytest.fixture
def handled(log: Log, ward_child: Child, nurse: User) -> Alert:
    """A fever of two days ago, taken after four minutes and closed after ten."""
    then = NOW - timedelta(hours=48)
    log(temperature=38.4, at=then)
    alert = Alert.objects.get()
    take_alert(alert=alert, by=nurse, now=then + timedelta(minutes=4))
    told = {"outcome": "admitted", "note": "=HYPERLINK(1)", "now": then + timedelta(minutes=10)}
    close_alert(alert=alert, by=nurse, **told)
    return alert


def test_figures_count_logs_waits_and_outcomes(care_team: CareTeam, handled: Alert, log: Log) -> None:
    log(temperature=36.6)
    found = figures(care_team, 7, NOW)
    assert (found.children, found.logs, found.logs_per_child_week) == (1, 2, 2)
    assert (found.urgent, found.urgent_taken, found.minutes_to_take, found.taken_in_time) == (1, 1, 4, 1)
    assert (found.ended, found.with_outcome) == (1, 1)
    [rule] = [one for one in found.rules if one.rule == "CART-CRS-01"]
    assert (rule.times, rule.rate) == (1, 1)
    assert "fever" in rule.words.lower()


def test_corrected_logs_count_once_whoever_logged_and_whenever(
    care_team: CareTeam, ward_child: Child, mother: User, log: Log
) -> None:
    """Counted in indexes, it is what counting each standing log gives, on either side of the first day."""
    quiet = child_of(mother, "Mila")
    join_care_team(child=quiet, code=care_team.join_code, by=mother, now=NOW)
    for hours in (300, 169, 168, 167, 1):
        kept = log(temperature=36.6, at=NOW - timedelta(hours=hours)).log
        for again in range(hours % 3):
            at = NOW - timedelta(hours=hours - again)
            kept = correct(kept, mother, at)
    standing = SymptomLog.objects.standing().filter(received_at__gte=NOW - timedelta(days=7))
    found = figures(care_team, 7, NOW)
    assert (found.logs, found.children, found.children_with_logs) == (standing.count(), 2, 1)
    assert 0 < found.logs < SymptomLog.objects.count()
    assert figures(care_team, 7, NOW + timedelta(days=8)).children_with_logs == 0


def test_the_rules_of_the_newest_answer_count_once_an_alert_in_the_words_of_the_newest_alert(
    care_team: CareTeam, ward_child: Child, log: Log, nurse: User
) -> None:
    """Ids with quotes and dots come through the database as they are; the most frequent stand first."""
    told = [
        [{"id": "b", "text": "before"}, {"id": "a.'\"1", "text": "first"}],
        [{"id": "b", "text": "again"}, {"id": "b", "text": "again"}, {"id": "c"}],
        [{"id": "b", "text": "now"}, {"id": "b", "text": "now"}, {"id": "c", "text": "also"}],
    ]
    for hours, flags in zip((100, 50, 2), told, strict=True):
        then = NOW - timedelta(hours=hours)
        log(temperature=38.4, at=then)
        alert = Alert.objects.open().get()
        Assessment.objects.create(
            log=alert.log, made_at=then, urgency="now", response={"flags": flags}, basis={}
        )
        take_alert(alert=alert, by=nurse, now=then)
        close_alert(alert=alert, by=nurse, outcome="admitted", note="", now=then)
    rules = [(one.rule, one.times, one.words) for one in figures(care_team, 7, NOW).rules]
    assert rules == [("b", 3, "now"), ("c", 2, "also"), ("a.'\"1", 1, "first")]


def correct(log: SymptomLog, by: User, at: datetime) -> SymptomLog:
    told = {"answers": answers(temperature=36.7), "observed_at": log.observed_at, "client_uuid": uuid4()}
    return correct_log(log=log, caregiver=by, now=at, **told).log


def test_an_urgent_alert_that_nobody_took_counts_and_waits(
    care_team: CareTeam, handled: Alert, log: Log, nurse: User
) -> None:
    log(temperature=39.4, chills="severe", hours_ago=0, at=NOW - timedelta(minutes=30))
    found = figures(care_team, 7, NOW)
    assert (found.urgent, found.urgent_taken, found.untaken, found.untaken_open) == (2, 1, 1, 1)
    assert found.minutes_to_take == (4 + 30) / 2
    assert found.taken_in_time == 1


def test_figures_of_another_team_or_of_older_days_count_nothing(
    handled: Alert, nurse_of_another_team: User, care_team: CareTeam
) -> None:
    assert figures(CareTeam.objects.get(name="Birch ward"), 7, NOW).logs == 0
    later = figures(care_team, 7, NOW + timedelta(days=8))
    assert (later.alerts, later.minutes_to_take, later.rules) == (0, None, [])


def test_the_page_shows_them_to_the_staff(
    client: Client, nurse: User, care_team: CareTeam, handled: Alert
) -> None:
    client.force_login(nurse)
    page = client.get(reverse("team-figures", args=[care_team.pk]), {"days": "7"}).content.decode()
    assert "CART-CRS-01" in page
    assert "Urgent alerts that nobody took" in page
    assert "1 of 1 were taken" in page


def test_the_table_runs_nothing_in_a_spreadsheet_and_is_on_record(
    client: Client, lead: User, care_team: CareTeam, ward_child: Child, handled: Alert, mother: User
) -> None:
    update_child(child=ward_child, about={"nickname": "@SUM(A1)"}, by=mother, now=NOW)
    client.force_login(lead)
    response = client.post(reverse("team-export", args=[care_team.pk]), {"days": "7"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["Child"] == "'@SUM(A1)"
    assert row["Note"] == "'=HYPERLINK(1)"
    assert (row["Outcome"], row["Raised"]) == ("Admitted", "2026-11-18T02:14:00+00:00")
    assert AuditEvent.objects.get(verb="alerts.exported").who == lead.pk


def test_a_nurse_takes_no_table_along(client: Client, nurse: User, care_team: CareTeam) -> None:
    client.force_login(nurse)
    assert client.post(reverse("team-export", args=[care_team.pk])).status_code == 403
