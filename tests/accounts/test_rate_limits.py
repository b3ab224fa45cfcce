"""Limits slow down whoever guesses and nobody who knows: not from elsewhere, not from a ward's one address."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.effort import tries
from tests.support.mails import code_for, link_for, mails_to
from tests.support.pages import text
from tests.support.personas import SECRET, child_of
from tracker.accounts import rate_limits
from tracker.models import User
from tracker.site.demo.second_factors import code, seed_totp

pytestmark = pytest.mark.django_db
HERS, RIGHT, WRONG = "mother@family.example", "a quiet night", "a loud night"
WARD, ELSEWHERE = "192.0.2.7", "198.51.100.9"
PER_SENDER, PER_LOGIN, HERE = 5, 50, 10  # guesses


@pytest.fixture(autouse=True)
def still(clock: Any) -> Any:
    """The limits' minutes pass by hand."""
    return clock


@pytest.fixture
def mother() -> User:
    return User.objects.create_user(HERS, RIGHT)


def at(address: str) -> Client:
    """A browser that nobody has used, behind this address."""
    return Client(REMOTE_ADDR=address)


def sign_in(client: Client, password: str = RIGHT, login: str = HERS) -> Any:
    return client.post("/account/login/", {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def guess(times: int, address: str, login: str = HERS) -> None:
    for _guess in range(times):
        sign_in(at(address), WRONG, login)


def her_own_browser(address: str = WARD) -> Client:
    """She has signed in with it once, and out again."""
    client = at(address)
    sign_in(client)
    assert is_in(client)
    client.post("/account/logout/")
    assert not is_in(client)
    return client


class TestWhoKnows:
    @pytest.mark.hazard("H24")
    def test_is_let_in_after_any_five_guesses_from_elsewhere(self, mother: User) -> None:
        guess(PER_SENDER + 3, ELSEWHERE)
        client = at(WARD)
        sign_in(client)
        assert is_in(client)

    def test_is_let_in_after_guesses_from_many_places(self, mother: User) -> None:
        for number in range(6):
            guess(PER_SENDER, f"198.51.100.{number}")
        client = at(WARD)
        sign_in(client)
        assert is_in(client)

    @pytest.mark.hazard("H24")
    def test_is_let_in_on_a_ward_where_ten_others_mistyped(self, mother: User) -> None:
        for number in range(15):
            guess(2, WARD, f"nurse{number}@ward.example")
        client = at(WARD)
        sign_in(client)
        assert is_in(client)

    def test_a_whole_shift_signs_in_within_a_minute(self, mother: User) -> None:
        for _nurse in range(tries(15, 40)):
            client = at(WARD)
            assert sign_in(client).status_code == 302
            assert is_in(client)

    @pytest.mark.hazard("H24")
    def test_is_let_in_with_her_own_browser_beside_somebody_who_guesses(self, mother: User) -> None:
        hers = her_own_browser()
        guess(PER_SENDER + 1, WARD)
        sign_in(hers)
        assert is_in(hers)

    def test_is_let_in_with_her_own_browser_while_the_whole_world_guesses(self, mother: User) -> None:
        hers = her_own_browser()
        for number in range(PER_LOGIN // PER_SENDER + 2):
            guess(PER_SENDER, f"198.51.100.{number}")
        sign_in(at("203.0.113.1"))
        sign_in(hers)
        assert is_in(hers)

    def test_is_asked_once_more_on_her_open_page_whatever_others_guess(self, mother: User) -> None:
        child = child_of(mother)
        hers = at(WARD)
        hers.force_login(mother)
        guess(PER_SENDER + 1, WARD)
        asks = hers.post(reverse("invite", args=[child.pk]), {"role": "helper"})
        done = hers.post(
            asks["Location"].partition("?")[0],
            {"password": RIGHT, "next": reverse("invite", args=[child.pk])},
        )
        assert done["Location"] == reverse("family", args=[child.pk])

    def test_many_right_passwords_count_nowhere(self, mother: User) -> None:
        for _time in range(PER_SENDER + HERE + 1):
            client = at(WARD)
            sign_in(client)
            assert is_in(client)

    def test_forgot_it_set_a_new_one_and_is_in_at_once(self, mother: User) -> None:
        client = at(WARD)
        for _slip in range(PER_SENDER + 1):
            sign_in(client, WRONG)
        client.post("/account/password/reset/", {"email": HERS})
        form = client.get(link_for(HERS, "/reset/key/"))
        client.post(
            form["Location"], {"password1": "another quiet night", "password2": "another quiet night"}
        )
        sign_in(client, "another quiet night")
        assert is_in(client)

    def test_the_second_step_of_one_nurse_is_not_closed_by_anothers_slips(self, mother: User) -> None:
        other = User.objects.create_user("other@ward.example", RIGHT)
        for person in (mother, other):
            seed_totp(person, SECRET)
        for _slip in range(12):
            client = at(WARD)
            sign_in(client, login=other.email)
            client.post("/account/2fa/authenticate/", {"code": "000000"})
        client = at(WARD)
        sign_in(client)
        client.post("/account/2fa/authenticate/", {"code": code(SECRET, timezone.now())})
        assert is_in(client)


class TestWhoGuesses:
    def test_is_stopped_after_five_with_the_right_one_too_and_shown_the_way_by_mail(
        self, mother: User
    ) -> None:
        client = at(ELSEWHERE)
        for _guess in range(PER_SENDER):
            sign_in(client, WRONG)
        page = text(sign_in(client))
        assert not is_in(client)
        assert "sign in with a code by e-mail or a passkey" in page
        client.post("/account/login/code/", {"email": HERS})
        client.post("/account/login/code/confirm/", {"code": code_for(HERS)})
        assert is_in(client)

    def test_may_try_again_after_five_minutes(self, mother: User, still: Any) -> None:
        guess(PER_SENDER, ELSEWHERE)
        still.shift(301)
        client = at(ELSEWHERE)
        sign_in(client)
        assert is_in(client)

    @pytest.mark.parametrize("typed", [HERS.upper(), f" {HERS} "])
    def test_gains_nothing_by_typing_the_address_otherwise(self, mother: User, typed: str) -> None:
        guess(PER_SENDER, ELSEWHERE)
        client = at(ELSEWHERE)
        sign_in(client, login=typed)
        assert not is_in(client)

    def test_gains_nothing_by_a_browser_that_knows_somebody_else(self, mother: User) -> None:
        User.objects.create_user("stranger@elsewhere.example", RIGHT)
        client = at(ELSEWHERE)
        sign_in(client, login="stranger@elsewhere.example")
        client.post("/account/logout/")
        for _guess in range(PER_SENDER):
            sign_in(client, WRONG)
        sign_in(client)
        assert not is_in(client)

    def test_gains_nothing_by_a_cookie_of_his_own_making(self, mother: User) -> None:
        client = at(ELSEWHERE)
        client.cookies[rate_limits.COOKIE] = "aaaaaaaa.bbbbbbbb:forged"
        for _guess in range(PER_SENDER):
            sign_in(client, WRONG)
        sign_in(client)
        assert not is_in(client)

    def test_has_ten_tries_with_her_own_browser(self, mother: User) -> None:
        stolen = her_own_browser()
        for _guess in range(HERE):
            sign_in(stolen, WRONG)
        sign_in(stolen)
        assert not is_in(stolen)

    def test_from_many_places_is_stopped_after_fifty_an_hour(self, mother: User) -> None:
        for number in range(PER_LOGIN // PER_SENDER):
            guess(PER_SENDER, f"198.51.100.{number}")
        client = at("203.0.113.1")
        sign_in(client)
        assert not is_in(client)

    @pytest.mark.parametrize(("tries", "wait"), [(PER_SENDER, "5 minutes"), (100, "1 hour")])
    def test_is_told_how_long_to_wait_and_then_is_let_in(
        self, mother: User, still: Any, tries: int, wait: str
    ) -> None:
        """Of several limits the longest: five minutes were said, and after them came the hourly one."""
        for number in range(tries // PER_SENDER - 1):
            guess(PER_SENDER, ELSEWHERE, f"family{number}@family.example")
        guess(PER_SENDER, ELSEWHERE)
        client = at(ELSEWHERE)
        assert f"Too many tries. Wait {wait}, or" in text(sign_in(client))
        still.shift(301 if wait == "5 minutes" else 3601)
        sign_in(client)
        assert is_in(client)

    def test_through_all_logins_is_stopped_after_a_hundred_an_hour(self, mother: User) -> None:
        hers = her_own_browser(ELSEWHERE)
        for number in range(100):
            guess(1, ELSEWHERE, f"family{number}@family.example")
        guesser, nurse = at(ELSEWHERE), at(WARD)
        sign_in(guesser)
        assert not is_in(guesser)
        for knows in (hers, nurse):
            sign_in(knows)
            assert is_in(knows)

    def test_learns_nothing_of_which_address_is_known(self, mother: User) -> None:
        answers = []
        for login in (HERS, "nobody@family.example"):
            guess(PER_SENDER, ELSEWHERE, login)
            answers.append(text(sign_in(at(ELSEWHERE), WRONG, login)).replace(login, "ADDRESS"))
        assert answers[0] == answers[1]

    def test_loses_the_browser_of_an_account_that_turned_out_to_be_hers(self) -> None:
        """He signed up first; his own tries end with everything else."""
        his = at(ELSEWHERE)
        his.post("/account/signup/", {"email": "new@family.example", "password1": RIGHT})
        hers = at(WARD)
        hers.post("/account/login/code/", {"email": "new@family.example"})
        hers.post("/account/login/code/confirm/", {"code": code_for("new@family.example")})
        guess(PER_SENDER, ELSEWHERE, "new@family.example")
        assert "Too many tries" in text(sign_in(his, WRONG, "new@family.example"))


class TestMails:
    @pytest.mark.hazard("H24")
    @pytest.mark.parametrize(
        ("path", "part"),
        [("/account/login/code/", "sign-in code"), ("/account/password/reset/", "/reset/key/")],
    )
    def test_a_stranger_who_asks_for_hers_keeps_none_from_her(
        self, mother: User, path: str, part: str
    ) -> None:
        for _time in range(9):
            at(ELSEWHERE).post(path, {"email": HERS})
        before = len(mails_to(HERS))
        assert before == 3
        at(WARD).post(path, {"email": HERS})
        mails = mails_to(HERS)
        assert len(mails) == before + 1
        assert part in mails[-1]

    def test_who_asks_too_often_is_told_what_else_works(self, mother: User) -> None:
        client = at(ELSEWHERE)
        for _time in range(3):
            at(ELSEWHERE).post("/account/login/code/", {"email": HERS})
        page = text(client.post("/account/login/code/", {"email": HERS}))
        assert "A password or a passkey works too." in page

    def test_who_asks_too_often_for_an_hour_is_told_so(self, mother: User) -> None:
        for number in range(20):
            for _time in range(3):
                at(f"198.51.100.{number}").post("/account/login/code/", {"email": HERS})
        page = text(at("203.0.113.1").post("/account/login/code/", {"email": HERS}))
        assert "wait 1 hour." in page

    def test_a_mailbox_gets_sixty_an_hour_at_most_and_her_own_browser_one_more(self, mother: User) -> None:
        hers = her_own_browser()
        for number in range(25):
            for _time in range(3):
                at(f"198.51.100.{number}").post("/account/login/code/", {"email": HERS})
        assert len(mails_to(HERS)) == 60
        hers.post("/account/login/code/", {"email": HERS})
        assert len(mails_to(HERS)) == 61


class TestTheCookie:
    def test_is_no_key_and_says_nothing(self, mother: User, settings: Any) -> None:
        settings.HTTPS = True
        client = at(WARD)
        sign_in(client)
        cookie = client.cookies[rate_limits.COOKIE]
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"
        for part in (str(mother.pk), mother.pk.hex, HERS, "mother"):
            assert part not in cookie.value
        other = at(WARD)
        other.cookies[rate_limits.COOKIE] = cookie.value
        assert other.get("/account/email/").status_code == 302

    def test_knows_everybody_of_a_wards_computer_and_the_newest_thirty(self) -> None:
        people = [
            User.objects.create_user(f"n{number}@ward.example", RIGHT)
            for number in range(rate_limits.MOST + 1)
        ]
        computer = at(WARD)
        for person in people:
            sign_in(computer, login=person.email)
            computer.post("/account/logout/")
        guess(PER_SENDER, WARD, people[0].email)
        guess(PER_SENDER, WARD, people[1].email)
        sign_in(computer, login=people[0].email)
        assert not is_in(computer)
        sign_in(computer, login=people[1].email)
        assert is_in(computer)


def test_a_thousand_other_entries_empty_no_limit(mother: User) -> None:
    guess(PER_SENDER, ELSEWHERE)
    for number in range(1000):
        cache.set(f"zzz:{number}", number, 60)  # sorts behind the limits: these would be culled first
    client = at(ELSEWHERE)
    sign_in(client)
    assert not is_in(client)
