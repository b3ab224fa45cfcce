"""What a family takes along: the questions, the paper, the table."""

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests.support.personas import NOW
from tracker.home_care.actions.questions import answer_question, ask_question, withdraw_question
from tracker.home_care.documents.summary import summary_of
from tracker.logs.actions.calls import record_call
from tracker.logs.actions.record import correct_log
from tracker.models import Question


def page(client, user, route, *args, **query):
    client.force_login(user)
    return client.get(reverse(route, args=args), query)


def read(answer):
    return PdfReader(io.BytesIO(answer.content))


def text_of(reader):
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in reader.pages))


def elements(node, found=None):
    """Every tagged element of a PDF: (kind, words for who cannot look)."""
    found = [] if found is None else found
    for kid in node.get("/K", []) if isinstance(node.get("/K", []), list) else [node["/K"]]:
        kid = kid.get_object() if hasattr(kid, "get_object") else kid
        if hasattr(kid, "get") and kid.get("/S"):
            found.append((kid["/S"], kid.get("/Alt")))
            elements(kid, found)
    return found


@pytest.fixture
def two_weeks(child, mother, log):
    """Fevers, signs, an alert with a call, a correction and a note."""
    for back in range(14):
        log(temperature=37.2 + back % 4 * 0.4, hours_ago=back * 24, headache="mild" if back % 3 else "severe")
    log(hours_ago=5, rash="moderate", antipyretic_given=True, note="=1+1 on the *left* arm #let")
    first = log(temperature=36.6, hours_ago=30)
    correct_log(
        log=first.log,
        caregiver=mother,
        answers={"temperature": {"value": 36.9, "unit": "C"}, "symptoms": []},
        observed_at=NOW - timedelta(hours=30),
        client_uuid=uuid4(),
        now=NOW,
    )
    record_call(
        child=child,
        caregiver=mother,
        client_uuid=uuid4(),
        called_at=NOW,
        reached=True,
        told="Come at nine.",
        now=NOW,
    )
    return child


def test_the_paper_is_tagged_titled_and_its_pictures_have_words(client, two_weeks, mother, clock_at_now):
    ask_question(child=two_weeks, text="May she swim?", by=mother, now=NOW)
    reader = read(page(client, mother, "summary-paper", two_weeks.pk))
    root = reader.trailer["/Root"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Visit summary"
    tags = elements(root["/StructTreeRoot"])
    kinds = [kind for kind, _alt in tags]
    assert {"/H1", "/H2", "/Table", "/TH", "/Figure"} <= set(kinds)
    assert all(alt for kind, alt in tags if kind == "/Figure")
    words = text_of(reader)
    for told in ("May she swim?", "Come at nine.", "36.9", "Headache", "on the *left* arm #let"):
        assert told in words


def test_the_paper_of_a_family_that_logged_nothing_is_a_paper(client, child, mother, clock_at_now):
    assert "None written down" in text_of(read(page(client, mother, "summary-paper", child.pk)))


def test_the_period_is_what_was_asked_for(two_weeks):
    short, long = summary_of(two_weeks, 7, NOW), summary_of(two_weeks, 30, NOW)
    assert len(short.rows) < len(long.rows)
    assert short.days == 7


def test_signs_of_ninety_days_are_drawn_thirty_at_a_time(two_weeks, log):
    log(hours_ago=24 * 80, rash="mild")
    heats = summary_of(two_weeks, 90, NOW).heats
    assert len(heats) == 2
    assert max(len(heat.days) for heat in heats) == 30


def test_the_paper_costs_the_same_whatever_the_history(
    client, two_weeks, mother, clock_at_now, django_assert_max_num_queries
):
    client.force_login(mother)
    for route in ("summary", "summary-paper", "summary-table"):
        with django_assert_max_num_queries(15):
            client.get(reverse(route, args=[two_weeks.pk]), {"days": "90"})


def test_the_table_runs_no_formula_and_says_the_time_with_its_offset(client, two_weeks, mother, clock_at_now):
    answer = page(client, mother, "summary-table", two_weeks.pk)
    assert "Juno" not in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 17
    assert [row["seen_at"] for row in rows] == sorted(row["seen_at"] for row in rows)
    assert rows[-1]["seen_at"] == "2026-11-20T02:14+00:00"
    (noted,) = [row for row in rows if row["note"]]
    assert (noted["fever_medicine"], rows[0]["fever_medicine"]) == ("yes", "")
    assert noted["note"] == "'=1+1 on the *left* arm #let"
    assert [row["temperature"] for row in rows if row["corrected"]] == ["36.6"]


def test_a_question_stays_until_it_is_answered(client, child, mother, father, clock_at_now):
    client.force_login(mother)
    client.post(reverse("question-new", args=[child.pk]), {"text": "  May she swim?  "})
    client.post(reverse("question-new", args=[child.pk]), {"text": "May she swim?"})
    question = Question.objects.get()
    assert "May she swim?" in page(client, father, "summary", child.pk).content.decode()
    client.post(reverse("question-answer", args=[child.pk, question.pk]), {"answer": "Not with the line."})
    html = page(client, father, "summary", child.pk).content.decode()
    assert "Not with the line." in html
    assert "None written down" in html


def test_an_answer_is_written_down_once_and_a_question_withdrawn_is_asked_no_more(child, mother, father):
    question = ask_question(child=child, text="Why?", by=mother, now=NOW)
    assert answer_question(question=question, answer="Because.", by=father, now=NOW)
    assert not answer_question(question=question, answer="Other", by=mother, now=NOW)
    other = ask_question(child=child, text="When?", by=mother, now=NOW)
    assert withdraw_question(question=other, by=mother, now=NOW)
    found = summary_of(child, 7, NOW)
    assert found.questions == []
    assert [one.words for one in found.told] == ["Because."]


def test_an_empty_question_is_not_kept(client, child, mother, clock_at_now):
    client.force_login(mother)
    client.post(reverse("question-new", args=[child.pk]), {"text": " "})
    assert not Question.objects.exists()


def test_a_nurse_reads_the_summary_and_a_helper_does_not(
    client, ward_child, nurse, helper, stranger, clock_at_now
):
    for user, status in ((nurse, 200), (helper, 403), (stranger, 404)):
        for route in ("summary", "summary-paper", "summary-table"):
            assert page(client, user, route, ward_child.pk).status_code == status, (user, route)
    client.force_login(nurse)
    assert client.post(reverse("question-new", args=[ward_child.pk]), {"text": "x"}).status_code == 403
