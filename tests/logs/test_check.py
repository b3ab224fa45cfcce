"""/check: anybody, at once, and nothing stays."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.pages import links, text
from tracker.lib.in_progress import InProgress
from tracker.logs.unsaved import form_of
from tracker.logs.views.busy import AT_ONCE
from tracker.models import Child, SymptomLog, User

ADULTS = "brexucabtagene-autoleucel"


@pytest.fixture
def strict() -> Client:
    """A browser that is refused wherever a CSRF token is asked for."""
    return Client(enforce_csrf_checks=True)


def check(client: Client, **typed: str) -> Any:
    return client.post("/check/", {"therapy": "tisagenlecleucel", "age_years": "8", "unit": "C"} | typed)


def test_a_baby_s_age_is_asked_and_said_in_months(strict: Client) -> None:
    """Under three months their own fever line holds."""
    older = check(strict, age_years="", age_months="5", temperature="37.5", route="armpit")
    young = check(strict, age_years="", age_months="2", temperature="37.5", route="armpit")
    assert "My child is 2 months old and had CAR T cells." in text(young)
    assert "Call your care team now" in text(young)
    assert "Call your care team now" not in text(older)
    refused = text(check(strict, age_years="", age_months="13", temperature="38.4"))
    assert "From 1 year on, write the years." in refused
    assert "Call your care team now" in refused


@pytest.mark.hazard("H24")
@pytest.mark.django_db
def test_the_answer_is_in_the_post_without_login_cookie_or_query(strict: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = strict.get("/check/")
        answer = check(strict, temperature="38,4", days="6", **{"sign-chills": "moderate"})
    assert (page.status_code, answer.status_code) == (200, 200)
    assert "Call your care team now" in text(answer)
    assert "Call the number on your card." in text(answer)
    assert "My child is 8 years old and had CAR T cells." in text(answer)
    assert {"tel:112", "tel:911"} <= set(links(answer))
    assert 'value="38,4"' in answer.content.decode()
    assert not {**page.cookies, **answer.cookies, **strict.cookies}
    assert not queries.captured_queries


@pytest.mark.django_db
def test_nothing_is_stored(strict: Client) -> None:
    check(strict, temperature="38.4")
    assert not SymptomLog.objects.exists()
    assert not Session.objects.exists()


def test_an_emergency_is_one_for_every_therapy(strict: Client) -> None:
    for therapy in ("tisagenlecleucel", "blinatumomab", "gemtuzumab-ozogamicin", "inotuzumab-ozogamicin"):
        said = text(check(strict, therapy=therapy, **{"sign-seizure": "yes"}))
        assert "Call emergency services now" in said
        assert said.index("Call now") < said.index("Until help is here") < said.index("What to say")


def test_the_therapy_for_adults_shows_for_adults_only(strict: Client) -> None:
    assert ADULTS not in strict.get("/check/").content.decode()
    assert ADULTS in strict.get("/check/?adult").content.decode()
    assert ADULTS in check(strict, age_years="18").content.decode()
    assert "Call your care team now" in text(check(strict, therapy=ADULTS, age_years="18", temperature="38"))
    assert "Call your care team now" in text(
        check(strict, therapy=ADULTS, age_years="", adult="yes", temperature="38")
    )
    for age in ("17", "8"):
        refused = check(strict, therapy=ADULTS, age_years=age, adult="yes", temperature="38")
        assert refused.status_code == 422
        assert ADULTS not in refused.content.decode()
        assert "Choose one of these therapies." in text(refused)


def test_without_a_therapy_the_form_comes_back_with_all_that_was_typed(strict: Client) -> None:
    page = check(strict, therapy="", temperature="38,4", **{"sign-chills": "severe"})
    assert page.status_code == 422
    assert "Choose the therapy." in text(page)
    assert 'value="38,4"' in page.content.decode()
    assert "tel:112" in links(page)


@pytest.mark.hazard("H16")
def test_an_emergency_does_not_wait_for_the_therapy(strict: Client) -> None:
    page = check(strict, therapy="", temperature="40", **{"sign-seizure": "yes"})
    said = text(page)
    assert page.status_code == 422
    assert said.index("Call emergency services now") < said.index("Choose the therapy.")
    assert "This is the most urgent answer of all therapies." in said
    assert 'id="errors"' not in page.content.decode()
    assert "Call your care team now" in text(check(strict, therapy="none", temperature="38"))


def test_without_a_therapy_nothing_is_said_to_be_of_no_urgency(strict: Client) -> None:
    said = text(check(strict, therapy="", temperature="36.8"))
    assert "Choose the therapy." in said
    assert "Nothing documented as urgent" not in said


def test_an_answer_that_the_form_does_not_offer_is_call_now_and_asked_again(strict: Client) -> None:
    page = check(strict, temperature="36.8", **{"sign-chills": "awful"})
    assert page.status_code == 422
    assert "We could not check this. Call your care team now." in text(page)


@pytest.mark.parametrize(("field", "typed"), [("age_years", "eight"), ("age_years", "-1"), ("days", "soon")])
def test_an_odd_age_or_day_never_stops_the_answer_and_is_said(strict: Client, field: str, typed: str) -> None:
    page = check(strict, temperature="38.4", **{field: typed})
    assert page.status_code == 200
    assert "Call your care team now" in text(page)
    assert f'value="{typed}"' in page.content.decode()
    assert 'id="look-at"' in page.content.decode()


def test_a_number_that_cannot_be_read_is_asked_about(strict: Client) -> None:
    said = text(check(strict, temperature="38.5.1"))
    assert "We could not check this. Call your care team now." in said
    assert "Temperature typed" in said or "temperature typed: “38.5.1”" in said


def test_a_broken_knowledge_says_to_call(strict: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tracker.assessment.assess.assess", broken)
    assert "We could not check this. Call your care team now." in text(check(strict, temperature="36.8"))


def test_a_pump_that_does_not_run_is_told_to_the_rules(strict: Client) -> None:
    unknown = check(strict, therapy="blinatumomab", temperature="36.8")
    assert "How is the pump" not in text(unknown).partition("What you entered")[0]
    for running in ("yes", "no"):
        said = check(strict, therapy="blinatumomab", temperature="36.8", running=running, days="30")
        assert said.status_code == 200


# ---------------------------------------------------------------- many at once


@pytest.fixture
def all_turns_taken() -> Iterator[None]:
    """As many answers are being made as this process makes at the same time."""
    taken = [AT_ONCE.turns.acquire(blocking=False) for _turn in range(AT_ONCE.at_most)]
    assert all(taken)
    yield
    for _turn in taken:
        AT_ONCE.turns.release()


@pytest.mark.hazard("H24")
@pytest.mark.django_db
def test_one_too_many_gets_the_number_to_call_at_once_and_nothing_is_kept(
    client: Client, all_turns_taken: None
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/check/")
        answer = check(client, temperature="38,4")
    assert (page.status_code, answer.status_code) == (503, 503)
    for refused in (page, answer):
        assert "Call the number on your card" in text(refused)
        assert {"tel:112", "tel:911"} <= set(links(refused))
        assert not refused.cookies
    assert '<input type="hidden" name="temperature" value="38,4">' in answer.content.decode()
    assert not queries.captured_queries


@pytest.mark.hazard("H24")
@pytest.mark.django_db
def test_a_log_of_who_is_signed_in_is_never_limited(
    client: Client, child: Child, mother: User, all_turns_taken: None
) -> None:
    client.force_login(mother)
    answer = client.post(f"/children/{child.pk}/logs/", {"temperature": "39.1", "unit": "C", "when": "0"})
    assert answer.status_code == 303
    assert SymptomLog.objects.count() == 1


STRANGERS = UUID(
    "7d0c6f0e-55d4-4f0b-9b57-0a6d1f9e2c31"
)  # the same in each worker: it stands in the names of tests


@pytest.mark.hazard("H24")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        f"/children/{STRANGERS}/logs/",
        f"/children/{STRANGERS}/logs/nothing-new/",
        f"/children/{STRANGERS}/logs/thinking/",
        f"/logs/{STRANGERS}/correct/",
    ],
)
def test_a_log_of_nobody_shares_the_limit_and_can_be_sent_again(
    strict: Client, path: str, all_turns_taken: None
) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = strict.post(path, {"temperature": "38,4", "unit": "C", "form_of": "forged"})
    assert answer.status_code == 503
    assert "Call the number on your card" in text(answer)
    assert '<input type="hidden" name="temperature" value="38,4">' in answer.content.decode()
    assert 'name="sent_at"' in answer.content.decode()
    assert not queries.captured_queries


@pytest.mark.hazard("H24")
@pytest.mark.django_db
def test_a_log_that_says_whose_it_is_is_not_shut_out_by_strangers(
    strict: Client, child: Child, mother: User, all_turns_taken: None
) -> None:
    typed = {"temperature": "39.1", "unit": "C", "when": "0", "form_of": form_of(child, mother)}
    answer = strict.post(f"/children/{child.pk}/logs/", typed)
    assert answer.status_code == 403
    assert "Call your care team now" in text(answer)


def test_only_so_many_work_at_the_same_time_and_an_error_gives_its_turn_back() -> None:
    limit, inside, go = InProgress(2), threading.Semaphore(0), threading.Event()

    @limit.else_(lambda request: HttpResponse("busy"))
    def view(request: HttpRequest) -> HttpResponse:
        inside.release()
        go.wait(10)
        raise ZeroDivisionError

    with ThreadPoolExecutor() as pool:
        working = [pool.submit(view, HttpRequest()) for _one in range(2)]
        assert inside.acquire(timeout=10)
        assert inside.acquire(timeout=10)
        assert view(HttpRequest()).content == b"busy"
        go.set()
        assert [type(one.exception()) for one in working] == [ZeroDivisionError] * 2
    with pytest.raises(ZeroDivisionError):
        view(HttpRequest())


@pytest.mark.django_db
def test_another_language_brings_the_form_back_as_it_was_typed(strict: Client) -> None:
    typed = {"temperature": "38,x", "days": "6", "sign-chills": "moderate", "worried": "on"}
    page = check(strict, **typed, therapy="", language="es")
    shown = page.content.decode()
    assert (page.status_code, page.request["QUERY_STRING"]) == (200, "")
    assert '<html lang="es"' in shown
    assert 'value="38,x"' in shown
    assert 'value="6"' in shown
    assert re.search(r'<input[^>]*id="chills-moderate"[^>]*checked', shown)
    assert re.search(r'name="worried"[^>]*checked', shown)
    assert 'id="errors"' not in shown, "nobody has asked for an answer yet"
    assert "urgency" not in shown.partition("<main")[2].partition("<form")[0]
    assert '<html lang="es"' in strict.get("/check/").content.decode()
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_an_answer_is_given_again_in_another_language(strict: Client) -> None:
    answered = check(strict, temperature="38.4")
    assert 'name="answered"' in answered.content.decode()
    page = check(strict, temperature="38.4", answered="yes", language="es").content.decode()
    assert "Llame ahora a su equipo médico" in page
    assert check(strict, temperature="38.4", language="xx").status_code == 200


def test_enter_asks_for_the_answer_and_not_for_a_language(strict: Client) -> None:
    """The browser presses the first button of the form."""
    page = strict.get("/check/").content.decode()
    first = re.search(r'<button[^>]*form="log"[^>]*>', page)
    assert first
    assert "name=" not in first[0]
