"""Whose account it is: a stranger who signs up first with a mother's address loses it once she shows that it is hers.

The stranger has every order of things to try: signing up, a code, the link, a new password, a passkey, an invitation,
a second address. In each, what was set before the address was first confirmed opens nothing afterwards.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.again import asked_again
from tests.support.mails import code_for, link_for, mails_to
from tests.support.pages import FEVER, Phone, text
from tests.support.personas import NOW, SECRET, child_of, join
from tracker import migrations
from tracker.accounts.addresses import person_with
from tracker.families.actions.memberships import invite
from tracker.home_care.actions.card import make_card_link
from tracker.messaging.contact_points import add_browser, set_mobile, ways_to
from tracker.models import AuditEvent, CardLink, Child, ContactPoint, Invitation, Role, User
from tracker.site.demo.second_factors import seed_totp

pytestmark = pytest.mark.django_db
HERS, HIS = "mother@family.example", "stranger@elsewhere.example"
PASSWORD, NEW_PASSWORD = "a quiet night", "another quiet night"


def sign_up(address: str = HERS, client: Client | None = None, **form: str) -> Client:
    client = client or Phone()
    client.post("/account/signup/", {"email": address, "password1": PASSWORD, **form})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("usersessions_list")).status_code == 200


def password_opens(address: str = HERS, password: str = PASSWORD) -> bool:
    client = Client()
    client.post("/account/login/", {"login": address, "password": password})
    return "_auth_user_id" in client.session


def by_code(address: str = HERS, **form: str) -> Client:
    client = Phone()
    client.post("/account/login/code/", {"email": address})
    client.post("/account/login/code/confirm/", {"code": code_for(address), **form})
    return client


def by_link(address: str = HERS) -> Client:
    """The link is opened in a browser that nobody is signed in with; then she signs in by a code."""
    link = link_for(address)
    Client().post(link)
    return by_code(address)


def by_new_password(address: str = HERS) -> Client:
    client = Phone()
    client.post("/account/password/reset/", {"email": address})
    form = client.get(link_for(address, "/reset/key/"))
    client.post(form["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    client.post("/account/login/", {"login": address, "password": NEW_PASSWORD})
    return client


PROOFS = {"code": by_code, "link": by_link, "new password": by_new_password}
proofs = pytest.mark.parametrize("prove", PROOFS.values(), ids=PROOFS)


def link_to_confirm(person: User, address: str) -> str:
    """The link in the mail that adding `address` brought; of two mails to one address the second comes later."""
    row = EmailAddress.objects.get(user=person, email=address)
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(row).key])


def add_address(client: Client, user: User, address: str) -> None:
    """As somebody who was asked for the password a moment ago."""
    session = asked_again(user).session
    for name in ("account_authentication_methods", "account_authentication_methods_user"):
        own = client.session
        own[name] = session[name]
        own.save()
    client.post("/account/email/", {"email": address, "action_add": "1"})


def make_primary(client: Client, address: str) -> None:
    client.post("/account/email/", {"email": address, "action_primary": "1"})


def subscribe(client: Client, name: str) -> None:
    """This browser is pushed to from now on."""
    typed = {"endpoint": f"https://fcm.googleapis.com/{name}", "p256dh": "a" * 87, "auth": "b" * 22}
    assert client.post(reverse("push-subscribe"), typed).status_code == 303


class TestAStrangerSignsUpFirst:
    @proofs
    @pytest.mark.hazard("H30")
    def test_his_session_and_password_open_nothing_once_she_has_shown_that_it_is_hers(
        self, prove: Callable[[], Client]
    ) -> None:
        his = sign_up()
        hers = prove()
        assert is_in(hers)
        assert not is_in(his)
        assert not password_opens()

    @proofs
    @pytest.mark.hazard("H30")
    def test_he_cannot_silence_her_childs_alerts(self, prove: Callable[[], Client]) -> None:
        his = sign_up()
        hers = prove()
        child = child_of(User.objects.get(email=HERS))
        assert his.post(reverse("pause", args=[child.pk]), {"reason": "moved"}).status_code == 403
        assert his.get(reverse("today", args=[child.pk])).status_code == 302
        child.refresh_from_db()
        assert child.paused_at is None
        assert "Call your care team now" in text(hers.send(child, **FEVER))

    @proofs
    @pytest.mark.hazard("H30")
    def test_every_key_that_he_set_is_ended(self, prove: Callable[[], Client]) -> None:
        sign_up()
        account = User.objects.get(email=HERS)
        seed_totp(account, SECRET)
        Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={})
        child = child_of(account)
        invitation, _token = invite(child=child, role=Role.PARENT, by=account, now=NOW)
        link, _token = make_card_link(child=child, by=account, now=timezone.now())
        add_browser(person=account, endpoint="https://push.example/his", keys={}, now=NOW)
        set_mobile(person=account, number="+15550199", now=NOW)
        prove()
        assert not Authenticator.objects.filter(user=account).exists()
        assert not ContactPoint.objects.filter(person=account).exists()
        assert ways_to([account.pk])[account.pk] == ["email"]
        assert Invitation.objects.get(pk=invitation.pk).revoked_at
        assert CardLink.objects.get(pk=link.pk).revoked_at
        assert AuditEvent.objects.filter(verb="address.confirmed", who=account.pk).count() == 1

    @proofs
    def test_an_address_of_his_own_that_he_added_is_gone(self, prove: Callable[[], Client]) -> None:
        his = sign_up()
        account = User.objects.get(email=HERS)
        add_address(his, account, HIS)
        prove()
        assert list(account.emailaddress_set.values_list("email", "verified", "primary")) == [
            (HERS, True, True)
        ]
        by_stranger = Client()
        by_stranger.post("/account/login/code/", {"email": HIS})
        assert "It has no account" in mails_to(HIS)[-1]

    def test_she_is_told_what_was_ended(self) -> None:
        sign_up()
        hers = Phone()
        hers.post("/account/login/code/", {"email": HERS})
        page = hers.post("/account/login/code/confirm/", {"code": code_for(HERS)}, follow=True)
        assert "What was set up before that no longer works" in text(page)

    def test_her_second_way_in_ends_nothing_more(self) -> None:
        sign_up()
        first = by_code()
        second = by_code()
        assert is_in(first)
        assert is_in(second)

    def test_a_password_that_he_changes_at_the_same_moment_does_not_come_back(self) -> None:
        his = sign_up()
        stale = User.objects.get(email=HERS)
        by_code()
        with pytest.raises(ImmediateHttpResponse):
            get_adapter().set_password(stale, NEW_PASSWORD)
        assert not password_opens(password=NEW_PASSWORD)
        assert not is_in(his)

    def test_a_link_that_he_never_sees_is_all_that_confirms(self) -> None:
        """He is signed in and has the page of addresses; without her mail nothing there is confirmed."""
        his = sign_up()
        account = User.objects.get(email=HERS)
        add_address(his, account, HIS)
        make_primary(his, HIS)
        account.refresh_from_db()
        assert account.email == HERS
        assert account.confirmed_at is None


class TestHeConfirmsAnAddressOfHisOwn:
    """He signs up with hers, adds his own and confirms that: the account is his, and hers is free again."""

    def test_she_signs_up_as_if_he_had_never_been_there(self) -> None:
        his = sign_up()
        account = User.objects.get(email=HERS)
        add_address(his, account, HIS)
        his.post(link_for(HIS))
        account.refresh_from_db()
        assert account.email == HIS
        assert is_in(his)
        hers = sign_up()
        hers.post(link_for(HERS))
        assert User.objects.get(email=HERS) != account
        assert is_in(by_code())

    @pytest.mark.hazard("H30")
    def test_adding_hers_to_his_account_leads_no_code_of_hers_into_it(self) -> None:
        his = sign_up(HIS)
        his.post(link_for(HIS))
        account = User.objects.get(email=HIS)
        add_address(his, account, HERS)
        Client().post(link_to_confirm(account, HERS))  # she taps what came unasked, signed in nowhere
        assert not EmailAddress.objects.get(email=HERS).verified
        hers = sign_up()
        assert person_with(HERS) == User.objects.get(email=HERS)
        own = by_code()
        assert own.session["_auth_user_id"] == str(User.objects.get(email=HERS).pk)
        assert person_with(HERS) == User.objects.get(email=HERS)
        assert not is_in(hers)

    def test_her_tap_on_his_link_neither_joins_nor_signs_her_out(self) -> None:
        hers = sign_up()
        hers.post(link_for(HERS))
        his = sign_up(HIS)
        his.post(link_for(HIS))
        account = User.objects.get(email=HIS)
        add_address(his, account, "second@family.example")
        link = link_to_confirm(account, "second@family.example")
        page = hers.get(link)
        assert "Sign in first" in text(page)
        hers.post(link)
        assert is_in(hers)
        assert not EmailAddress.objects.get(email="second@family.example").verified

    def test_an_address_that_another_login_has_is_not_taken_from_it(self) -> None:
        hers = sign_up()
        his = sign_up(HIS)
        his.post(link_for(HIS))
        account = User.objects.get(email=HIS)
        add_address(his, account, HERS)
        page = his.post(link_to_confirm(account, HERS), follow=True)
        assert "belongs to another account" in text(page)
        assert is_in(hers)
        assert User.objects.get(email=HIS).emailaddress_set.filter(verified=True).count() == 1


class TestSheSignsUpHerself:
    def test_the_link_in_the_same_browser_keeps_her_in_and_her_password(self) -> None:
        hers = sign_up()
        tablet = Phone()
        tablet.post("/account/login/", {"login": HERS, "password": PASSWORD})
        subscribe(hers, "here")
        add_browser(person=User.objects.get(email=HERS), endpoint="https://push.example/1", keys={}, now=NOW)
        hers.post(link_for(HERS))
        assert is_in(hers)
        assert not is_in(tablet)
        assert password_opens()
        assert ContactPoint.objects.get(person__email=HERS).address.endswith("here")
        assert UserSession.objects.filter(user__email=HERS).count() == 2  # hers, and the password's just now

    def test_her_child_stays_hers_whichever_way_she_confirms(self) -> None:
        sign_up()
        child = child_of(User.objects.get(email=HERS))
        hers = by_code()
        assert hers.get(reverse("today", args=[child.pk])).status_code == 200

    def test_a_passkey_waits_for_the_address(self) -> None:
        hers = sign_up()
        add = reverse("mfa_add_webauthn")
        assert hers.get(add)["Location"] == reverse("mfa_index")
        hers.post(link_for(HERS))
        assert hers.get(add)["Location"].startswith("/account/reauthenticate/")

    def test_a_mistyped_address_is_put_right_and_the_wrong_one_opens_nothing(self) -> None:
        hers = sign_up("mohter@family.example")
        add_address(hers, User.objects.get(email="mohter@family.example"), HERS)
        hers.post(link_for(HERS))
        account = User.objects.get(email=HERS)
        assert list(account.emailaddress_set.values_list("email", flat=True)) == [HERS]
        Client().post("/account/login/code/", {"email": "mohter@family.example"})
        assert "It has no account" in mails_to("mohter@family.example")[-1]
        old = link_for("mohter@family.example")
        assert Client().post(old).status_code == 404


class TestAnInvitation:
    @pytest.mark.hazard("H30")
    def test_who_comes_by_it_into_a_strangers_account_is_alone_in_it(
        self, child: Child, mother: User
    ) -> None:
        _invitation, token = invite(child=child, role=Role.PARENT, by=mother, now=NOW)
        his = sign_up("father@family.example")
        page = reverse("invitation", args=[token])
        fathers = by_code("father@family.example", next=page)
        # the link is open for 72 hours of the personas' clock
        Invitation.objects.update(expires_at="2999-01-01T00:00Z")
        fathers.post(page, {"your_name": "Papa"})
        assert fathers.get(reverse("today", args=[child.pk])).status_code == 200
        assert his.get(reverse("today", args=[child.pk])).status_code == 302
        assert not password_opens("father@family.example")

    def test_what_was_accepted_before_confirming_stays_and_old_sessions_go(
        self, child: Child, mother: User
    ) -> None:
        first = sign_up("father@family.example")
        join(User.objects.get(email="father@family.example"), Role.PARENT, child=child, by=mother)
        assert first.get(reverse("today", args=[child.pk])).status_code == 200
        second = by_code("father@family.example")
        assert second.get(reverse("today", args=[child.pk])).status_code == 200
        assert first.get(reverse("today", args=[child.pk])).status_code == 302


class TestALaterChangeOfAddress:
    @pytest.fixture
    def hers(self) -> Client:
        client = sign_up()
        client.post(link_for(HERS))
        return client

    @pytest.fixture
    def account(self, hers: Client) -> User:
        account = User.objects.get(email=HERS)
        Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={})
        EmailAddress.objects.create(user=account, email="new@family.example")
        return account

    def another_session(self, account: User) -> Client:
        """Of the same person; past the second factor."""
        client = Phone()
        client.force_login(User.objects.get(pk=account.pk))
        assert is_in(client)
        return client

    def confirm_new(self, client: Client) -> None:
        client.post("/account/email/", {"email": "new@family.example", "action_send": "1"})
        client.post(link_for("new@family.example"))

    @pytest.mark.hazard("H30")
    def test_ends_other_sessions_and_keeps_keys_and_password(self, hers: Client, account: User) -> None:
        tablet = self.another_session(account)
        self.confirm_new(hers)
        assert EmailAddress.objects.get(email="new@family.example").verified
        assert is_in(hers)
        assert not is_in(tablet)
        assert Authenticator.objects.filter(user=account).exists()
        account.refresh_from_db()
        assert account.check_password(PASSWORD)

    def test_so_do_making_it_the_one_that_signs_in_and_removing_the_old_one(
        self, hers: Client, account: User
    ) -> None:
        self.confirm_new(hers)
        make_new_primary = {"email": "new@family.example", "action_primary": "1"}
        for change in (make_new_primary, {"email": HERS, "action_remove": "1"}):
            account.refresh_from_db()
            phone, tablet = asked_again(account), self.another_session(account)
            phone.post("/account/email/", change)
            assert is_in(phone)
            assert not is_in(tablet)
        account.refresh_from_db()
        assert account.email == "new@family.example"
        assert list(account.emailaddress_set.values_list("email", flat=True)) == ["new@family.example"]
        assert Authenticator.objects.filter(user=account).exists()

    @pytest.mark.hazard("H30")
    @pytest.mark.parametrize("how", ["address", "password", "sessions"])
    def test_ends_what_is_pushed_to_a_lost_telephone_and_says_so(
        self, hers: Client, account: User, how: str
    ) -> None:
        """As does whatever else signs out all others by hand. The browser in which she does it goes on."""
        Authenticator.objects.filter(user=account).delete()
        lost = self.another_session(account)
        for client, endpoint in ((lost, "lost"), (hers, "here")):
            subscribe(client, endpoint)
        assert ContactPoint.objects.filter(person=account).count() == 2
        assert "were ended" not in text(hers.get(reverse("reach")))
        if how == "address":
            self.confirm_new(hers)
        elif how == "password":
            typed = {"oldpassword": PASSWORD, "password1": "a louder night", "password2": "a louder night"}
            said = hers.post(reverse("account_change_password"), typed, follow=True)
        else:
            said = hers.post(reverse("usersessions_list"), follow=True)
        if how != "address":
            assert "Your other devices get no notifications any more." in text(said)
        assert is_in(hers)
        assert ContactPoint.objects.get(person=account).address.endswith("here")
        assert "Notifications on your other devices were ended" in text(hers.get(reverse("reach")))

    def test_is_not_made_by_whoever_only_reads_the_mail(self, hers: Client, account: User) -> None:
        hers.post("/account/email/", {"email": "new@family.example", "action_send": "1"})
        Client().post(link_for("new@family.example"))
        assert not EmailAddress.objects.get(email="new@family.example").verified
        Client().post("/account/login/code/", {"email": "new@family.example"})
        assert "It has no account" in mails_to("new@family.example")[-1]


class TestWithoutAPassword:
    """A code by mail was the only way in so far: an open phone alone adds no key."""

    @pytest.fixture
    def hers(self) -> Client:
        sign_up()
        return by_code()

    def long_ago(self, client: Client) -> None:
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] -= 3600
        session.save()

    @pytest.mark.parametrize("name", ["mfa_add_webauthn", "mfa_activate_totp", "account_set_password"])
    @pytest.mark.hazard("H30")
    def test_an_hour_later_it_is_asked_to_sign_in_again(self, hers: Client, name: str) -> None:
        assert "sign out and in again" not in text(hers.get(reverse(name)))
        self.long_ago(hers)
        assert "sign out and in again" in text(hers.get(reverse(name)))

    def test_an_address_too(self, hers: Client) -> None:
        self.long_ago(hers)
        page = hers.post("/account/email/", {"email": HIS, "action_add": "1"})
        assert "sign out and in again" in text(page)
        assert not EmailAddress.objects.filter(email=HIS).exists()


def test_of_a_double_tap_on_begin_the_second_is_led_to_signing_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tracker.accounts.forms.is_login", lambda _email: False
    )  # both looked before either wrote
    sign_up()
    second = Client()
    page = second.post("/account/signup/", {"email": HERS, "password1": PASSWORD}, follow=True)
    assert "has an account already" in text(page)
    assert User.objects.filter(email=HERS).count() == 1


def test_who_had_confirmed_before_this_was_known_keeps_everything() -> None:
    (name,) = [found.name for found in iter_modules(migrations.__path__) if found.name.endswith("_accounts")]
    unconfirmed = sign_up(HIS)
    hers = sign_up()
    EmailAddress.objects.filter(email=HERS).update(verified=True)
    import_module(f"{migrations.__name__}.{name}").take_over(apps, None)
    assert User.objects.get(email=HERS).confirmed_at
    assert User.objects.get(email=HIS).confirmed_at is None
    by_code()
    assert is_in(hers)
    assert is_in(unconfirmed)


def test_who_runs_the_site_vouches_for_an_account_made_by_hand() -> None:
    """Its second step is not dropped because a code by mail came to it."""
    staff: Any = User.objects.create_superuser("staff@example.org", PASSWORD)
    assert staff.confirmed_at is not None
    seed_totp(staff, SECRET)
    EmailAddress.objects.create(user=staff, email=staff.email)
    client = by_code(staff.email)
    assert "_auth_user_id" not in client.session
    assert Authenticator.objects.filter(user=staff).exists()
