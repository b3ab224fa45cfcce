"""A family takes everything along, and deletes everything."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.support.again import asked_again
from tests.support.personas import NOW, NUMBERS, child_of
from tracker.accounts.erasure import erase_child, erase_person
from tracker.accounts.export import paths_to_a_child, tables_of
from tracker.families.actions.care_teams import begin_care_team
from tracker.lib.csv_cells import cell
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import Recorded
from tracker.messaging.delivery import queue
from tracker.models import Alert, AuditEvent, CareTeam, Child, Membership, Message, SymptomLog, User

# Tables whose rows belong to no child, each with its reason.
NOT_OF_A_CHILD = {
    "user": "people; person.csv names those around the child",
    "heartbeat": "the machine",
    "contactpoint": "how a person is reached; it goes with the person",
    "auditseal": "numbers that vouch for the record",
    "outsidepart": "the machine: ids of keys",
    "rota": "the hours of a care team",
    "turn": "the hours of a care team; it goes with the person",
    "absence": "the hours of a care team; it goes with the person",
    "secondstepreset": "who let a colleague sign in anew; it goes with the person",
    "teammerge": "which lead asked that two wards become one; it goes with the person",
}


@pytest.fixture
def told(log: Callable[..., Recorded], child: Child, mother: User, father: User) -> Child:
    """Juno with logs, an alert, a call, a father."""
    log(temperature=38.4, chills="moderate", note="=1+1 she said\nand ate")
    log(temperature=36.9, hours_ago=5)
    record_call(
        child=child, caregiver=mother, client_uuid=uuid4(), called_at=NOW, reached=True, told="Come", now=NOW
    )
    return child


def take_along(client: Client, child: Child) -> ZipFile:
    answer = client.post(reverse("export", args=[child.pk]))
    assert answer.status_code == 200
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_no_table_is_forgotten() -> None:
    """A new table belongs to a child by a foreign key, or is named above with its reason."""
    models = {model._meta.model_name for model in apps.get_app_config("tracker").get_models()}
    assert {model._meta.model_name for model in paths_to_a_child()} | set(NOT_OF_A_CHILD) == models


class TestTakingAlong:
    def test_every_row_is_in_the_spreadsheets_and_in_the_json(self, told: Child, mother: User) -> None:
        expected = {name: rows.count() for name, (_names, rows) in tables_of(told).items()}
        archive = take_along(asked_again(mother), told)
        everything = json.loads(archive.read("everything.json"))
        expected["auditevent"] += 1  # the download itself
        assert {name: len(rows) for name, rows in everything.items()} == expected
        assert expected["symptomlog"] == 2
        assert expected["person"] == 2
        for name, count in expected.items():
            text = archive.read(f"{name}.csv").decode("utf-8-sig")
            assert len(list(csv.DictReader(io.StringIO(text)))) == count, name

    def test_what_was_typed_comes_out_as_it_was(self, told: Child, mother: User) -> None:
        archive = take_along(asked_again(mother), told)
        notes = [row["value_text"] for row in json.loads(archive.read("everything.json"))["observation"]]
        assert "=1+1 she said\nand ate" in notes
        rows = csv.DictReader(io.StringIO(archive.read("observation.csv").decode("utf-8-sig"), newline=""))
        assert "'=1+1 she said\nand ate" in [row["value_text"] for row in rows]

    def test_nothing_of_another_child_and_no_secret_is_in_it(
        self, told: Child, mother: User, stranger: User
    ) -> None:
        archive = take_along(asked_again(mother), told)
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
        assert "Juno" in whole
        assert "Mila" not in whole
        assert "stranger" not in whole
        assert "token_digest" not in whole

    def test_nothing_of_a_sibling_is_in_it(self, told: Child, mother: User) -> None:
        child_of(mother, "Mila")
        archive = take_along(asked_again(mother), told)
        assert b"Mila" not in b"".join(archive.read(name) for name in archive.namelist())

    def test_it_is_on_record(self, told: Child, mother: User) -> None:
        take_along(asked_again(mother), told)
        assert AuditEvent.objects.filter(verb="child.exported", who=mother.pk, child=told.pk).count() == 1

    def test_it_asks_once_more_who_it_is(self, client: Client, told: Child, mother: User) -> None:
        mother.set_password("a quiet night")
        mother.save()
        client.force_login(mother)
        answer = client.post(reverse("export", args=[told.pk]))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/reauthenticate/")
        client.post("/account/reauthenticate/", {"password": "a quiet night"})
        assert client.post(reverse("export", args=[told.pk])).status_code == 200

    def test_who_has_no_password_signs_in_anew(self, client: Client, told: Child, mother: User) -> None:
        client.force_login(mother)
        assert "Sign out and in again" in client.post(reverse("export", args=[told.pk])).content.decode()

    def test_the_name_of_the_file_names_nobody(self, told: Child, mother: User) -> None:
        answer = asked_again(mother).post(reverse("export", args=[told.pk]))
        assert answer["Content-Disposition"] == 'attachment; filename="nightlight.zip"'
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("sign", list("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20"))
    def test_a_spreadsheet_runs_nothing(self, sign: str) -> None:
        assert cell(f"{sign}2 stools") == f"'{sign}2 stools"

    @pytest.mark.parametrize("value", ["", "2 stools", "a=b", 38, None, -3])
    def test_the_rest_stays_as_it_is(self, value: object) -> None:
        assert cell(value) == value


def whole_database() -> dict[str, str]:
    """Every table as text."""
    with connection.cursor() as cursor:
        found = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            found[name] = repr(cursor.fetchall())
        return found


def tables_with(word: str | UUID) -> set[str]:
    shapes = [word] if isinstance(word, str) else [str(word), word.hex]
    return {name for name, text in whole_database().items() if any(shape in text for shape in shapes)}


class TestDeletingAChild:
    def delete(self, client: Client, child: Child, **data: str) -> Any:
        return client.post(reverse("erase", args=[child.pk]), data)

    def test_it_says_what_goes_and_what_stays(self, told: Child, mother: User) -> None:
        page = asked_again(mother).get(reverse("erase", args=[told.pk])).content.decode()
        assert "What goes" in page
        assert "One other person loses it too." in page
        assert "No name, no symptom." in page

    def test_nothing_goes_without_the_tick(self, told: Child, mother: User) -> None:
        assert "Nothing was deleted" in self.delete(asked_again(mother), told).content.decode()
        assert SymptomLog.objects.count() == 2

    def test_all_of_it_goes_but_the_list_of_what_was_done(self, told: Child, mother: User) -> None:
        queue(alert=Alert.objects.get(), recipients=[mother.pk], now=NOW)
        assert Message.objects.filter(child=told).exists()
        assert self.delete(asked_again(mother), told, sure="yes").status_code == 302
        assert tables_with("Juno") == set()
        assert tables_with(told.pk) == {"tracker_auditevent"}
        assert not Message.objects.exists()
        assert not CareTeam.objects.filter(kept_by_family=True).exists()
        last = AuditEvent.objects.latest("pk")
        assert (last.verb, last.child, last.who) == ("child.erased", told.pk, mother.pk)

    def test_the_other_children_stay(self, told: Child, mother: User, stranger: User) -> None:
        self.delete(asked_again(mother), told, sure="yes")
        assert list(Child.objects.values_list("nickname", flat=True)) == ["Mila"]
        assert CareTeam.objects.count() == 1

    def test_the_clinics_team_stays(self, ward_child: Child, care_team: CareTeam, mother: User) -> None:
        erase_child(child=ward_child, by=mother, now=NOW)
        assert CareTeam.objects.get() == care_team

    def test_it_asks_once_more_who_it_is(self, client: Client, told: Child, mother: User) -> None:
        client.force_login(mother)
        self.delete(client, told, sure="yes")
        assert Child.objects.filter(pk=told.pk).exists()


class TestDeletingAnAccount:
    def test_a_person_alone_takes_the_child_along(self, child: Child, mother: User) -> None:
        client = asked_again(mother)
        page = client.get(reverse("erase-account")).content.decode()
        assert "Everything about Juno" in page
        client.post(reverse("erase-account"), {"sure": "yes"})
        assert not Child.objects.exists()
        assert not User.objects.exists()
        assert tables_with("mother@example.org") == set()
        assert client.get("/account/email/").status_code == 302

    def test_what_a_mother_wrote_stays_with_the_father_without_her_name(
        self, told: Child, mother: User
    ) -> None:
        asked_again(mother).post(reverse("erase-account"), {"sure": "yes"})
        assert SymptomLog.objects.count() == 2
        assert tables_with("mother@example.org") | tables_with("Mother") == set()
        assert not User.objects.get(pk=mother.pk).is_active
        assert not Membership.objects.filter(user=mother).exists()

    def test_nothing_goes_without_the_tick(self, child: Child, mother: User) -> None:
        asked_again(mother).post(reverse("erase-account"))
        assert User.objects.filter(pk=mother.pk).exists()

    def test_the_only_lead_of_a_team_stays(self, care_team: CareTeam, lead: User) -> None:
        page = asked_again(lead).post(reverse("erase-account"), {"sure": "yes"})
        assert "needs another lead first" in page.content.decode()
        assert User.objects.filter(pk=lead.pk, is_active=True).exists()

    def test_a_nurse_can_go(self, nurse: User, ward_child: Child) -> None:
        erase_person(user=nurse, now=NOW)
        assert tables_with("nurse@example.org") == set()
        assert Child.objects.exists()

    def test_a_lead_among_two_can_go(self, lead: User, care_team: CareTeam, mother: User) -> None:
        begin_care_team(name="Birch", numbers=NUMBERS, by=mother, now=NOW)
        Membership.objects.create(user=mother, care_team=care_team, role="lead", begun_at=NOW)
        erase_person(user=lead, now=NOW)
        assert tables_with("lead@example.org") == set()
