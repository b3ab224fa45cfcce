"""One picture of the same days: for the family, for the nurse and on paper."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.pages import Phone
from tests.support.personas import NOW
from therapies.catalogue import load
from therapies.model import SEVERITIES
from tracker.home_care.documents.summary import summary_of
from tracker.lib.charts import Curve, HeatMap
from tracker.logs.actions.record import Recorded
from tracker.models import Child, EventKind, TreatmentEvent, User

pytestmark = pytest.mark.usefixtures("night")
Log = Callable[..., Recorded]
MARKED = {EventKind.INFUSION, EventKind.DOSE, EventKind.START, EventKind.RESTART, EventKind.TRANSPLANT}
NOT_TOLD = None
DAYS_AGO = {"mild": 3, "moderate": 2, "severe": 1, NOT_TOLD: 0}


@pytest.fixture
def of_nurse(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    return client


@pytest.fixture
def pictures(phone: Phone, of_nurse: Client, ward_child: Child) -> Callable[[], list[tuple[Curve, HeatMap]]]:
    """What the family's page, the nurse's page and the paper draw of the last two weeks."""

    def pictures() -> list[tuple[Curve, HeatMap]]:
        family = phone.get(reverse("days", args=[ward_child.pk])).context
        days = of_nurse.get(reverse("nurse-child", args=[ward_child.pk])).context["days"]
        paper = summary_of(Child.objects.get(pk=ward_child.pk), 14, NOW)
        (heat,) = paper.heats
        return [(family["curve"], family["heat"]), (days.curve, days.heat), (paper.curve, heat)]

    return pictures


def test_every_sign_at_every_severity_is_drawn_at_the_same_level(pictures: Any, log: Log) -> None:
    known = load().symptoms.values()
    for severity, days in DAYS_AGO.items():
        told = {sign.code: severity if sign.graded else NOT_TOLD for sign in known}
        log(hours_ago=24 * days, **told)
    family, nurse, paper = (heat for _curve, heat in pictures())
    assert len(family.rows) == len(known)
    graded = {sign.name for sign in known if sign.graded}
    for row in family.rows:
        levels = [cell.level for cell in row.cells if cell.level is not None]
        assert levels == ([1, 2, 3, 3] if row.name in graded else [3, 3, 3, 3]), row.name
    assert family == nurse == paper


def test_every_severity_has_a_level(pictures: Any, log: Log) -> None:
    assert set(SEVERITIES) == DAYS_AGO.keys() - {NOT_TOLD}
    log(headache="mild", chills=NOT_TOLD, rash="moderate")
    heats = [heat for _curve, heat in pictures()]
    names = [[row.name for row in heat.rows] for heat in heats]
    assert names[0] == ["Chills, shaking", "Rash", "Headache"]  # the worst first
    assert names[0] == names[1] == names[2]


@pytest.mark.parametrize("kind", EventKind.values)
def test_everything_that_was_given_is_marked_everywhere(
    pictures: Any, log: Log, ward_child: Child, mother: User, kind: str
) -> None:
    log(temperature=38.4, chills="mild", hours_ago=1)
    log(temperature=37.0, hours_ago=50)
    at = NOW - timedelta(days=3)
    of = {"course": ward_child.courses.get(), "recorded_by": mother, "recorded_at": NOW}
    TreatmentEvent.objects.create(kind=kind, at=at, until=NOW + timedelta(days=1), **of)
    family, nurse, paper = (curve for curve, _heat in pictures())
    assert len(family.anchors) == 1 + (kind in MARKED)  # the cells of six days ago are marked as well
    assert [point.celsius for point in family.points] == [37, Decimal("38.4")]
    assert family == nurse == paper


def test_a_picture_of_today_ends_now(pictures: Any, log: Log, ward_child: Child, mother: User) -> None:
    """What is still to come of the day takes no room, and what is planned in it is no mark."""
    log(temperature=38.4, chills="mild")
    of = {"course": ward_child.courses.get(), "recorded_by": mother, "recorded_at": NOW}
    TreatmentEvent.objects.create(kind=EventKind.DOSE, at=NOW + timedelta(hours=2), **of)
    for curve, _heat in pictures():
        assert len(curve.anchors) == 1
        assert float(curve.last.x) == curve.right
