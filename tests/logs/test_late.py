"""A log that comes too late, or while the database fails: answered with the numbers, and nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import NIGHT_NUMBER, NOW
from tracker.families.actions.memberships import end_membership
from tracker.logs import unsaved
from tracker.models import Child, SymptomLog, User

pytestmark = pytest.mark.usefixtures("night")
CALL = f"tel:{NIGHT_NUMBER.replace(' ', '')}"
TYPED = FEVER | {"sign-chills": "moderate", "note": "woke up cold", "client_uuid": str(uuid4())}


def form_of(phone: Client, child: Child) -> str:
    page = phone.get(reverse("log-new", args=[child.pk])).content.decode()
    found = re.search(r'name="form_of" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def strict(mother: User) -> Phone:
    """Her phone, where a CSRF token is asked for."""
    phone = Phone(enforce_csrf_checks=True)
    phone.force_login(mother)
    return phone


def after_the_session(phone: Phone, child: Child, **typed: str) -> Any:
    """The form was opened with a login, and is sent without one."""
    typed = TYPED | {"form_of": form_of(phone, child)} | typed
    phone.logout()
    return phone.post(reverse("logs", args=[child.pk]), typed)


# ---------------------------------------------------------------- the session has ended


CALM = re.compile(r'care-note|<span class="badge">[^/]*</svg>\s*Noted')


@pytest.mark.hazard("H19")
def test_no_calm_badge_stands_over_what_is_not_saved(phone: Phone, child: Child) -> None:
    quiet = {"temperature": "36.8", "sign-chills": "", "note": ""}
    open_page = phone.get(reverse("log-new", args=[child.pk]))
    kept = phone.post(reverse("logs", args=[child.pk]), TYPED | quiet | {"when": "pick", "when_at": "soon"})
    late = after_the_session(phone, child, **quiet)
    nobodys = phone.post(reverse("logs", args=[child.pk]), TYPED | quiet)
    assert open_page.status_code == 200
    for page in (kept, late, nobodys):
        said = page.content.decode()
        assert "Not saved" in text(page)
        assert 'class="care care-' in said
        assert not CALM.search(said)
        assert "care-today" in said or "care-now" in said
    saved = phone.post("/check/", {"therapy": "tisagenlecleucel", "temperature": "36.8", "unit": "C"})
    assert "Not saved Nothing documented as urgent" in text(saved)


@pytest.mark.hazard("H19")
def test_a_log_after_the_session_is_answered_with_the_teams_number(phone: Phone, child: Child) -> None:
    answer = after_the_session(phone, child)
    assert answer.status_code == 403
    assert "Call your care team now" in text(answer)
    assert "a fever after CAR T cells" in text(answer)
    assert CALL in links(answer)
    assert "Not saved yet" in text(answer)
    assert "Juno" not in text(answer)
    assert not SymptomLog.objects.exists()


@pytest.mark.hazard("H19")
def test_what_was_typed_waits_for_the_login_and_is_saved_at_one_tap(
    phone: Phone, child: Child, mother: User
) -> None:
    mother.set_password("a quiet night")
    mother.save()
    phone.force_login(mother)
    answer = after_the_session(phone, child)
    there = next(link for link in links(answer) if "next=" in link)
    assert there == f"/account/login/?next={reverse('log-kept', args=[child.pk])}"
    entered = phone.post(there, {"login": mother.email, "password": "a quiet night"})
    assert entered["Location"] == reverse("log-kept", args=[child.pk])
    assert phone.session.get_expiry_age() > timedelta(days=80).total_seconds()
    assert "A log is not saved yet." in text(phone.get(reverse("today", args=[child.pk])))
    page = phone.get(entered["Location"])
    html = page.content.decode()
    assert 'value="38,4"' in html
    assert "woke up cold" in html
    assert f'action="{reverse("logs", args=[child.pk])}"' in html
    saved = phone.post(reverse("logs", args=[child.pk]), TYPED, follow=True)
    assert "38.4 °C" in text(saved)
    assert SymptomLog.objects.get().caregiver == mother
    assert "A log is not saved yet." not in text(phone.get(reverse("today", args=[child.pk])))
    assert phone.get(reverse("log-kept", args=[child.pk])).status_code == 302


@pytest.mark.hazard("H18")
@pytest.mark.parametrize(("when", "hours"), [("0", 0), ("1", 1), ("2", 2)])
def test_what_was_now_when_it_was_sent_is_saved_with_that_time(
    phone: Phone, child: Child, mother: User, night: Any, when: str, hours: int
) -> None:
    after_the_session(phone, child, when=when)
    night.shift(3 * 3600)
    phone.force_login(mother)
    page = phone.get(reverse("log-kept", args=[child.pk]))
    assert "You sent it 3 hours ago" in text(page)
    shown = re.search(r'name="when_at" id="when-at" value="([^"]+)"', page.content.decode())
    assert shown
    assert re.search(r'value="pick" checked', page.content.decode())
    phone.post(reverse("logs", args=[child.pk]), TYPED | {"when": "pick", "when_at": shown[1]})
    assert SymptomLog.objects.get().observed_at == NOW - timedelta(hours=hours)


@pytest.mark.hazard("H18")
def test_a_form_that_came_back_keeps_its_time_however_long_it_lies(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch, night: Any
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr("tracker.logs.views.log.record_log", broken)
        answer = phone.post(reverse("logs", args=[child.pk]), TYPED)
    shown = re.search(r'name="when_at" id="when-at" value="([^"]+)"', answer.content.decode())
    assert shown
    night.shift(3 * 3600)
    phone.post(reverse("logs", args=[child.pk]), TYPED | {"when": "pick", "when_at": shown[1]})
    assert SymptomLog.objects.get().observed_at == NOW


@pytest.mark.hazard("H18")
def test_what_is_sent_again_after_the_database_is_back_keeps_its_time(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch, night: Any
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr("django.contrib.auth.get_user", broken)
        phone.raise_request_exception = False
        answer = phone.post(reverse("logs", args=[child.pk]), TYPED)
    hidden = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    )
    night.shift(3600)
    phone.post(reverse("logs", args=[child.pk]), hidden)
    assert SymptomLog.objects.get().observed_at == NOW


def test_a_late_note_says_that_nothing_else_was_looked_at(phone: Phone, ward_child: Child) -> None:
    phone.send(ward_child, **FEVER)
    quiet = {"temperature": "36.8", "sign-chills": "", "note": "", "client_uuid": str(uuid4())}
    said = text(after_the_session(phone, ward_child, **quiet))
    assert "Earlier logs were not looked at." in said
    assert "Nothing documented as urgent" not in said


def test_a_late_log_is_kept_a_day_and_no_longer(phone: Phone, child: Child, mother: User, night) -> None:
    after_the_session(phone, child)
    phone.force_login(mother)
    night.shift(25 * 3600)
    assert "A log is not saved yet." not in text(phone.get(reverse("today", args=[child.pk])))


def test_a_late_correction_is_answered_and_saved_after_the_login(
    phone: Phone, child: Child, mother: User
) -> None:
    phone.send(child, temperature="36.8")
    log = SymptomLog.objects.get()
    typed = TYPED | {"form_of": form_of(phone, child)}
    phone.logout()
    answer = phone.post(reverse("log-correct", args=[log.pk]), typed)
    assert "Call your care team now" in text(answer)
    phone.force_login(mother)
    page = phone.get(reverse("log-kept", args=[child.pk])).content.decode()
    assert f'action="{reverse("log-correct", args=[log.pk])}"' in page
    phone.post(reverse("log-correct", args=[log.pk]), typed)
    assert SymptomLog.objects.get(corrects=log).assessment.urgency == "now"


@pytest.mark.parametrize("route", ["log-nothing-new", "log-neuro"])
def test_the_short_forms_are_answered_too(phone: Phone, child: Child, route: str) -> None:
    typed = {"form_of": form_of(phone, child), "temperature": "38.9", "neuro_talks": "not"}
    phone.logout()
    answer = phone.post(reverse(route, args=[child.pk]), typed)
    assert "Call your care team now" in text(answer)
    assert CALL in links(answer)


# ---------------------------------------------------------------- nobody knows whose form it was


def bad_tokens(child: Child, mother: User) -> dict[str, str]:
    good = unsaved.form_of(child, mother)
    return {
        "none": "",
        "forged": good[:-2] + "xx",
        "for something else": signing.dumps([child.pk.hex, mother.pk.hex], salt="something else"),
        "nonsense": "\x00%%",
    }


@pytest.mark.parametrize("which", ["none", "forged", "for something else", "nonsense"])
def test_without_a_valid_form_the_worst_case_is_assumed_and_everything_stays(
    client: Client, child: Child, mother: User, which: str
) -> None:
    typed = TYPED | {"form_of": bad_tokens(child, mother)[which]}
    answer = client.post(reverse("logs", args=[child.pk]), typed)
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "Call your care team now" in text(answer)
    assert "The number on your card" in text(answer)
    assert {"tel:112", "tel:911"} <= set(links(answer))
    assert CALL not in links(answer)
    assert 'value="38,4"' in html
    assert "woke up cold" in html
    assert not SymptomLog.objects.exists()
    assert unsaved.KEY not in client.session


def test_a_form_older_than_a_month_says_nothing_any_more(phone: Phone, child: Child, night) -> None:
    typed = TYPED | {"form_of": form_of(phone, child)}
    phone.logout()
    night.shift(31 * 24 * 3600)
    assert CALL not in links(phone.post(reverse("logs", args=[child.pk]), typed))


def test_a_form_of_a_removed_helper_opens_nothing(child: Child, helper: User, mother: User) -> None:
    phone = Phone()
    phone.force_login(helper)
    typed = TYPED | {"form_of": form_of(phone, child)}
    end_membership(membership=helper.memberships.get(), by=mother, now=timezone.now())
    phone.logout()
    assert CALL not in links(phone.post(reverse("logs", args=[child.pk]), typed))


@pytest.mark.hazard("H04")
def test_a_form_of_one_child_opens_no_other(phone: Phone, child: Child, stranger: User) -> None:
    mila = stranger.memberships.get().child
    typed = TYPED | {"form_of": form_of(phone, child)}
    phone.logout()
    assert CALL not in links(phone.post(reverse("logs", args=[mila.pk]), typed))


def test_a_form_says_nothing_about_health(child: Child, mother: User) -> None:
    read = signing.loads(unsaved.form_of(child, mother), salt=unsaved._PURPOSE)
    assert read == [child.pk.hex, mother.pk.hex]


# ---------------------------------------------------------------- a stale CSRF token


def test_our_own_form_with_a_stale_token_is_saved_at_once(strict: Phone, child: Child) -> None:
    typed = TYPED | {"form_of": form_of(strict, child), "csrfmiddlewaretoken": "stale"}
    answer = strict.post(reverse("logs", args=[child.pk]), typed, follow=True)
    assert "Call your care team now" in text(answer)
    assert "Saved at 02:14." in text(answer)
    assert SymptomLog.objects.count() == 1


def test_a_form_from_elsewhere_is_answered_and_saves_nothing(strict: Phone, child: Child) -> None:
    answer = strict.post(reverse("logs", args=[child.pk]), TYPED)
    assert answer.status_code == 403
    assert "This log is not saved yet." in text(answer)
    assert CALL in links(answer)
    assert "woke up cold" in answer.content.decode()
    assert not SymptomLog.objects.exists()
    fresh = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.content.decode())
    assert fresh
    strict.post(reverse("logs", args=[child.pk]), TYPED | {"csrfmiddlewaretoken": fresh[1]})
    assert SymptomLog.objects.count() == 1


def test_a_form_of_the_other_parent_is_not_saved_in_her_name_unasked(
    strict: Phone, child: Child, father: User
) -> None:
    typed = TYPED | {"form_of": unsaved.form_of(child, father)}
    assert strict.post(reverse("logs", args=[child.pk]), typed).status_code == 403
    assert not SymptomLog.objects.exists()


def test_a_stranger_gets_nothing_by_a_stale_form(child: Child, stranger: User, mother: User) -> None:
    theirs = Phone(enforce_csrf_checks=True)
    theirs.force_login(stranger)
    typed = TYPED | {"form_of": unsaved.form_of(child, mother)}
    assert theirs.post(reverse("logs", args=[child.pk]), typed).status_code == 404


def test_a_stale_form_that_is_no_log_says_that_it_was_not_saved(strict: Phone, child: Child) -> None:
    answer = strict.post(reverse("theme"), {"theme": "dark"})
    assert answer.status_code == 303
    refused = strict.post("/account/logout/")
    assert refused.status_code == 403
    assert "Please send it again" in text(refused)


# ---------------------------------------------------------------- the database fails


def broken(*_: Any, **__: Any) -> None:
    raise OperationalError("disk I/O error")


@pytest.mark.hazard("H19")
def test_a_log_that_the_database_refuses_is_answered_and_can_be_sent_again(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr("tracker.logs.views.log.record_log", broken)
        answer = phone.post(reverse("logs", args=[child.pk]), TYPED)
    assert answer.status_code == 503
    assert "Call your care team now" in text(answer)
    assert "This log is not saved yet. Our side did not answer." in text(answer)
    assert CALL in links(answer)
    assert "woke up cold" in answer.content.decode()
    phone.post(reverse("logs", args=[child.pk]), TYPED)
    assert SymptomLog.objects.count() == 1


def test_a_correction_that_the_database_refuses_is_answered_too(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.send(child, temperature="36.8")
    monkeypatch.setattr("tracker.logs.views.log.correct_log", broken)
    answer = phone.post(reverse("log-correct", args=[SymptomLog.objects.get().pk]), TYPED)
    assert answer.status_code == 503
    assert "Call your care team now" in text(answer)


def test_when_nothing_can_be_read_either_the_rules_still_answer(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session, the person and the child are all in the database that is gone."""
    monkeypatch.setattr("django.contrib.auth.get_user", broken)
    phone.raise_request_exception = False
    answer = phone.post(reverse("logs", args=[child.pk]), TYPED)
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "Call your care team now" in text(answer)
    assert "This log is not saved." in text(answer)
    assert {"tel:112", "tel:911"} <= set(links(answer))
    assert '<input type="hidden" name="temperature" value="38,4">' in html
    assert '<input type="hidden" name="note" value="woke up cold">' in html
    assert html.count("<h1") == 1


def test_another_page_without_a_database_says_that_the_site_is_not_answering(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.site.views.today.access_child", broken)
    phone.raise_request_exception = False
    answer = phone.get(reverse("today", args=[child.pk]))
    assert answer.status_code == 503
    assert "Nightlight is not answering" in text(answer)


# ---------------------------------------------------------------- error pages


@pytest.mark.hazard("H01")
def test_a_page_that_breaks_shows_numbers_to_call(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: Any, **__: Any) -> None:
        raise ValueError

    monkeypatch.setattr("tracker.site.views.today.access_child", bug)
    phone.raise_request_exception = False
    answer = phone.get(reverse("today", args=[child.pk]))
    assert answer.status_code == 500
    assert "Something broke on our side" in text(answer)
    assert {"tel:112", "tel:911"} <= set(links(answer))


def test_each_refusal_looks_like_the_site(phone: Phone, ward_child: Child, nurse: User) -> None:
    missing = phone.get("/not/here")
    assert missing.status_code == 404
    assert "This page is not here" in text(missing)
    hers = Phone()
    hers.force_login(nurse)
    refused = hers.get(reverse("log-new", args=[ward_child.pk]))
    assert refused.status_code == 403
    assert "Your role cannot do this" in text(refused)
    unread = phone.get("/", headers={"host": "elsewhere.example"})
    assert unread.status_code == 400
    for page in (missing, refused):
        assert "site.css" in page.content.decode()
        assert {"tel:112", "tel:911"} & set(links(page))


def test_an_error_page_that_breaks_itself_still_says_whom_to_call(
    phone: Phone, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.template.backends.django.Template.render", broken)
    monkeypatch.setattr("tracker.site.views.today.access_child", broken)
    phone.raise_request_exception = False
    for path, status in (("/not/here", 404), (reverse("today", args=[child.pk]), 503)):
        answer = phone.get(path)
        assert answer.status_code == status
        assert "Call the number on your card." in text(answer)
        assert {"tel:112", "tel:911"} <= set(links(answer))
