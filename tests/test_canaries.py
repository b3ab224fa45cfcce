"""What people type is found on the pages that show it, and nowhere else.

Every field that holds typed words holds a canary: a word that stands nowhere else. Then every page is opened, a page
breaks, messages leave; and mail, pushes and SMS as they cross the wire, addresses, headers, logs, the cache, the queue
and the list of what was done are searched for canaries. A new field for words needs a line here, or the first test
fails.
"""

import base64
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.json_logs import JsonLines
from tests.support.access_world import KINDS, World, key_of, signed_in
from tests.support.personas import NOW, NUMBERS, SECRET, join
from tests.support.sinks import Browser, Gateway, gateway
from tests.test_access_matrix import ROUTES, address, rows_for
from therapies.schedule import Event
from tracker.alerts.actions import resolve_alert
from tracker.clinic.actions.nursing import know_child, write_note
from tracker.families.actions.care_teams import begin_care_team, join_care_team
from tracker.families.actions.children import begin_child
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.home_care.actions.questions import answer_question, ask_question
from tracker.lib import task_queue
from tracker.logs.actions.calls import record_call
from tracker.management.commands.setup import make_push_key
from tracker.messaging.channels import push
from tracker.messaging.contact_points import add_browser, set_mobile
from tracker.models import Alert, Child, Drill, Role, SymptomLog, User
from tracker.operations.sweep import sweep
from tracker.site.demo.second_factors import seed_totp

CANARY = "Qzxwvj"  # so long that no random token holds it by chance
FOUND = re.compile(rf"{CANARY}\w*", re.IGNORECASE)
HEALTH = re.compile(r"chills|fever|(?<![\d:])39[.,]87|tisagenlecleucel|kymriah", re.IGNORECASE)

# Columns of text that nobody types into: keys of a vocabulary, codes that we make, numbers to call, places.
NOT_TYPED = {
    "assessment.knowledge_version",
    "auditevent.verb",
    "auditseal.digest",
    "call.advice",
    "cardlink.token_digest",
    "careteam.day_number",
    "careteam.join_code",
    "careteam.language",
    "careteam.night_number",
    "careteam.second_number",
    "careteam.open_days",
    "careteam.time_zone",
    "child.country",
    "child.emergency_number",
    "child.home_care_number",
    "child.paused_reason",
    "child.time_zone",
    "contactpoint.address",
    "course.therapy",
    "heartbeat.name",
    "invitation.address",
    "invitation.token_digest",
    "medicine.days",
    "membership.callback_number",
    "message.error_code",
    "message.reason",
    "message.sealed",
    "auditseal.kind",
    "auditseal.row_key",
    "observation.code",
    "observation.duration_hours",
    "observation.route",
    "observation.severity",
    "observation.unit",
    "observation.value_code",
    "outsidepart.identifier",
    "symptomlog.observed_zone",
    "user.board_view",
    "user.clock",
    "user.email",
    "user.language",
    "user.password",
    "user.time_zone",
    "user.unit",
    "phoneentry.knowledge_version",
    "phoneentry.urgency",
    "symptomlog.language",
}


def typed_columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_app_config("tracker").get_models():
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if is_text and f"{model._meta.model_name}.{field.name}" not in NOT_TYPED:
                yield model, field


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", name=f"{CANARY}name{name}")


@pytest.fixture
def world(db: None) -> World:
    """Juno and her people, all under canaries."""
    people = {kind: person(kind) for kind in KINDS if kind != "anyone"}
    for kind in ("lead", "staff"):
        seed_totp(people[kind], SECRET)
    mother, lead = people["parent"], people["lead"]
    about = {"nickname": f"{CANARY}nick", "writes": True, "first_sentence": f"{CANARY}sentence"}
    child = begin_child(
        about=about,
        numbers=NUMBERS,
        therapy="tisagenlecleucel",
        events=[Event("infusion", NOW)],
        by=mother,
        now=NOW,
    )
    team = begin_care_team(name=f"{CANARY}ward", numbers=NUMBERS, by=lead, now=NOW)
    join(people["nurse"], Role.NURSE, care_team=team, by=lead)
    join(people["helper"], Role.HELPER, child=child, by=mother)
    join_care_team(child=child, code=team.join_code, by=mother, now=NOW)
    keys = {kind: key_of(one) for kind, one in people.items()}
    world = World(child, None, people, keys, {})
    phone = signed_in(world, "parent")
    log = {"client_uuid": str(uuid4()), "unit": "C", "when": "0", "sign-chills": "moderate"}
    for typed in ({"temperature": "39.87", "note": f"{CANARY}note"}, {"temperature": f"{CANARY}warm"}):
        answer = phone.post(reverse("logs", args=[child.pk]), log | typed | {"client_uuid": str(uuid4())})
        assert answer.status_code == 303
    say_the_rest(child, people)
    return world._replace(recorded=_Recorded(SymptomLog.objects.latest("received_at")))


class _Recorded:
    def __init__(self, log: SymptomLog) -> None:
        self.log = log


def say_the_rest(child: Child, people: dict[str, User]) -> None:
    mother, nurse = people["parent"], people["nurse"]
    now = SymptomLog.objects.latest("received_at").received_at
    record_call(
        child=child,
        caregiver=mother,
        client_uuid=uuid4(),
        called_at=now,
        reached=True,
        told=f"{CANARY}told",
        now=now,
    )
    question = ask_question(child=child, text=f"{CANARY}question", by=mother, now=now)
    answer_question(question=question, answer=f"{CANARY}answer", by=mother, now=now)
    write_note(child=child, text=f"{CANARY}carenote", by=nurse, now=now)
    know_child(
        child=child, record_number=f"{CANARY}record", call_back_number=f"{CANARY}back", by=nurse, now=now
    )
    label = {"as_needed": True, "times": [], "days": "", "gap_hours": 6, "lowers_fever": False}
    medicine = add_medicine(
        child=child, label=label | {"name": f"{CANARY}drug", "dose": f"{CANARY}dose"}, by=mother, now=now
    )
    give_dose(medicine=medicine, slot_at=None, given_at=now, client_uuid=uuid4(), by=mother, now=now)
    Drill.objects.create(child=child, begun_by=mother, begun_at=now, finished_at=now, hard=f"{CANARY}hard")
    alert = Alert.objects.open().get()
    resolve_alert(alert=alert, outcome="advised-by-phone", note=f"{CANARY}outcome", by=nurse, now=now)


class Sinks:
    """Everything that is not a page."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rung: list[str] = []
        self.addresses: list[str] = []
        self.headers: list[str] = []

    def of_a_page(self, response: Any) -> str:
        """Keeps the headers and the addresses of a page; gives its text."""
        self.headers += [f"{name}: {value}" for name, value in response.headers.items()]
        self.headers += [str(cookie) for cookie in response.cookies.values()]
        html = (b"" if response.streaming else response.content).decode(errors="replace")
        self.addresses += re.findall(r'(?:href|src|action|formaction)="([^"]*)"', html)
        return html

    def listen(self, settings: Any, service: Gateway, carrier: Gateway) -> None:
        """From now on pushes and SMS go to these two, over the wire."""
        self.service, self.carrier, self.telephone = service, carrier, Browser()
        settings.PUSH_HOSTS, settings.PUSH_LEAVES_THE_HOUSE = [service.origin], True
        settings.SMS_URL = carrier.origin.replace("http://", "twilio+http://AC1:secret@") + "/+15550199"

    def pushed(self) -> list[str]:
        """What push services were told: in the clear, signed, and what only the telephone can read."""
        return [
            "\n".join([path, *in_the_clear(headers), self.telephone.decrypt(body)])
            for path, headers, body in self.service.asked
        ]

    def texted(self) -> list[str]:
        return [
            "\n".join([path, *in_the_clear(headers), unquote_plus(body.decode())])
            for path, headers, body in self.carrier.asked
        ]

    def everything(self) -> dict[str, str]:
        mails = [one.message().as_string() for one in mail.outbox]
        return {
            "logs": "\n".join(self.lines),
            "queue": "\n".join(self.rung),
            "addresses": "\n".join(address for address in self.addresses if not address.startswith("data:")),
            "headers": "\n".join(self.headers),
            "mail": "\n".join(mails),
            "pushes": "\n".join(self.pushed()),
            "SMS": "\n".join(self.texted()),
            "cache": rows_of("cache"),
            "messages": rows_of("tracker_message"),
            "list of what was done": rows_of("tracker_auditevent"),
        }


def in_the_clear(headers: dict[str, str]) -> list[str]:
    """Each header; of a signed claim what it says, for its letters are as good as random."""
    shown = [f"{name}: {value}" for name, value in headers.items() if name != "authorization"]
    claims = re.findall(r"\.([\w-]+)\.", headers.get("authorization", ""))
    return shown + [base64.urlsafe_b64decode(claim + "==").decode() for claim in claims]


def rows_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return repr(cursor.fetchall())


@pytest.fixture
def sinks(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Sinks]:
    sinks = Sinks()
    settings.PUSH_KEY_FILE = tmp_path / "push_key.pem"
    make_push_key(settings.PUSH_KEY_FILE)
    push._key.cache_clear()
    handler = logging.Handler(level=0)
    handler.setFormatter(JsonLines())
    handler.emit = lambda record: sinks.lines.append(handler.format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(task_queue.TaskQueue, "ask", lambda self, *told: sinks.rung.append(repr(told)))
    with gateway() as service, gateway() as carrier:
        sinks.listen(settings, service, carrier)
        yield sinks
    push._key.cache_clear()
    logging.getLogger().removeHandler(handler)


def every_page(world: World, sinks: Sinks) -> str:
    """What parents and nurses read on all the pages that open to them."""
    read = []
    for route in ROUTES:
        row = next((row for row in rows_for(route.name) if "GET" in row.methods), None)
        if row is None or route.name.startswith(("account_", "mfa_", "admin:", "usersessions_")):
            continue
        for kind in ("parent", "nurse", "anyone"):
            if row.cells[KINDS.index(kind)] == "in":
                where = address(route, world)
                sinks.addresses.append(where)
                read.append(sinks.of_a_page(signed_in(world, kind).get(where)))
    return "\n".join(read)


@pytest.mark.hazard("H23")
def test_every_field_for_words_holds_a_canary(world: World) -> None:
    without = [
        f"{model._meta.model_name}.{field.name}"
        for model, field in typed_columns()
        if not model._default_manager.filter(**{f"{field.name}__icontains": CANARY}).exists()
    ]
    assert not without


@pytest.mark.hazard("H23")
def test_what_was_typed_stands_on_pages_and_nowhere_else(
    world: World, sinks: Sinks, django_capture_on_commit_callbacks: Any
) -> None:
    nurse, lead = world.people["nurse"], world.people["lead"]
    add_browser(
        person=nurse, endpoint=f"{sinks.service.origin}/nurse", keys=sinks.telephone.keys, now=timezone.now()
    )
    set_mobile(person=lead, number="+15550100", now=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        phone = signed_in(world, "parent")
        log = {
            "unit": "C",
            "when": "0",
            "temperature": "39.87",
            "sign-seizure": "yes",  # joins nothing that a nurse has closed
            "note": f"{CANARY}late",
        }
        phone.post(reverse("logs", args=[world.child.pk]), log | {"client_uuid": str(uuid4())})
        Client().post(reverse("logs", args=[world.child.pk]), log | {"client_uuid": str(uuid4())})
    for minutes in (0, 6, 16):  # nobody takes it: the next is told, and the lead
        sweep(now=timezone.now() + timedelta(minutes=minutes), deliver=True)
    read = every_page(world, sinks)
    shown = set(FOUND.findall(read))
    seen = {f"{CANARY}{word}" for word in ("nick", "note", "told", "drug", "nameparent", "ward")}
    assert seen <= shown
    assert mail.outbox
    assert any("urgent" in push for push in sinks.pushed())
    assert any("urgent" in sms for sms in sinks.texted())
    assert sinks.lines
    assert sinks.rung
    for sink, text in sinks.everything().items():
        assert not FOUND.findall(text), sink
        if sink not in ("addresses", "cache"):
            assert not HEALTH.findall(text), sink


@pytest.mark.hazard("H23")
def test_a_page_that_breaks_tells_its_place_and_no_words(
    world: World, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**told: Any) -> None:
        raise ValueError(f"could not read {told['answers']}")

    monkeypatch.setattr("tracker.logs.views.log.record_log", fail)
    phone = signed_in(world, "parent")
    log = {
        "client_uuid": str(uuid4()),
        "unit": "C",
        "when": "0",
        "temperature": "39.87",
        "note": f"{CANARY}late",
    }
    answer = phone.post(reverse("logs", args=[world.child.pk]), log)
    assert answer.status_code >= 500
    lines = [json.loads(line) for line in sinks.lines]
    assert any(line.get("error") == "ValueError" for line in lines)
    assert not FOUND.findall("\n".join(sinks.lines))
    assert f"{CANARY}late" in answer.content.decode()  # the form keeps what she typed
