"""Days: two weeks at a time, as pictures or tables, never wider than what a page can hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.site.test_costs import AT_MOST, remember
from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import NOW, child_of
from therapies.schedule import Event
from tracker.alerts.actions import resolve_alert
from tracker.home_care.documents.summary import summary_of
from tracker.home_care.documents.summary_pdf import summary_data
from tracker.logs.actions.record import Recorded, correct_log
from tracker.models import Alert, Child, Outcome, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")
Log = Callable[..., Recorded]


def days_of(phone: Phone, child: Child, query: str = "") -> Any:
    return phone.get(reverse("days", args=[child.pk]) + query)


def test_two_weeks_are_drawn_with_the_infusion_as_anchor(phone: Phone, child: Child, log: Log) -> None:
    log(temperature=36.8, headache="mild", hours_ago=30)
    log(temperature=38.4, chills=None, hours_ago=2)
    page = days_of(phone, child)
    html, said = page.content.decode(), text(page)
    assert "7 November to 20 November" in said
    assert 'class="curve-line"' in html
    assert "Infusion of the cells" in said
    assert "Headache (mild)" in said
    assert "Friday 20 November Day 6 after the infusion" in said
    assert "Wednesday 18 November Day 4 after the infusion" in said


def test_the_table_says_the_same_in_words(phone: Phone, child: Child, log: Log) -> None:
    log(temperature=38.4, chills=None, headache="moderate", hours_ago=1)
    said = text(days_of(phone, child, "?view=table"))
    assert "20 Nov, 01:14 38.4 °C fever" in said
    assert "severe or not said" in said
    assert "moderate" in said


def test_weight_and_fever_medicine_stand_wherever_a_log_is_listed(
    phone: Phone, client: Any, ward_child: Child, nurse: User, log: Log
) -> None:
    log(temperature=37.2, headache="mild", weight_kg=20.4, antipyretic_given=True)
    listed = "Headache (mild), Weight: 20.4 kg, Fever medicine: Yes"
    client.force_login(nurse)
    for reader, name in ((phone, "today"), (phone, "days"), (client, "nurse-child"), (client, "nurse-chart")):
        assert listed in text(reader.get(reverse(name, args=[ward_child.pk]))), name
    paper = summary_data(summary_of(ward_child, 1, timezone.now()), None, "")
    assert [listed] == [seen for _when, _temperature, seen, _answer in paper["logs"]]


def test_what_is_as_usual_is_folded_and_what_is_not_stands_in_the_row(
    phone: Phone, child: Child, log: Log
) -> None:
    log(temperature=36.8, hours_ago=3, neuro={"talks": "usual", "knows": "usual"}, handwriting="worse")
    page = " ".join(phone.get(reverse("days", args=[child.pk])).content.decode().split())
    row, _summary, folded = page.partition("2 answers as usual </summary>")
    assert "Handwriting: Less clear" in row
    assert "Talking: As usual" not in row
    assert folded.startswith(' <p class="term">Talking: As usual, ')


def test_a_day_that_is_over_does_not_say_how_long_the_pump_runs(phone: Phone, mother: User, log: Log) -> None:
    theo = child_of(mother, "Theo", "blinatumomab", Event("start", NOW - timedelta(days=2), cycle=1))
    phone.send(theo, temperature="36.8")
    page = text(phone.get(reverse("days", args=[theo.pk]))).partition("Every log")[2]
    assert "Cycle 1, day 3" in page
    assert "pump running until" not in page


def test_no_fever_medicine_is_not_listed(phone: Phone, child: Child, log: Log) -> None:
    log(temperature=37.2, antipyretic_given=False)
    assert "Fever medicine" not in text(days_of(phone, child))


def test_a_log_before_and_a_log_after_are_one_tap_away(phone: Phone, child: Child, log: Log) -> None:
    log(temperature=36.8, hours_ago=24 * 15)
    page = days_of(phone, child)
    assert "?until=2026-11-06&amp;view=picture" in links(page)
    assert "Later" not in text(page)
    before = days_of(phone, child, "?until=2026-11-06")
    assert "36.8 °C" in text(before)
    assert "?until=2026-11-20&amp;view=picture" in links(before)
    assert "Earlier" not in text(before)


@pytest.mark.parametrize(
    "until", ["", "soon", "2026-02-31", "9999-12-31", "0001-01-01", "-1", "2026-11-20T00:00"]
)
def test_a_day_that_is_none_is_today_or_simply_empty(phone: Phone, child: Child, until: str) -> None:
    assert days_of(phone, child, f"?until={until}&view=nonsense").status_code == 200


def test_a_corrected_log_is_shown_and_not_drawn(phone: Phone, child: Child, mother: User, log: Log) -> None:
    first = log(temperature=39.9).log
    correct_log(
        log=first,
        caregiver=mother,
        answers={"temperature": {"value": 36.9, "unit": "C"}, "symptoms": []},
        observed_at=first.observed_at,
        client_uuid=child.pk,
        now=timezone.now(),
    )
    said = text(days_of(phone, child, "?view=table"))
    assert "Corrected at 02:14." in said
    assert "This is a correction." in said
    table = said.partition("Every log")[0]
    assert "36.9 °C" in table
    assert "39.9 °C" not in table


def test_what_the_team_did_stands_beside_the_log(
    phone: Phone, ward_child: Child, log: Log, night: Any
) -> None:
    phone.send(ward_child, **FEVER)
    newest = SymptomLog.objects.get()
    told = {"reached": "yes", "advice": "come-in", "told": "The side door.", "called_at": "02:14"}
    phone.post(reverse("called", args=[newest.pk]), told)
    assert "02:14 called: Come in, or go to the emergency room. The side door." in text(
        days_of(phone, ward_child)
    )


def test_last_weeks_order_is_not_read_as_todays(
    phone: Phone, client: Any, ward_child: Child, nurse: User, log: Log
) -> None:
    recorded = log(temperature=38.4, hours_ago=72)
    at = timezone.now() - timedelta(hours=71)
    told = {"outcome": Outcome.EMERGENCY_ROOM, "note": "Bring the card.", "by": nurse, "now": at}
    resolve_alert(alert=Alert.objects.get(), **told)
    for name, pk in (("days", ward_child.pk), ("log", recorded.log.pk)):
        said = text(phone.get(reverse(name, args=[pk])))
        assert "Sent to the emergency room. Nurse, 17 November, 03:14: “Bring the card.”" in said
        assert "Go to the emergency room" not in said
    ((_when, _urgency, followed),) = summary_data(summary_of(ward_child, 7, timezone.now()), None, "")[
        "alerts"
    ]
    assert "Sent to the emergency room." in followed


def test_a_helper_who_may_not_read_the_history_is_told_so(
    client: Any, child: Child, helper: User, log: Log
) -> None:
    client.force_login(helper)
    assert client.get(reverse("days", args=[child.pk])).status_code == 403


def test_a_nurse_reads_the_days(client: Any, ward_child: Child, nurse: User) -> None:
    client.force_login(nurse)
    page = client.get(reverse("days", args=[ward_child.pk]))
    assert page.status_code == 200
    assert "Log what you see" not in text(page)


def test_more_logs_than_a_page_holds_show_fewer_whole_days(
    phone: Phone, child: Child, mother: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.logs.views.days.MOST", 10)
    remember(child, mother, 30)  # three a day
    assert "17 November to 20 November" in text(days_of(phone, child))
    monkeypatch.setattr("tracker.logs.views.days.MOST", 1)
    assert "20 November to 20 November" in text(days_of(phone, child))
    one_day = text(days_of(phone, child, "?until=2026-11-19"))
    assert "19 November to 19 November" in one_day
    assert "17:14" in one_day.partition("Every log")[2]


@pytest.mark.parametrize("logs", [3, 1500])
def test_the_page_costs_fifteen_queries_at_most(phone: Phone, child: Child, mother: User, logs: int) -> None:
    remember(child, mother, logs)
    phone.get(reverse("today", args=[child.pk]))
    for view in ("picture", "table"):
        with CaptureQueriesContext(connection) as queries:
            assert days_of(phone, child, f"?view={view}").status_code == 200
        assert len(queries) <= AT_MOST
