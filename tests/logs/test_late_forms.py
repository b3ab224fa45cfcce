"""Every form that is sent after its session has ended: kept and saved after the login, or plainly not done."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from tests.support.access_world import ROOT, Route, World, routes, signed_in
from tests.support.pages import Phone, links, text
from tests.support.personas import NIGHT_NUMBER, NOW
from tests.test_access_matrix import address, rows_for
from tracker.families.actions.memberships import end_membership
from tracker.home_care.actions.doses import add_medicine
from tracker.home_care.actions.pump import take_back_change
from tracker.logs import unsaved
from tracker.models import (
    Call,
    CareNote,
    Child,
    DoseGiven,
    LineChange,
    Medicine,
    OwnAnswers,
    Question,
    SymptomLog,
    TreatmentEvent,
    User,
)

pytestmark = pytest.mark.usefixtures("night")
CALL = f"tel:{NIGHT_NUMBER.replace(' ', '')}"

# What adds to the record. It is answered at once (late.py) or waits for the login (late_forms.py).
ANSWERED = {"logs", "log-nothing-new", "log-neuro", "log-correct"}
KEPT = {
    *("log-confirm", "log-mistake", "called", "dose-give", "dose-take-back", "medicine", "medicine-new"),
    *("pump-problem", "pump-intervals", "pump-changed", "pump-take-back", "question-new", "question-answer"),
    *(
        "handed-ask",
        "handed-pair",
        "treatment",
        "treatment-withdraw",
        "nurse-note",
        "nurse-know",
        "nurse-counts",
    ),
}
# Never kept: done an hour later it would do something else than was meant. Nothing is done, and the page says so.
NEVER = {
    *("alert-take", "alert-offer", "alert-accept", "alert-close", "alert-end", "board-close"),
    *("board-find", "boards-find", "nurse-reached", "alert-not-reached", "alert-reopen", "decision-opened"),
    *("alert-where", "where"),
    *("team-code", "team-end", "team-export", "team-invite", "team-numbers", "team-policy", "team-revoke"),
    *("second-step-ask", "second-step-yes", "second-step-no"),
    *("team-staff", "team-call-order", "invite", "invitation-revoke", "membership-end", "settings", "pause"),
    *("card-link", "card-revoke", "duty-offer", "duty-take", "duty-answer", "drill-begin", "drill-step"),
    *("reminders", "reach", "push-subscribe", "way-forget", "export", "erase", "erase-account", "begin-step"),
    *("forms-kept", "staff-lock", "staff-active", "callback", "stop"),
    *("board-look", "team-rota-week", "team-rota-copy", "team-rota-here", "team-rota-end"),
    *("team-rota-away", "team-rota-away-end"),
    "photos",  # a file of megabytes is kept for nobody who is not known; the log that it belongs to is saved
    *("nurse-stay", "nurse-transfer", "nurse-discharge", "transfer-accept", "transfer-end"),
    *("team-merge", "merge-accept", "merge-end"),
}
# What asks for no login: the link, the mail or the page is the permission.
OPEN = {"check", "language", "theme", "invitation", "reminders-off", "unsent", "push-received"}
LIBRARIES = ("account_", "mfa_", "usersessions_", "admin:")  # signing in, codes, keys


def forms() -> Iterator[Route]:
    """Every route that takes a POST, by the table of the access matrix."""
    for route in sorted(set(routes(before=ROOT))):
        if any("POST" in row.methods for row in rows_for(route.name)):
            yield route


OURS = [route for route in forms() if not route.name.startswith(LIBRARIES)]


def test_each_form_is_answered_or_kept_or_never_kept() -> None:
    """A new form has to be put in one of the lists."""
    listed = [*ANSWERED, *KEPT, *NEVER, *OPEN]
    assert sorted(listed) == sorted(route.name for route in OURS)


def sender(world: World, name: str) -> User:
    return world.people["nurse" if name.startswith("nurse-") else "parent"]


@contextmanager
def taken_back() -> Iterator[None]:
    """The next form meets the same world: to make one for each costs more than all forms together."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.hazard("H19")
def test_a_form_without_a_login_says_what_became_of_it(world: World) -> None:
    for route in OURS:
        if route.name not in OPEN:
            where = address(route, world)
            with taken_back():
                says_what_became_of_it(world, route.name, where)


def says_what_became_of_it(world: World, name: str, where: str) -> None:
    typed = {unsaved.FIELD: unsaved.form_of(world.child, sender(world, name)), "text": "Hands are cold"}
    visitor = Client()
    answer = visitor.post(where, typed)
    assert answer.status_code == 403, name
    assert 'href="tel:' in answer.content.decode(), name
    if name in NEVER:
        assert "Nothing was done" in text(answer), name
        assert unsaved.KEY not in visitor.session, name
    else:
        assert "Not saved yet" in text(answer), name
        (waiting,) = visitor.session[unsaved.KEY]
        assert (waiting["path"], waiting["child"]) == (where, str(world.child.pk)), name


def test_a_form_of_a_library_without_a_login_never_ends_at_an_address_that_takes_no_get(world: World) -> None:
    for route in forms():
        if route.name.startswith(LIBRARIES):
            where = address(route, world)
            with taken_back():
                answer = Client().post(where)
            assert answer.status_code in (200, 302, 403, 404), route.name
            if answer.status_code == 403:
                assert "Nothing was done" in text(answer), route.name
            if answer.status_code == 302:
                assert f"next={where}" not in answer["Location"] or route.name == "admin:login", route.name


FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)


def posting(html: str, page: str) -> Iterator[tuple[str, str]]:
    """Each form of a page that is sent by POST: the name of the route, and the form."""
    for form in FORM.findall(html):
        head = form[: form.index(">")]
        if 'method="post"' in head:
            action = re.search(r'action="([^"]*)"', head)
            yield resolve(action[1] if action and action[1] else page).view_name, form


@pytest.mark.hazard("H19")
def test_each_form_that_is_kept_says_whose_it_is(world: World) -> None:
    """Without it nobody knows to whom it belongs, and nothing is kept."""
    for route in OURS:
        address(route, world)  # so that there is a dose, a change, a question, an event to show
    seen: set[str] = set()
    for route in sorted(set(routes(before=ROOT))):
        if route.name.startswith(LIBRARIES) or "GET" not in {
            m for row in rows_for(route.name) for m in row.methods
        }:
            continue
        for kind in ("parent", "nurse"):
            page = address(route, world)
            with taken_back():
                response = signed_in(world, kind).get(page)
            if response.status_code == 200 and "html" in response["Content-Type"]:
                for name, form in posting(response.content.decode(), page):
                    seen.add(name)
                    if name in KEPT | ANSWERED:
                        assert re.search(rf'name="{unsaved.FIELD}" value="[^"]+"', form), (
                            f"{name} on {route.name}"
                        )
    # Shown only in a state that other tests bring about: a question that is asked back, the pump, the grown-up's page.
    elsewhere = {"log-confirm", "pump-take-back", "treatment", "handed-pair"}
    assert (KEPT | ANSWERED) - seen <= elsewhere


@pytest.mark.parametrize(
    "name",
    [
        "assessment/_not_checked",
        "assessment/_danger_in_note",
        "home_care/pump",
        "families/treatment",
        "logs/_self_report_five",
    ],
)
def test_the_forms_that_are_seldom_shown_say_whose_they_are_too(name: str) -> None:
    from django.template.loader import get_template

    source = get_template(f"tracker/{name}.html").template.source
    assert source.count("{% csrf_token %}") == source.count("{% form_of ") > 0


# ---------------------------------------------------------------- kept, signed in, saved by one tap

SEEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def form_on(html: str, action: str) -> dict[str, str]:
    """What a form with this action would send, as far as it is hidden."""
    form = next(form for form in FORM.findall(html) if f'action="{action}"' in form[: form.index(">")])
    return dict(SEEN.findall(form))


@pytest.fixture
def signed_out_while_sending(phone: Phone, mother: User, night: Any) -> Callable[..., Any]:
    """Sends a form of a page after the session has ended, signs in 20 minutes later, and saves what waits."""

    def send(child: Child, page: str, action: str, **typed: str) -> Any:
        sent = form_on(phone.get(page).content.decode(), action) | typed
        phone.logout()
        answer = phone.post(action, sent)
        assert answer.status_code == 403
        assert "Not saved yet" in text(answer)
        assert CALL in links(answer)
        assert child.nickname not in text(answer)
        login = next(link for link in links(answer) if "next=" in link)
        assert login.endswith(reverse("forms-kept", args=[child.pk]))
        night.shift(20 * 60)
        phone.force_login(mother)
        assert "Something that you sent is not saved yet." in text(
            phone.get(reverse("today", args=[child.pk]))
        )
        waiting = phone.get(reverse("forms-kept", args=[child.pk]))
        assert "20 minutes ago" in text(waiting)
        saved = form_on(waiting.content.decode(), action)
        phone.waiting, phone.again = text(waiting), lambda: phone.post(action, saved)  # type: ignore[attr-defined]
        done = phone.post(action, saved)
        assert done.status_code == 303
        assert phone.get(reverse("forms-kept", args=[child.pk])).status_code == 303  # nothing waits any more
        return done

    return send


@pytest.fixture
def medicine(child: Child, mother: User) -> Medicine:
    label = {"name": "Levetiracetam", "dose": "5 mL", "as_needed": True, "times": [], "days": ""}
    return add_medicine(
        child=child, label=label | {"gap_hours": 6, "lowers_fever": False}, by=mother, now=NOW
    )


@pytest.mark.hazard("H19")
def test_given_now_after_the_session_is_recorded_once_with_the_time_of_the_tap(
    signed_out_while_sending: Any, phone: Phone, child: Child, medicine: Medicine
) -> None:
    where = reverse("dose-give", args=[child.pk, medicine.pk])
    signed_out_while_sending(child, reverse("doses", args=[child.pk]), where)
    assert "Levetiracetam, 5 mL" in phone.waiting
    phone.again()
    dose = DoseGiven.objects.get()
    assert dose.given_at == NOW
    assert dose.recorded_at == NOW + timedelta(minutes=20)


@pytest.mark.hazard("H19")
def test_a_dose_that_the_other_parent_gave_meanwhile_is_not_recorded_twice(
    phone: Phone, child: Child, medicine: Medicine, mother: User, father: User
) -> None:
    where = reverse("dose-give", args=[child.pk, medicine.pk])
    sent = form_on(phone.get(reverse("doses", args=[child.pk])).content.decode(), where)
    phone.logout()
    phone.post(where, sent)
    his = Phone()
    his.force_login(father)
    his.post(where, form_on(his.get(reverse("doses", args=[child.pk])).content.decode(), where))
    phone.force_login(mother)
    page = phone.get(reverse("forms-kept", args=[child.pk])).content.decode()
    answer = phone.post(where, form_on(page, where))
    assert answer.status_code == 409
    assert "Nothing was recorded now." in text(answer)
    assert DoseGiven.objects.get().given_by == father
    assert phone.get(reverse("forms-kept", args=[child.pk])).status_code == 303


def test_a_call_after_the_session_keeps_its_time(
    signed_out_while_sending: Any, phone: Phone, child: Child
) -> None:
    phone.send(child, temperature="38.4")
    log = SymptomLog.objects.get()
    told = {"reached": "yes", "told": "Come in at once", "called_at": "02:10", "look_again": "1"} | {
        "advice": "come-in"
    }
    where = reverse("called", args=[log.pk])
    signed_out_while_sending(child, reverse("answer", args=[log.pk]), where, **told)
    assert "Come in at once" in phone.waiting
    call = Call.objects.get()
    assert (call.told, call.called_at) == ("Come in at once", NOW.replace(minute=10, second=59))
    assert call.look_again_at == call.called_at + timedelta(hours=1)


def test_a_question_after_the_session_is_kept_once(
    signed_out_while_sending: Any, phone: Phone, child: Child
) -> None:
    page = reverse("summary", args=[child.pk])
    signed_out_while_sending(child, page, reverse("question-new", args=[child.pk]), text="May she swim?")
    phone.again()
    assert Question.objects.get().text == "May she swim?"


def test_a_label_after_the_session_is_kept_once(
    signed_out_while_sending: Any, phone: Phone, child: Child
) -> None:
    where = reverse("medicine-new", args=[child.pk])
    label = {"name": "Paracetamol", "dose": "half", "kind": "needed", "gap_hours": "6"}
    html = phone.get(where).content.decode()
    sent = dict(SEEN.findall(html)) | label
    phone.logout()
    phone.post(where, sent)
    phone.force_login(child.memberships.get().user)
    waiting = phone.get(reverse("forms-kept", args=[child.pk]))
    assert "Name on the label Paracetamol" in text(waiting)
    saved = form_on(waiting.content.decode(), where)
    for _tap in range(2):
        assert phone.post(where, saved).status_code == 303
    assert Medicine.objects.get().name == "Paracetamol"


@pytest.mark.hazard("H19")
def test_the_childs_own_answers_after_the_session_say_to_call_and_keep_their_moment(
    signed_out_while_sending: Any, phone: Phone, child: Child
) -> None:
    where = reverse("handed-ask", args=[child.pk])
    signed_out_while_sending(child, where, where, head="lot")
    answers = OwnAnswers.objects.get()
    assert answers.answers["head"] == "lot"
    assert answers.log.observed_at == NOW


def test_what_is_a_log_by_another_name_is_answered_too(phone: Phone, child: Child) -> None:
    where = reverse("handed-ask", args=[child.pk])
    sent = form_on(phone.get(where).content.decode(), where) | {"head": "lot"}
    phone.logout()
    answer = phone.post(where, sent)
    assert "Call your care team now" in text(answer)
    assert "Earlier logs were not looked at." not in text(answer)


def test_a_pump_problem_after_the_session_says_to_call(phone: Phone, child: Child, mother: User) -> None:
    where = reverse("pump-problem", args=[child.pk])
    sent = dict(SEEN.findall(phone.get(where).content.decode())) | {"pump": "alarm"}
    phone.logout()
    answer = phone.post(where, sent)
    assert "Call your care team now" in text(answer)
    assert "Not saved yet" in text(answer)
    phone.force_login(mother)
    page = phone.get(reverse("forms-kept", args=[child.pk])).content.decode()
    phone.post(where, form_on(page, where))
    assert SymptomLog.objects.get().observed_at == NOW


# ---------------------------------------------------------------- a nurse's note


@pytest.fixture
def desk(nurse: User) -> Phone:
    desk = Phone()
    desk.force_login(nurse)
    return desk


def write_late(desk: Phone, ward_child: Child, note: str) -> str:
    where = reverse("nurse-note", args=[ward_child.pk])
    sent = form_on(desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode(), where)
    desk.logout()
    answer = desk.post(where, sent | {"text": note})
    assert "Not saved yet" in text(answer)
    assert note not in text(answer)
    return where


@pytest.mark.hazard("H19")
def test_a_nurses_note_after_the_session_is_written_once(
    desk: Phone, ward_child: Child, nurse: User, night: Any
) -> None:
    where = write_late(desk, ward_child, "Rang back, nobody answered.\nAgain at 3.")
    night.shift(600)
    desk.force_login(nurse)
    assert "Something that you sent" in text(desk.get(reverse("nurse-child", args=[ward_child.pk])))
    page = desk.get(reverse("forms-kept", args=[ward_child.pk]))
    assert "Rang back, nobody answered." in text(page)
    saved = form_on(page.content.decode(), where)
    for _tap in range(2):
        assert desk.post(where, saved).status_code == 303
    note = CareNote.objects.get()
    assert note.text.startswith("Rang back, nobody answered.")
    assert (note.by, note.at) == (nurse, NOW)


def test_another_nurse_on_the_same_computer_sees_nothing_of_it(
    desk: Phone, ward_child: Child, lead: User
) -> None:
    write_late(desk, ward_child, "Rang back.")
    desk.force_login(lead)
    page = desk.get(reverse("nurse-child", args=[ward_child.pk]))
    assert "not saved yet" not in text(page)
    assert desk.get(reverse("forms-kept", args=[ward_child.pk])).status_code == 303
    assert not CareNote.objects.exists()


@pytest.mark.hazard("H19")
def test_a_note_that_is_sent_after_the_end_of_the_shift_is_kept_and_a_take_is_not(
    desk: Phone, ward_child: Child, log: Callable[..., Any], nurse: User, night: Any
) -> None:
    alert = log(temperature=38.4).log.alerts.get()
    where = reverse("nurse-note", args=[ward_child.pk])
    sent = form_on(desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode(), where)
    night.shift(13 * 3600)
    assert "Not saved yet" in text(desk.post(where, sent | {"text": "Rang back."}))
    desk.force_login(nurse)
    kept = desk.get(reverse("forms-kept", args=[ward_child.pk])).content.decode()
    night.shift(13 * 3600)
    assert "Nothing was done" in text(desk.post(reverse("alert-take", args=[alert.pk])))
    assert "Rang back." in kept
    alert.refresh_from_db()
    assert alert.taken_by is None


def test_two_notes_of_one_page_are_two(desk: Phone, ward_child: Child) -> None:
    """After Back the page has the number of the first."""
    where = reverse("nurse-note", args=[ward_child.pk])
    sent = form_on(desk.get(reverse("nurse-child", args=[ward_child.pk])).content.decode(), where)
    for note in ("One", "One", "Two"):
        desk.post(where, sent | {"text": note})
    assert sorted(CareNote.objects.values_list("text", flat=True)) == ["One", "Two"]


# ---------------------------------------------------------------- not wanted, not proved, not in time


def test_what_nobody_wants_is_dropped(phone: Phone, child: Child, medicine: Medicine, mother: User) -> None:
    where, kept = reverse("dose-give", args=[child.pk, medicine.pk]), reverse("forms-kept", args=[child.pk])
    sent = form_on(phone.get(reverse("doses", args=[child.pk])).content.decode(), where)
    phone.logout()
    phone.post(where, sent)
    phone.force_login(mother)
    phone.post(kept, form_on(phone.get(kept).content.decode(), kept))
    assert phone.get(kept).status_code == 303
    assert not DoseGiven.objects.exists()


def test_a_form_waits_for_a_day(
    phone: Phone, child: Child, medicine: Medicine, mother: User, night: Any
) -> None:
    where = reverse("dose-give", args=[child.pk, medicine.pk])
    sent = form_on(phone.get(reverse("doses", args=[child.pk])).content.decode(), where)
    phone.logout()
    phone.post(where, sent)
    phone.force_login(mother)
    night.shift(25 * 3600)
    assert "not saved yet" not in text(phone.get(reverse("today", args=[child.pk])))


@pytest.mark.hazard("H33")
@pytest.mark.parametrize("whose", ["nobody", "a removed helper", "a helper"])
def test_a_form_that_does_not_prove_itself_is_kept_by_nobody_and_stays_in_the_page(
    child: Child, mother: User, helper: User, whose: str
) -> None:
    """A helper logs, and changes no label: her form of one is none."""
    where = reverse("medicine-new", args=[child.pk])
    if whose == "a removed helper":
        end_membership(membership=helper.memberships.get(), by=mother, now=timezone.now())
    token = "" if whose == "nobody" else unsaved.form_of(child, helper)
    visitor = Client()
    answer = visitor.post(where, {unsaved.FIELD: token, "name": "Paracetamol"})
    assert answer.status_code == 403
    assert "Not saved" in text(answer)
    assert '<input type="hidden" name="name" value="Paracetamol">' in answer.content.decode()
    assert unsaved.KEY not in visitor.session


@pytest.fixture
def strict(mother: User) -> Phone:
    phone = Phone(enforce_csrf_checks=True)
    phone.force_login(mother)
    return phone


def test_our_own_form_with_a_stale_token_is_saved_at_once(
    strict: Phone, child: Child, medicine: Medicine
) -> None:
    where = reverse("dose-give", args=[child.pk, medicine.pk])
    sent = form_on(strict.get(reverse("doses", args=[child.pk])).content.decode(), where)
    assert strict.post(where, sent | {unsaved.CSRF: "stale"}).status_code == 303
    assert DoseGiven.objects.count() == 1


@pytest.mark.hazard("H33")
def test_a_form_from_elsewhere_is_shown_and_saved_at_one_tap_only(
    strict: Phone, child: Child, medicine: Medicine, night: Any
) -> None:
    where = reverse("dose-give", args=[child.pk, medicine.pk])
    answer = strict.post(where, {"client_uuid": str(uuid4())})
    assert answer.status_code == 403
    assert "A dose was given" in text(answer)
    assert not DoseGiven.objects.exists()
    night.shift(600)
    assert strict.post(where, form_on(answer.content.decode(), where)).status_code == 303
    assert DoseGiven.objects.get().given_at == NOW


def test_the_time_of_a_form_is_the_servers_own(phone: Phone, child: Child, medicine: Medicine) -> None:
    """What somebody else wrote into it is no time of ours."""
    where = reverse("dose-give", args=[child.pk, medicine.pk])
    sent = form_on(phone.get(reverse("doses", args=[child.pk])).content.decode(), where)
    phone.post(where, sent | {unsaved.SENT_AT: (NOW - timedelta(hours=9)).isoformat()})
    assert DoseGiven.objects.get().given_at == NOW


def test_nothing_was_done_leads_back_to_the_page_of_the_form(client: Client, child: Child) -> None:
    page = reverse("duty", args=[child.pk])
    said = client.post(reverse("duty-take", args=[child.pk]), headers={"referer": f"http://testserver{page}"})
    assert f"/account/login/?next={page}" in [link.replace("%2F", "/") for link in links(said)]
    elsewhere = client.post(
        reverse("duty-take", args=[child.pk]), headers={"referer": "https://evil.example/x"}
    )
    assert "/account/login/?next=/" in [link.replace("%2F", "/") for link in links(elsewhere)]


def test_a_line_change_and_its_taking_back_are_kept(phone: Phone, child: Child, mother: User) -> None:
    changed = reverse("pump-changed", args=[child.pk])
    whose = {unsaved.FIELD: unsaved.form_of(child, mother)}
    phone.logout()
    phone.post(changed, whose | {"part": "bag", "client_uuid": str(uuid4())})
    phone.force_login(mother)
    page = phone.get(reverse("forms-kept", args=[child.pk]))
    assert "Bag Friday 02:14" in text(page)
    phone.post(changed, form_on(page.content.decode(), changed))
    change = LineChange.objects.get()
    assert change.changed_at == NOW
    back = reverse("pump-take-back", args=[child.pk, change.pk])
    phone.logout()
    phone.post(back, whose)
    take_back_change(change=change, by=mother, now=NOW)  # somebody else did meanwhile
    phone.force_login(mother)
    page = phone.get(reverse("forms-kept", args=[child.pk])).content.decode()
    assert phone.post(back, form_on(page, back)).status_code == 303
    assert LineChange.objects.get().taken_back_at == NOW


def test_a_change_of_the_treatment_is_kept_in_words(phone: Phone, child: Child, mother: User) -> None:
    where = reverse("treatment", args=[child.pk])
    typed = {unsaved.FIELD: unsaved.form_of(child, mother), "kind": "moved", "at": "2026-11-13"}
    phone.logout()
    phone.post(where, typed)
    phone.force_login(mother)
    page = phone.get(reverse("forms-kept", args=[child.pk]))
    assert "On which day? 2026-11-13" in text(page)
    assert phone.post(where, form_on(page.content.decode(), where)).status_code == 303
    assert TreatmentEvent.objects.filter(withdrawn_at=None).get().at.date().isoformat() == "2026-11-13"
