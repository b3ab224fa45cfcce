"""What a phone wrote down without a network, once it is sent: recorded once, judged again, refused in plain sight."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.offline.envelopes import entry, number_of, sealed
from tests.support.personas import NOW
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.lib.envelopes import open_envelope, private_key, public_keys
from tracker.models import Advised, Alert, Call, Child, DoseGiven, Membership, PhoneEntry, SymptomLog, User

FEVER = {"temperature": "38,4", "unit": "C", "route": "oral", "sign-chills": "severe", "when": "0"}
THEN = NOW - timedelta(hours=3)


def send(person: User, row: dict[str, str]) -> dict[str, Any]:
    client = Client()
    client.force_login(person)
    answer = client.post("/unsent/", json.dumps(row), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.hazard("H36")
def test_a_late_entry_is_recorded_once_with_both_times_and_judged_again(mother: User, child: Child) -> None:
    answer = {"urgency": "today", "headline": "Call today", "flags": ["X"], "knowledge_version": "1"}
    row = entry(child, mother, THEN, FEVER, answer=answer)
    first, again = send(mother, row), send(mother, row)
    assert first == again
    assert (first["state"], first["urgency"], first["stricter"]) == ("kept", "now", True)
    log, kept = SymptomLog.objects.get(), PhoneEntry.objects.get()
    assert (log.observed_at, log.caregiver, log.client_uuid) == (THEN, mother, number_of(row))
    assert log.received_at > THEN + timedelta(hours=2)
    assert (kept.log, kept.urgency, kept.entered_at, kept.answer["flags"]) == (log, "today", THEN, ["X"])
    assert Alert.objects.get().log == log


@pytest.mark.hazard("H36")
def test_a_milder_answer_here_leaves_both_in_the_record(mother: User, child: Child) -> None:
    answer = {"urgency": "now", "headline": "Call", "flags": [], "knowledge_version": "1"}
    told = send(mother, entry(child, mother, THEN, {"temperature": "36.8", "unit": "C"}, answer=answer))
    assert (told["urgency"], told["stricter"]) == ("note", False)
    assert PhoneEntry.objects.get().urgency == "now"


@pytest.mark.hazard("H36")
def test_what_is_not_theirs_any_more_is_kept_for_the_team_word_for_word(
    ward_child: Child, removed_helper: User
) -> None:
    row = entry(ward_child, removed_helper, THEN, FEVER)
    assert send(removed_helper, row)["state"] == "refused"
    assert send(removed_helper, row)["state"] == "refused"
    kept = PhoneEntry.objects.get()
    assert (kept.refused, ["temperature", "38,4"] in kept.typed) == ("membership", True)
    assert not SymptomLog.objects.exists()


@pytest.mark.hazard("H36")
def test_what_was_refused_is_shown_to_the_other_parents_and_to_the_team_for_some_days(
    ward_child: Child, removed_helper: User, mother: User, nurse: User
) -> None:
    send(removed_helper, entry(ward_child, removed_helper, THEN, FEVER))

    def page(person: User, name: str) -> str:
        client = Client()
        client.force_login(person)
        return client.get(reverse(name, args=[ward_child.pk])).content.decode()

    for person, name in ((mother, "today"), (nurse, "nurse-child")):
        assert "38,4" in page(person, name), name
    assert "It was not checked. Is any of it so? Log it, or call." in page(mother, "today")
    Membership.objects.filter(user=mother).update(role="helper")
    assert "38,4" not in page(mother, "today")
    Membership.objects.filter(user=mother).update(role="parent")
    with time_machine.travel(NOW + timedelta(days=3, minutes=1), tick=False):
        assert "38,4" not in page(mother, "today")


def test_a_stranger_leaves_no_trace_in_a_childs_record(child: Child, stranger: User) -> None:
    told = send(stranger, entry(child, stranger, THEN, FEVER))
    assert (told["state"], told["why"]) == ("refused", "gone")
    assert not PhoneEntry.objects.exists()


@pytest.mark.hazard("H36")
def test_nobody_sends_what_somebody_else_wrote(mother: User, father: User, child: Child) -> None:
    assert send(father, entry(child, mother, THEN, FEVER))["state"] == "not-yours"
    assert not SymptomLog.objects.exists()


def test_without_a_login_it_waits(child: Child, mother: User) -> None:
    answer = Client().post(
        "/unsent/", json.dumps(entry(child, mother, THEN, FEVER)), content_type="text/json"
    )
    assert (answer.status_code, answer.json()["state"]) == (401, "sign-in")
    assert Client().get("/pocket/").json() == {"from": "nightlight", "state": "sign-in"}


@pytest.mark.parametrize("body", ["", "[]", "{", '{"number": 1}', '{"key": "x", "envelope": "%%"}'])
def test_what_is_no_envelope_is_said_to_be_unreadable(mother: User, body: str) -> None:
    client = Client()
    client.force_login(mother)
    assert client.post("/unsent/", body, content_type="application/json").json()["state"] == "unreadable"


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"fields": 3}', '{"fields": [], "phone_at": 1e30, "author": 1}']
)
def test_what_no_page_of_ours_makes_is_unknown(mother: User, text: str) -> None:
    assert send(mother, sealed(text, str(uuid4())))["state"] == "unknown"


@pytest.mark.hazard("H36")
def test_an_old_key_still_opens_what_was_sealed_for_it(mother: User, child: Child, settings: Any) -> None:
    row = entry(child, mother, THEN, FEVER)
    settings.ENCRYPTION_KEYS = f"{Fernet.generate_key().decode()}, {settings.ENCRYPTION_KEYS}"
    assert public_keys()[0][0] != row["key"]
    assert send(mother, row)["state"] == "kept"
    settings.ENCRYPTION_KEYS = Fernet.generate_key().decode()
    assert send(mother, row)["state"] == "unreadable"


def test_an_envelope_opens_under_its_own_number_alone() -> None:
    row = sealed("words", "one")
    assert open_envelope(row["key"], "one", row["envelope"]) == "words"
    with pytest.raises(ValueError, match=row["key"]):
        open_envelope(row["key"], "two", row["envelope"])
    assert private_key("a").private_numbers() != private_key("b").private_numbers()


@pytest.mark.hazard("H36")
def test_calls_and_doses_take_the_same_way_and_two_parents_see_who_gave_what(
    mother: User, father: User, child: Child
) -> None:
    label = {
        "name": "Paracetamol",
        "dose": "5 ml",
        "as_needed": True,
        "times": [],
        "days": "",
        "gap_hours": 6,
    }
    medicine = add_medicine(child=child, label=label | {"lowers_fever": True}, by=mother, now=THEN)
    give_dose(medicine=medicine, slot_at=None, given_at=THEN, client_uuid=uuid4(), by=mother, now=THEN)
    at = THEN + timedelta(hours=1)
    told = send(father, entry(child, father, at, {"at": "now"}, kind="dose", medicine=medicine.pk))
    assert (told["state"], "Two doses" in told["says"]) == ("kept", True)
    given = DoseGiven.objects.order_by("given_at")
    assert [(dose.given_by, dose.given_at) for dose in given] == [(mother, THEN), (father, at)]
    local = timezone.localtime(at, child.zone)
    fields = {"reached": "yes", "advice": Advised.values[0], "called_at": local.strftime("%H:%M")}
    assert send(father, entry(child, father, at, fields, kind="call"))["state"] == "kept"
    assert Call.objects.get().called_at <= at + timedelta(minutes=1)
    assert send(father, entry(child, father, at, {"reached": "yes"}, kind="call"))["why"] == "form"
    assert PhoneEntry.objects.filter(refused="form").count() == 1


def test_the_vector_of_the_construction_opens(settings: Any) -> None:
    vector = json.loads((Path(__file__).parent / "vector.json").read_text())
    settings.ENCRYPTION_KEYS = vector["encryption_key"]
    assert public_keys() == [(vector["key"], vector["public"])]
    assert open_envelope(vector["key"], vector["number"], vector["envelope"]) == vector["text"]
