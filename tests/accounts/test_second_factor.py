"""Who looks after other people's children signs in with a second factor; parents may; nobody loses a log over it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from tests.support.again import asked_again
from tests.support.mails import code_for, link_for
from tests.support.pages import FEVER, Phone, links, text
from tests.support.personas import SECRET, join
from tracker.models import CareTeam, Child, Role, SymptomLog, User
from tracker.site.demo.second_factors import code, seed_totp

PASSWORD = "a quiet night"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, user: User) -> Any:
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD}, follow=True)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def bare_nurse(nurse: User) -> User:
    """One who has just joined, without a second factor."""
    nurse.authenticator_set.all().delete()
    return nurse


class TestSigningIn:
    def test_a_nurse_is_asked_for_a_code_after_the_password(self, client: Client, nurse: User) -> None:
        sign_in(client, with_password(nurse))
        assert not is_in(client)
        client.post("/account/2fa/authenticate/", {"code": code(SECRET, datetime.now(UTC))})
        assert is_in(client)

    def test_a_wrong_code_lets_nobody_in(self, client: Client, nurse: User) -> None:
        sign_in(client, with_password(nurse))
        right = code(SECRET, datetime.now(UTC))
        wrong = "000000" if right != "000000" else "111111"
        client.post("/account/2fa/authenticate/", {"code": wrong})
        assert not is_in(client)

    def test_a_code_works_once(self, nurse: User) -> None:
        with_password(nurse)
        right = code(SECRET, datetime.now(UTC))
        first, second = Client(), Client()
        for one in (first, second):
            sign_in(one, nurse)
            one.post("/account/2fa/authenticate/", {"code": right})
        assert is_in(first)
        assert not is_in(second)

    def test_a_code_by_mail_is_no_way_around_it(self, client: Client, nurse: User) -> None:
        client.post("/account/login/code/", {"email": nurse.email})
        client.post("/account/login/code/confirm/", {"code": code_for(nurse.email)})
        assert not is_in(client)

    def test_a_recovery_code_works_once(self, nurse: User) -> None:
        with_password(nurse)
        spare = RecoveryCodes.activate(nurse).get_unused_codes()[0]
        first, second = Client(), Client()
        for one in (first, second):
            sign_in(one, nurse)
            one.post("/account/2fa/authenticate/", {"code": spare})
        assert is_in(first)
        assert not is_in(second)

    def test_a_mother_is_not_asked(self, client: Client, mother: User) -> None:
        sign_in(client, with_password(mother))
        assert is_in(client)

    def test_a_mother_may_have_one(self, client: Client, mother: User) -> None:
        assert reverse("mfa_add_webauthn") in links(asked_again(mother).get(reverse("mfa_index")))
        seed_totp(with_password(mother), SECRET)
        sign_in(client, mother)
        assert not is_in(client)


class TestWithoutOne:
    def test_a_nurse_is_led_to_setting_it_up(self, bare_nurse: User) -> None:
        client = asked_again(bare_nurse)
        page = client.get(reverse("erase-account"), follow=True)
        assert page.redirect_chain == [(reverse("mfa_index"), 302)]
        assert "Add a passkey or an app first" in text(page)

    def test_what_a_nurse_sends_is_not_dropped_in_silence(self, bare_nurse: User) -> None:
        answer = asked_again(bare_nurse).post(reverse("erase-account"))
        assert answer.status_code == 403
        assert "Nothing was done" in text(answer)
        assert reverse("mfa_index") in links(answer)

    def test_the_administration_is_closed(self, db: None) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("staff@example.org"))
        assert client.get("/admin/tracker/user/").headers["Location"] == reverse("mfa_index")

    def test_a_nurse_sees_no_child(self, bare_nurse: User, ward_child: Child) -> None:
        client = Client()
        client.force_login(bare_nurse)
        assert client.get(reverse("today", args=[ward_child.pk])).status_code == 404

    @pytest.mark.hazard("H24")
    def test_a_nurse_who_is_a_mother_too_still_logs_for_her_own_child(
        self, bare_nurse: User, child: Child, mother: User
    ) -> None:
        join(bare_nurse, Role.PARENT, child=child, by=mother)
        phone = Phone()
        phone.force_login(bare_nurse)
        assert "Call your care team now" in text(phone.send(child, **FEVER))
        assert SymptomLog.objects.count() == 1

    def test_everything_opens_once_it_is_there(self, bare_nurse: User, ward_child: Child) -> None:
        seed_totp(bare_nurse, SECRET)
        client = Client()
        client.force_login(bare_nurse)
        assert client.get(reverse("today", args=[ward_child.pk])).status_code == 200

    @pytest.mark.hazard("H30")
    def test_taking_it_away_closes_everything_at_once(self, nurse: User, ward_child: Child) -> None:
        client = Client()
        client.force_login(nurse)
        assert client.get(reverse("today", args=[ward_child.pk])).status_code == 200
        Authenticator.objects.filter(user=nurse).delete()
        assert client.get(reverse("today", args=[ward_child.pk])).status_code == 404

    def test_whether_one_is_missing_costs_no_query_of_its_own(
        self, nurse: User, django_assert_num_queries: Any
    ) -> None:
        client = Client()
        client.force_login(nurse)
        client.get("/account/logout/")
        with django_assert_num_queries(3):  # the session, the person with it, and whose number to show
            client.get("/account/logout/")


class TestTheDemo:
    def test_shows_the_code_of_each_nurse(
        self, client: Client, settings: Any, nurse: User, clock: Any
    ) -> None:
        settings.DEMO = True
        page = text(client.get(reverse("demo-codes")))
        assert nurse.email in page
        assert code(SECRET, datetime.now(UTC)) in page

    def test_shows_no_code_of_a_secret_that_somebody_made(
        self, client: Client, settings: Any, mother: User
    ) -> None:
        settings.DEMO = True
        seed_totp(mother, SECRET)
        Authenticator.objects.filter(user=mother).update(data={"secret": SECRET})
        assert mother.email not in text(client.get(reverse("demo-codes")))

    def test_is_the_only_place(self, client: Client, settings: Any, nurse: User) -> None:
        settings.DEMO = False
        assert client.get(reverse("demo-codes")).status_code == 404


def test_a_code_changes_every_half_minute() -> None:
    at = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
    assert code(SECRET, at) == code(SECRET, at + timedelta(seconds=29))
    assert code(SECRET, at) != code(SECRET, at + timedelta(seconds=30))


class TestSessions:
    @pytest.mark.hazard("H30")
    def test_are_listed_and_ended(self, mother: User) -> None:
        with_password(mother)
        phone, tablet = Client(headers={"user-agent": "Phone"}), Client(headers={"user-agent": "Tablet"})
        for one in (phone, tablet):
            sign_in(one, mother)
        page = text(phone.get(reverse("usersessions_list")))
        assert "Phone" in page
        assert "Tablet" in page
        phone.post(reverse("usersessions_list"))
        assert phone.get(reverse("usersessions_list")).status_code == 200
        assert tablet.get(reverse("usersessions_list")).status_code == 302

    def test_end_with_a_new_password_everywhere_else(self, mother: User) -> None:
        with_password(mother)
        phone, tablet = Client(), Client()
        for one in (phone, tablet):
            sign_in(one, mother)
        phone.post(
            "/account/password/change/",
            {"oldpassword": PASSWORD, "password1": "another quiet night", "password2": "another quiet night"},
        )
        assert phone.get(reverse("usersessions_list")).status_code == 200
        assert tablet.get(reverse("usersessions_list")).status_code == 302


def test_an_address_is_confirmed_by_a_button_and_not_by_looking(client: Client, db: None) -> None:
    """Mail scanners follow links."""
    client.post("/account/signup/", {"email": "new@example.org", "password1": "a very quiet night"})
    path = link_for("new@example.org")
    address = User.objects.get(email="new@example.org").emailaddress_set.get()
    Client().get(path)
    address.refresh_from_db()
    assert not address.verified
    client.post(path)
    address.refresh_from_db()
    assert address.verified


@pytest.mark.hazard("H24")
def test_no_number_of_wrong_passwords_stops_a_log(client: Client, child: Child, mother: User) -> None:
    """Somebody else guesses; the mother's phone is signed in."""
    phone = Phone()
    phone.force_login(with_password(mother))
    for _guess in range(30):
        Client().post("/account/login/", {"login": mother.email, "password": "wrong"})
    assert not is_in(client)
    for _log in range(30):
        assert "Call your care team now" in text(phone.send(child, **FEVER))
    assert SymptomLog.objects.count() == 30


@pytest.mark.parametrize("model", ["emailaddress", "authenticator", "usersession"])
def test_staff_cannot_touch_how_others_sign_in(model: str, care_team: CareTeam) -> None:
    from django.apps import apps
    from django.contrib import admin

    import config.urls  # noqa: F401

    assert not [
        found
        for found in apps.get_models()
        if found._meta.model_name == model and admin.site.is_registered(found)
    ]


DIGITS = "9" * 20_000
NO_PASSKEYS = [
    *(
        DIGITS,
        f'{{"id": {DIGITS}}}',
        "[" * 50_000,
        "[1]",
        '{"id": 1}',
        '{"id": "x", "rawId": "!"}',
        "NaN",
        "{",
    ),
]


@pytest.mark.parametrize("told", NO_PASSKEYS, ids=lambda told: told[:9])
def test_what_is_no_passkey_is_said_and_breaks_no_page(client: Client, db: None, told: str) -> None:
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": told}, follow=True)
    assert answer.status_code == 200
    assert "The passkey could not be read." in text(answer)
    assert not is_in(client)


@pytest.mark.parametrize("told", NO_PASSKEYS, ids=lambda told: told[:9])
@pytest.mark.parametrize("name", ["add", "login", "authenticate", "reauthenticate"])
def test_each_form_of_a_passkey_takes_what_is_none_for_a_slip(settings: Any, name: str, told: str) -> None:
    form_class = import_string(settings.MFA_FORMS[f"{name}_webauthn"])
    with pytest.raises(ValidationError):
        form_class.base_fields["credential"].clean(told)
    assert form_class.base_fields["credential"].bound_data(told, None) is None
