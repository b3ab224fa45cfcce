"""The fire drill: marked on every screen, and it reaches nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from tests.support.personas import NOW
from tracker.home_care.actions.drill import begin_drill
from tracker.home_care.queries.drill import is_the_fever, is_the_number, last_drill, the_night
from tracker.models import Drill

MARK = "This is a drill."


@pytest.fixture
def through(client, ward_child, mother, clock_at_now):
    """Goes through a drill and yields every page of it."""

    def through(answers=("0142", "100.4", "", "The card was far down.")):
        client.force_login(mother)
        page = client.post(reverse("drill-begin", args=[ward_child.pk]), follow=True)
        pages, where = [page], page.redirect_chain[-1][0]
        for number, typed in enumerate(answers):
            clock_at_now.shift(timedelta(seconds=20))
            if number == 1:
                pages.append(client.get(where + "card/"))
            page = client.post(where, {"typed": typed, "hard": typed}, follow=True)
            pages.append(page)
        return pages

    return through


def rows_by_table():
    models = apps.get_app_config("tracker").get_models()
    return {m.__name__: m.objects.count() for m in models if m.__name__ not in ("Drill", "AuditEvent")}


def test_a_drill_tells_nobody_and_logs_nothing(through, mailoutbox):
    before = rows_by_table()
    pages = through()
    assert "The drill is over" in pages[-1].content.decode()
    assert rows_by_table() == before
    assert mailoutbox == []


def test_every_screen_of_a_drill_says_that_it_is_one(through):
    for page in through():
        assert MARK in page.content.decode()
        assert "<title>DRILL" in page.content.decode()


def test_what_was_hard_and_the_date_stay_and_the_team_sees_them(client, through, ward_child, nurse):
    through()
    assert last_drill(ward_child).hard == "The card was far down."
    client.force_login(nurse)
    html = client.get(reverse("drill", args=[ward_child.pk])).content.decode()
    assert "20 November 2026" in html
    assert "The card was far down." in html
    assert "Begin the drill" not in html


def test_the_times_count_from_the_beginning(through):
    html = through()[-1].content.decode()
    assert "20 seconds" in html
    assert "40 seconds" in html


@pytest.mark.parametrize("typed", ["", "42", "0100", "abc"])
def test_a_number_that_does_not_answer_at_night_is_not_taken(through, typed):
    page = through([typed])[-1]
    assert "Not yet" in page.content.decode()
    assert Drill.objects.get().number_at is None


def test_the_number_is_that_of_the_night_also_by_day(child):
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert the_night(child, noon) == datetime(2026, 11, 21, 2, 10, tzinfo=UTC)
    assert is_the_number(child, "142", noon)
    assert not is_the_number(child, "100", noon)


@pytest.mark.parametrize(
    ("typed", "right"), [("38.0", True), ("38", True), ("100,4 °F", True), ("37.5", False)]
)
def test_the_fever_of_the_card_is_taken_as_people_type_it(typed, right):
    assert is_the_fever("38.0 °C / 100.4 °F", typed) is right


def test_a_drill_that_was_left_goes_on(child, mother, father):
    first = begin_drill(child=child, by=mother, now=NOW)
    assert begin_drill(child=child, by=mother, now=NOW + timedelta(hours=1)) == first
    assert begin_drill(child=child, by=father, now=NOW) != first


def test_nobody_finishes_somebody_else_s_drill(client, child, mother, father, clock_at_now):
    drill = begin_drill(child=child, by=mother, now=NOW)
    client.force_login(father)
    client.post(reverse("drill-step", args=[child.pk, drill.pk]), {"typed": "0142"})
    assert Drill.objects.get().number_at is None


def test_the_pages_cost_the_same_whatever_the_history(
    client, child, mother, clock_at_now, django_assert_max_num_queries
):
    for number in range(9):
        Drill.objects.create(child=child, begun_by=mother, begun_at=NOW, finished_at=NOW, hard=str(number))
    drill = begin_drill(child=child, by=mother, now=NOW)
    client.force_login(mother)
    for route, args in (("drill", []), ("drill-step", [drill.pk]), ("drill-card", [drill.pk])):
        with django_assert_max_num_queries(15):
            client.get(reverse(route, args=[child.pk, *args]))
