"""Odd input, replayed on every run through the pages' own forms: kept as it is or asked about, never an error.

The corpus is tests/corpus; what breaks a page one day is added there. docs/bad-input.md says for each kind of bad
input where it is tried, and which kinds cannot come.
"""

import gzip
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import html5lib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.access_world import KINDS, World, signed_in
from tests.support.effort import tries
from tests.support.mails import mails_to
from tests.support.pages import Phone, text
from tests.support.personas import NOW
from tests.test_access_matrix import ROUTES, address, rows_for
from tracker.lib.text import cleaned
from tracker.models import Child, Observation, SymptomLog, User

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).parent / "corpus"
RUNS = re.compile(
    r"<script>window|<img src=x|<svg/onload|<base |<meta http|<style>\*|<form id=alert", re.IGNORECASE
)


def corpus(name: str) -> dict[str, list[Any]]:
    return tomllib.loads((CORPUS / f"{name}.toml").read_text(encoding="utf-8"))


TEXTS = corpus("texts")
EVERY_TEXT = [*TEXTS["texts"], *("y" * length for length in TEXTS["long"])]
ODD = corpus("odd")
EVERY_ODD = [*ODD["numbers"], "9" * 5000, "0." + "9" * 5000, *ODD["days"]]
# Each form gets some, and the next form others.
WORDS_APART, ODD_APART, METHODS_APART = tries(67, 6), tries(67, 8), tries(8, 1)
HUGE = [("9" * 5000, "asked"), ("38." + "0" * 5000, "asked")]


@pytest.fixture
def night() -> Iterator[None]:
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def phone(mother: User) -> Phone:
    phone = Phone()
    phone.force_login(mother)
    return phone


@pytest.mark.hazard("H03")
@pytest.mark.parametrize(("typed", "means"), [*corpus("temperatures")["typed"], *HUGE])
def test_a_temperature_means_what_was_typed_or_is_asked_about(
    night: None, phone: Phone, child: Child, typed: str, means: str
) -> None:
    answer = phone.send(child, temperature=typed, antipyretic_given="no")
    assert answer.redirect_chain[0][1] == 303
    kept = Observation.objects.get(code="temperature")
    if means == "asked":
        assert (kept.raw or typed)[:80].strip() == cleaned(typed)[:80].strip()  # the column holds 100
        assert SymptomLog.objects.get().assessment.urgency == "now"
    else:
        assert (kept.value_number, kept.unit) == (Decimal(means), "C")
        assert (SymptomLog.objects.get().assessment.urgency == "now") == (
            Decimal(means) >= 38 or Decimal(means) < 36
        )


@pytest.mark.hazard("H18")
def test_no_time_loses_a_log_or_breaks_the_page(night: None, phone: Phone, child: Child) -> None:
    times = corpus("times")
    whens = [{"when": "pick", "when_at": f"{day}T{clock}"} for day, clock in times["picked"]]
    for told in [*whens, *({"when": choice} for choice in times["choices"])]:
        before = SymptomLog.objects.count()
        answer = phone.send(child, temperature="38,4", note="Qzx", **told)
        if SymptomLog.objects.count() > before:
            seen = SymptomLog.objects.latest("received_at").observed_at
            assert NOW - timedelta(days=40) < seen <= NOW, told
        else:
            assert answer.status_code in (200, 422), told
            assert "Qzx" in answer.content.decode(), told
            assert "38,4" in answer.content.decode(), told


@pytest.mark.parametrize("words", EVERY_TEXT, ids=range(len(EVERY_TEXT)))
def test_words_are_kept_as_they_are_and_do_nothing(
    night: None, phone: Phone, child: Child, words: str
) -> None:
    answer = phone.send(child, temperature="36.8", note=words)
    if answer.status_code == 422:  # too long, or with a NUL: said so, and nothing that was typed is lost
        assert len(words) > 2000 or "\x00" in words
        assert words.partition("\x00")[0] in answer.content.decode()
        return
    log = SymptomLog.objects.get()
    kept = Observation.objects.filter(log=log, code="note").values_list("value_text", flat=True)
    as_typed = cleaned(words).replace("\r\n", "\n").strip()
    assert [note.replace("\r\n", "\n").strip() for note in kept] == ([as_typed] if as_typed else [])
    pages = [
        answer,
        *(phone.get(reverse(name, args=[pk])) for name, pk in (("log", log.pk), ("days", child.pk))),
    ]
    for page in pages:
        assert page.status_code == 200
        assert not RUNS.search(page.content.decode())
    if 1 < len(as_typed) < 50 and as_typed.isascii():
        assert " ".join(as_typed.split()) in text(pages[1]).replace("&lt;", "<").replace("&gt;", ">").replace(
            "&amp;", "&"
        )


class Form(NamedTuple):
    """A form of a page: where it goes, who can send it, what it asks."""

    kind: str
    action: str
    names: tuple[str, ...]


def forms_of(world: World) -> list[Form]:
    """Every form that a parent, a lead nurse or anybody finds on a page."""
    found: dict[tuple[str, str], set[str]] = {}
    for route in ROUTES:
        row = next((row for row in rows_for(route.name) if "GET" in row.methods), None)
        for kind in ("parent", "lead", "anyone"):
            if row and row.cells[KINDS.index(kind)] == "in" and not route.name.startswith(("admin:", "mfa_")):
                where = address(route, world)
                page = signed_in(world, kind).get(where)
                if page.headers["Content-Type"].startswith("text/html"):
                    for action, names in forms_in(page.content, where):
                        found.setdefault((kind, action), set()).update(names)
    return [Form(kind, action, tuple(sorted(names))) for (kind, action), names in sorted(found.items())]


def forms_in(page: bytes, where: str) -> Iterator[tuple[str, set[str]]]:
    for form in html5lib.parse(page, namespaceHTMLElements=False).iter("form"):
        fields = [field for tag in ("input", "select", "textarea", "button") for field in form.iter(tag)]
        names = {field.get("name", "") for field in fields} - {"", "csrfmiddlewaretoken"}
        if form.get("method", "").lower() == "post":
            yield urlsplit(form.get("action") or where).path, names


def send(world: World, form: Form, told: dict[str, str]) -> Any:
    """What comes back; whatever it did is taken back."""
    with transaction.atomic():
        response = signed_in(world, form.kind).post(form.action, told)
        transaction.set_rollback(True)
    return response


def test_no_form_breaks_on_odd_words_numbers_days_and_zones(world: World) -> None:
    forms = forms_of(world)
    assert len(forms) >= 30
    for number, form in enumerate(forms):
        for words in EVERY_TEXT[number % WORDS_APART :: WORDS_APART]:
            response = send(world, form, dict.fromkeys(form.names, words))
            assert response.status_code < 500, (form, words)
            if not response.streaming:
                assert not RUNS.search(response.content.decode(errors="replace")), (form, words)
        for odd in EVERY_ODD[number % ODD_APART :: ODD_APART]:
            assert send(world, form, dict.fromkeys(form.names, odd)).status_code < 500, (form, odd)
    whatever_hypothesis_thinks_of(world, forms)


def test_no_address_breaks_on_an_odd_query(world: World) -> None:
    for number, route in enumerate(ROUTES):
        if not route.name.startswith("admin:"):
            where = address(route, world)
            for query in ODD["queries"][number % ODD_APART :: ODD_APART]:
                with transaction.atomic():
                    response = signed_in(world, "lead" if "team" in route.name else "parent").get(
                        f"{where}?{query}"
                    )
                    transaction.set_rollback(True)
                assert response.status_code < 500 or route.name == "health_duty", (route, query)
                leads_to = response.headers.get("Location", "")
                assert not leads_to.startswith(("//", "javascript:")), (route, query)
                if not response.streaming:
                    assert b"<script>window" not in response.content, (route, query)


ANYTHING = st.one_of(
    st.text(max_size=30), st.sampled_from(EVERY_TEXT[:40]), st.integers().map(str), st.just("yes")
)


def whatever_hypothesis_thinks_of(world: World, forms: list[Form]) -> None:
    @settings(
        max_examples=tries(10, 300), deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.data())
    def try_one(data: st.DataObject) -> None:
        form = data.draw(st.sampled_from(forms))
        told = data.draw(st.dictionaries(st.sampled_from(form.names or ("x",)), ANYTHING, max_size=12))
        assert send(world, form, told).status_code < 500

    try_one()


METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "PROPFIND", "get")
PATHS = (
    "/..%2f..%2fetc/passwd",
    "/%00",
    "/;",
    "/children/%s/",
    "/children/00000000-0000-0000-0000-000000000000/",
    "/children/{{7*7}}/",
    "/children/1/",
    "/children/urn:uuid:6f3c0d5e-3f54-4c55-9d9b-1f0b2a3c4d5e/",
    "/.git/config",
    "/.env",
    "/metrics",
    "/%2f%2felsewhere.example/",
    "/how/../admin/",
    "/" + "a" * 5000,
    "/\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
)


def test_no_method_breaks_a_page(world: World) -> None:
    for number, route in enumerate(ROUTES):
        where = address(route, world)
        for method in METHODS[number % METHODS_APART :: METHODS_APART]:
            with transaction.atomic():
                status = signed_in(world, "parent").generic(method, where).status_code
                assert status < 500 or (status == 503 and route.name == "health_duty"), (method, route)
                transaction.set_rollback(True)


def test_no_address_breaks_or_leads_elsewhere(client: Client) -> None:
    client.raise_request_exception = False
    for path in PATHS:
        response = client.generic("GET", path)
        assert response.status_code in (301, 302, 400, 404), path
        assert "elsewhere" not in response.headers.get("Location", ""), path


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"temperature": 38.4}'),
        ("application/json", b"[" * 100_000),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=note\r\n\r\ncut"),
        ("application/x-www-form-urlencoded", b"note=\xed\xa0\x80&temperature=%ff%fe"),
        (
            "application/x-www-form-urlencoded",
            b"temperature=38.4&temperature=36.6&when=0&when=1&client_uuid=x",
        ),
        ("application/x-www-form-urlencoded", urlencode({f"f{n}": "x" for n in range(10_000)}).encode()),
        ("application/x-www-form-urlencoded; charset=utf-7", b"note=+ADw-"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"note=x"),
        ("application/x-www-form-urlencoded", b"note=" + b"x" * 300_000),
        ("multipart/form-data; boundary=" + "x" * 5000, b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--"),
        ("application/x-www-form-urlencoded", gzip.compress(b"note=" + b"x" * 10_000_000)),
        (
            "application/x-www-form-urlencoded",
            b"temperature[]=38&temperature[value]=38&__proto__=1&constructor=1",
        ),
        ("application/x-www-form-urlencoded", b"&&&=&=&temperature&=38.4&%&%zz=%zz"),
        ("application/x-www-form-urlencoded; charset=utf-16", "note=\u202e".encode("utf-16")),
        ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
        ("", b"\x00\x01\x02"),
    ],
)
def test_no_body_breaks_the_log(phone: Phone, child: Child, content_type: str, body: bytes) -> None:
    phone.raise_request_exception = False
    where = reverse("logs", args=[child.pk])
    response = phone.generic("POST", where, body, content_type=content_type)
    assert response.status_code < 500
    assert b"call" in response.content.lower() or response.status_code == 303


TWICE = [
    ("temperature", "36.6"),
    ("sign-chills", "mild"),
    ("unit", "F"),
    ("when", "2"),
    ("antipyretic_given", "yes"),
]


@pytest.mark.hazard("H16")
@pytest.mark.parametrize(("name", "other"), TWICE)
def test_a_question_with_two_answers_is_asked_again(
    night: None, phone: Phone, child: Child, name: str, other: str
) -> None:
    """Django takes the last one: a fever could go by unseen. Alike, they are one."""
    told = {
        "temperature": "38.4",
        "unit": "C",
        "when": "0",
        "sign-chills": "severe",
        "antipyretic_given": "no",
    }
    where, form = reverse("logs", args=[child.pk]), "application/x-www-form-urlencoded"
    for number, second in ((0, other), (1, told[name])):
        sent = urlencode([*told.items(), (name, second), ("client_uuid", str(uuid4()))])
        answer = phone.post(where, sent, content_type=form)
        assert SymptomLog.objects.count() == number
        assert answer.status_code == (303 if number else 422)
    assert SymptomLog.objects.get().assessment.urgency == "now"


def test_a_file_is_not_taken(night: None, phone: Phone, child: Child) -> None:
    """No page asks for one; what stands beside it is read."""
    picture = SimpleUploadedFile("../../rash.svg", b"<svg onload=alert(1)>" * 1000, "image/svg+xml")
    form = {"client_uuid": str(uuid4()), "unit": "C", "when": "0", "temperature": "38.4", "note": picture}
    assert phone.post(reverse("logs", args=[child.pk]), form).status_code == 303
    kept = SymptomLog.objects.get()
    assert kept.assessment.urgency == "now"
    assert not Observation.objects.filter(log=kept, code="note").exists()


def test_a_log_that_is_sent_again_and_again_is_one_log(night: None, phone: Phone, child: Child) -> None:
    """Replayed as it was, after it was corrected, by the other parent's phone, and after signing out."""
    number = str(uuid4())
    first = phone.send(child, temperature="39.1", client_uuid=number)
    phone.post(reverse("log-mistake", args=[SymptomLog.objects.get().pk]))
    logs = SymptomLog.objects.count()
    for _again in range(9):
        again = phone.send(child, temperature="39.1", client_uuid=number)
        assert again.redirect_chain[0][0] == first.redirect_chain[0][0]
    phone.logout()
    assert phone.send(child, temperature="39.1", client_uuid=number).status_code == 403
    assert SymptomLog.objects.count() == logs


def test_a_forged_host_or_proxy_is_not_believed(client: Client, mother: User) -> None:
    assert client.get("/account/login/", headers={"host": "elsewhere.example"}).status_code == 400
    client.post(
        "/account/password/reset/", {"email": mother.email}, headers={"x-forwarded-host": "elsewhere.example"}
    )
    (mail,) = mails_to(mother.email)
    assert "elsewhere" not in mail
    assert "/password/reset/key/" in mail


def test_large_cookies_and_many_headers_break_nothing(client: Client) -> None:
    client.cookies["session"] = "x" * 4097
    client.cookies["theme"] = "<script>"
    assert client.get("/account/login/", headers={f"x-{n}": "x" * 100 for n in range(50)}).status_code == 200


def test_an_id_in_the_body_reaches_no_other_child(
    night: None, phone: Phone, child: Child, stranger: User
) -> None:
    """What the address says counts; a child's id in the body is not even read."""
    other = Child.objects.get(nickname="Mila")
    form = {"client_uuid": str(uuid4()), "unit": "C", "when": "0", "temperature": "36.8"}
    form |= {"caregiver": str(stranger.pk), "child": str(other.pk), "child_id": str(other.pk)}
    phone.post(reverse("logs", args=[child.pk]), form)
    log = SymptomLog.objects.get()
    assert (log.child, log.caregiver.email) == (child, "mother@example.org")
