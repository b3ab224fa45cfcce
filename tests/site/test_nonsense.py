"""Whatever is typed into a family's forms, a page comes back: never an error, never a broken child."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.effort import tries
from tests.support.personas import NOW
from tracker.families.wizard import STEPS
from tracker.models import Child, TreatmentEvent, User

pytestmark = pytest.mark.django_db
NONSENSE = (
    "\x00",
    " ",
    "\N{SLEEPING FACE}" * 600,
    "9" * 5000,
    "-1",
    "1e9",
    "0001-01-01",
    "0001-01-01T00:00",
    "9999-12-31",
    "9999-12-31T23:59",
    "2026-02-30",
    "25:61",
    "<script>alert(1)</script>",
    "\N{FULLWIDTH DIGIT FIVE}" * 7,
    "Etc/GMT-14",
    "../../etc/passwd",
)
TRIED = NONSENSE[:: tries(3, 1)]


@pytest.fixture(autouse=True)
def at_night(clock: Any) -> None:
    clock.move_to(NOW)


def fields_of(page: Any, *names: str) -> list[str]:
    forms = [page.context.get(name) for name in names]
    return [field for form in forms if form for field in form.fields]


@pytest.mark.parametrize("nonsense", TRIED, ids=range(len(TRIED)))
def test_the_beginning_answers_nonsense_with_a_page(client: Client, nonsense: str):
    client.force_login(User.objects.create_user("new@example.org"))
    for step in STEPS:
        client.post("/begin/therapy/", {"therapy": "inotuzumab-ozogamicin"})
        names = fields_of(client.get(f"/begin/{step}/"), "form")
        response = client.post(f"/begin/{step}/", dict.fromkeys(names, nonsense))
        assert response.status_code in (303, 422), step
        assert client.get(f"/begin/{step}/").status_code in (200, 303), step
    assert not Child.objects.exists()


@pytest.mark.parametrize("nonsense", TRIED, ids=range(len(TRIED)))
def test_settings_and_treatment_answer_nonsense_with_a_page(client, child, mother, nonsense):
    client.force_login(mother)
    settings, treatment = (reverse(name, args=[child.pk]) for name in ("settings", "treatment"))
    names = fields_of(client.get(settings), "form", "numbers_form", "clinic_form")
    for save in ("child", "numbers", "clinic", nonsense):
        sent = dict.fromkeys(names, nonsense) | {"save": save}
        assert client.post(settings, sent).status_code in (303, 422), save
    for kind in ("moved", "transplant", "therapy", "dates", nonsense):
        sent = dict.fromkeys(("at", "cycle", "therapy", "infusion"), nonsense) | {"kind": kind}
        assert client.post(treatment, sent).status_code in (303, 422), kind
    assert TreatmentEvent.objects.count() == 1
    assert client.get(f"/invitations/{nonsense.replace('/', '')}/").status_code in (404, 400)
