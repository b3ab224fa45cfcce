"""The emergency card: what stands on it, and the code that opens it for one hour."""

import io
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.support.pages import text
from tests.support.personas import DAY_NUMBER, NIGHT_NUMBER, NOW, child_of
from therapies.catalogue import load
from therapies.schedule import Event
from tracker.home_care.actions.card import make_card_link
from tracker.home_care.actions.doses import add_medicine, give_dose
from tracker.home_care.documents.card import card_of
from tracker.home_care.documents.card_pdf import who
from tracker.models import CardLink, Child

LABEL = {
    "name": "Ondansetron",
    "dose": "4 mg",
    "as_needed": True,
    "times": [],
    "days": "",
    "gap_hours": 8,
    "lowers_fever": False,
}
EVENTS = {"pump": "start", "once": "infusion", "doses": "dose"}


def page(client, user, name, *args, **kwargs):
    client.force_login(user)
    return client.get(reverse(name, args=args), **kwargs)


def opened(client, token):
    return client.get(reverse("card-open", args=[token]))


def child_on(therapy, mother):
    known = load().therapies[therapy]
    kind = EVENTS[known.schedule.given]
    return child_of(mother, "Juno", therapy, Event(kind, NOW - timedelta(days=3), cycle=1))


@pytest.mark.parametrize("therapy", load().therapies)
def test_the_card_names_every_serious_syndrome_whom_to_call_and_what_not_to_do(
    client, mother, therapy, clock_at_now
):
    child = child_on(therapy, mother)
    html = page(client, mother, "card", child.pk).content.decode()
    known = load().therapies[therapy]
    assert "Juno, 8 years" in html
    assert DAY_NUMBER in html
    assert NIGHT_NUMBER in html
    for instruction in known.instructions:
        assert instruction.text.replace("'", "&#x27;") in html
    for effect in known.effects:
        if effect.listed_as == "serious" and effect.code != "other" and effect.syndrome != "unlisted":
            assert effect.text.replace("'", "&#x27;") in html, effect.id


@pytest.mark.parametrize("therapy", load().therapies)
def test_every_statement_of_the_card_names_a_source_that_stands_on_it(client, mother, therapy, clock_at_now):
    card = page(client, mother, "card", child_on(therapy, mother).pk).context["card"]
    statements = [*card.first, *card.do_not, *card.do, *(d.signs for d in card.dangers)]
    statements += [d.when for d in card.dangers if d.when]
    statements += [aid for d in card.dangers for aid in d.first_aid]
    assert statements
    assert all(one.refs for one in statements)
    assert {ref for one in statements for ref in one.refs} == set(range(1, len(card.sources) + 1))


@pytest.mark.parametrize("therapy", [t for t in load().therapies if load().therapies[t].neuro_check])
def test_where_a_seizure_can_come_the_card_says_what_to_do_until_help_is_here(
    client, mother, therapy, clock_at_now
):
    child = child_on(therapy, mother)
    (aid,) = (one for one in load().first_aid if one.on_card)
    html = page(client, mother, "card", child.pk).content.decode()
    assert " ".join(aid.lines) in html
    paper = PdfReader(io.BytesIO(page(client, mother, "card-paper", child.pk).content))
    assert aid.lines[1] in re.sub(r"\s+", " ", paper.pages[0].extract_text())


def test_a_figure_that_nobody_could_read_is_marked_on_the_card(client, mother, clock_at_now):
    card = page(client, mother, "card", child_on("gemtuzumab-ozogamicin", mother).pk).context["card"]
    marked = [
        danger.when.text for danger in card.dangers if danger.when and "(2 to 298 days)" in danger.when.text
    ]
    assert [text.endswith("(not verified)") for text in marked] == [True]


@pytest.mark.parametrize("therapy", load().therapies)
def test_the_paper_is_one_accessible_page(client, mother, therapy, clock_at_now):
    child = child_on(therapy, mother)
    for number in range(6):
        add_medicine(child=child, label=LABEL | {"name": f"Medicine {number}"}, by=mother, now=NOW)
    answer = page(client, mother, "card-paper", child.pk)
    assert answer["Content-Type"] == "application/pdf"
    assert "Juno" not in answer["Content-Disposition"]
    reader = PdfReader(io.BytesIO(answer.content))
    assert len(reader.pages) == 1
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"].startswith("en")
    assert "/StructTreeRoot" in catalogue
    assert reader.metadata.title == "Emergency card"
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data().decode()
    text = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    assert NIGHT_NUMBER in text
    assert "Medicine 5" in text


def test_a_baby_s_age_stands_in_months_on_the_card_and_on_the_board(
    client, mother, ward_child, nurse, lead, clock_at_now
):
    Child.objects.filter(pk=ward_child.pk).update(birth_month=date(2026, 3, 1))
    baby = Child.objects.get(pk=ward_child.pk)
    assert who(card_of(baby, NOW)) == "Juno, 7 months"
    assert "Juno, 7 months" in text(page(client, mother, "card", baby.pk))
    assert "Juno · 7 months" in text(page(client, nurse, "nurse-child", baby.pk))
    Child.objects.filter(pk=ward_child.pk).update(birth_month=None)
    assert who(card_of(Child.objects.get(pk=ward_child.pk), NOW)) == "Juno"


def test_letters_without_a_font_still_give_a_paper(client, mother, clock_at_now):
    child = child_of(mother, "小さな子 \N{SPARKLES}")
    assert page(client, mother, "card-paper", child.pk).content.startswith(b"%PDF")


def test_what_a_family_types_is_never_read_as_a_paper_s_language(client, mother, child, clock_at_now):
    add_medicine(
        child=child, label=LABEL | {"name": '#read("house.typ") *x* <b>', "dose": "= x"}, by=mother, now=NOW
    )
    answer = page(client, mother, "card-paper", child.pk)
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().replace("\n", " ")
    assert '#read("house.typ") *x* <b>' in text


def test_a_fever_medicine_of_the_last_hours_stands_on_the_card(client, mother, child, clock_at_now):
    medicine = add_medicine(child=child, label=LABEL | {"name": "Paracetamol"}, by=mother, now=NOW)
    give_dose(medicine=medicine, slot_at=None, given_at=NOW, client_uuid=medicine.pk, by=mother, now=NOW)
    assert "can hide a fever" in page(client, mother, "card", child.pk).content.decode()


def test_a_scanned_code_opens_the_card_without_login_cookie_or_cache(client, mother, child, clock_at_now):
    _link, token = make_card_link(child=child, by=mother, now=NOW)
    answer = opened(Client(), token)
    assert answer.status_code == 200
    assert "Juno" in answer.content.decode()
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert CardLink.objects.get().times_opened == 1


def test_a_code_dies_after_its_hour(mother, child, clock_at_now):
    _link, token = make_card_link(child=child, by=mother, now=NOW)
    clock_at_now.shift(timedelta(minutes=59, seconds=59))
    assert opened(Client(), token).status_code == 200
    clock_at_now.shift(timedelta(seconds=1))
    dead = opened(Client(), token)
    assert dead.status_code == 404
    assert "Juno" not in dead.content.decode()
    assert "no-store" in dead["Cache-Control"]


def test_a_code_that_was_closed_opens_nothing(client, mother, child, clock_at_now):
    _link, token = make_card_link(child=child, by=mother, now=NOW)
    client.force_login(mother)
    assert client.post(reverse("card-revoke", args=[child.pk])).status_code == 303
    assert opened(Client(), token).status_code == 404


def test_the_token_is_not_kept(mother, child):
    link, token = make_card_link(child=child, by=mother, now=NOW)
    assert token not in str(CardLink.objects.filter(pk=link.pk).values().get())


def test_a_code_is_shown_once_and_a_helper_may_show_one(client, helper, child, clock_at_now):
    client.force_login(helper)
    answer = client.post(reverse("card-link", args=[child.pk]))
    token = re.search(r"/card/([\w-]{40,})/", answer.content.decode())[1]
    assert opened(Client(), token).status_code == 200
    assert token not in client.get(reverse("card", args=[child.pk])).content.decode()


def test_a_nurse_sees_the_card_and_shows_no_code(client, ward_child, nurse, clock_at_now):
    html = page(client, nurse, "card", ward_child.pk).content.decode()
    assert "Show a code" not in html
    assert client.post(reverse("card-link", args=[ward_child.pk])).status_code == 403


def test_a_stranger_finds_nothing(client, stranger, child):
    for name in ("card", "card-paper"):
        assert page(client, stranger, name, child.pk).status_code == 404
    assert client.post(reverse("card-link", args=[child.pk])).status_code == 404


def test_a_child_whose_course_is_over_keeps_its_card(client, mother, child, clock_at_now):
    child.courses.update(ended_at=NOW, ended_by=mother)
    html = page(client, mother, "card", child.pk).content.decode()
    assert "Kymriah" in html


def test_the_card_costs_the_same_whatever_the_history(
    client, mother, child, clock_at_now, django_assert_max_num_queries
):
    for _ in range(9):
        add_medicine(child=child, label=LABEL, by=mother, now=NOW)
    client.force_login(mother)
    with django_assert_max_num_queries(15):
        client.get(reverse("card", args=[child.pk]))
