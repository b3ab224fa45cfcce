"""What the logs may hold. The canary stands for a name, a symptom, an address: it must not come out anywhere."""

import json
import logging
from types import SimpleNamespace

import pytest
from celery.app.task import Context
from kombu import Connection
from kombu.pools import producers

from config.celery import app, name_the_task
from config.json_logs import JsonLines, context

CANARY = "Juno-has-a-fever"


@pytest.fixture
def lines():
    """Everything that is logged during a test, as it would stand in the file."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    keep = Keep()
    keep.setFormatter(JsonLines())
    logging.getLogger().addHandler(keep)
    yield written
    logging.getLogger().removeHandler(keep)


def test_a_line_is_json_with_what_is_allowed(lines):
    logging.getLogger("tracker.x").warning("alert_raised", extra={"alert_id": 7, "note": CANARY})
    line = json.loads(lines[0])
    assert {
        "level": "warning",
        "logger": "tracker.x",
        "event": "alert_raised",
        "alert_id": 7,
    }.items() <= line.items()
    assert "note" not in line


def test_a_librarys_values_stay_out_of_its_text(lines):
    logging.getLogger("somebody.else").error("could not reach %s", CANARY)
    assert json.loads(lines[0])["event"] == "could not reach %s"
    assert CANARY not in lines[0]


def test_an_exceptions_words_stay_out_and_its_place_stays_in(lines):
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("tracker.x").exception("failed")
    line = json.loads(lines[0])
    assert line["error"] == "ValueError"
    assert line["where"][-1].startswith("tests/config/test_json_logs.py:")
    assert CANARY not in lines[0]


def test_a_request_is_one_line_with_its_route_and_no_more(client, lines):
    client.get(f"/health/live?child={CANARY}", headers={"user-agent": CANARY, "x-request-id": CANARY})
    (line,) = map(json.loads, lines)
    assert {
        "event": "request",
        "method": "GET",
        "route": "health/live",
        "status": 200,
    }.items() <= line.items()
    assert set(line) == {
        "at",
        "level",
        "logger",
        "event",
        "request_id",
        "method",
        "route",
        "status",
        "milliseconds",
    }
    assert CANARY not in "".join(lines)


def test_a_path_that_leads_nowhere_is_not_repeated(client, lines):
    assert client.get(f"/{CANARY}").status_code == 404
    assert CANARY not in "".join(lines)


def test_a_forged_host_is_not_repeated(client, lines):
    assert client.get("/account/login/", headers={"host": f"{CANARY}.example"}).status_code == 400
    assert lines
    assert CANARY not in "".join(lines)


@pytest.mark.django_db
def test_a_login_leaves_neither_address_nor_password(client, lines):
    client.post("/account/login/", {"login": f"{CANARY}@family.example", "password": CANARY})
    client.post("/account/login/code/", {"email": f"{CANARY}@family.example"})
    assert lines
    assert CANARY not in "".join(lines)


def test_a_broken_page_leaves_its_place_and_not_its_words(client, lines, monkeypatch):
    def break_down(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("tracker.site.views.health.JsonResponse", break_down)
    client.raise_request_exception = False
    page = client.get("/health/live")
    assert page.status_code == 500
    assert 'href="tel:' in page.content.decode()
    assert any("RuntimeError" in line for line in lines)
    assert CANARY not in "".join(lines) + page.content.decode()


def test_the_request_id_ties_lines_and_answer_together(client, lines):
    answer = client.get("/health/live")
    assert json.loads(lines[0])["request_id"] == answer.headers["X-Request-ID"]
    assert "request_id" not in context.get()


def test_the_number_of_a_page_goes_along_with_what_the_page_asks_for():
    token = context.set({"request_id": "of the page"})
    try:
        with Connection("memory://") as connection, producers[connection].acquire() as producer:
            app.send_task("tracker.tasks.sweep", queue="alerts", producer=producer)
            message = connection.SimpleQueue("alerts").get(block=False)
        context.set({})
        name_the_task(
            "of the task", SimpleNamespace(name="tracker.tasks.sweep", request=Context(message.headers))
        )
        assert context.get()["request_id"] == "of the page"
        name_the_task("of another", SimpleNamespace(name="tracker.tasks.sweep", request=Context({})))
        assert "request_id" not in context.get()
    finally:
        context.reset(token)
