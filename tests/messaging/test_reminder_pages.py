"""The pages of reminders: times, "later", the numbers; and where a message's link leads."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.personas import NOW
from tracker.messaging.reminders import look_again, set_plan
from tracker.models import Cause, Child, Message, NumberCheck, Reminder, ReminderPlan, ReminderTime, User
from tracker.operations import sweep


@pytest.fixture
def signed_in(client: Client, mother: User, child: Child) -> Client:
    client.force_login(mother)
    return client


def typed(**more: str) -> dict[str, str]:
    return {"save": "plan", "time_1": "08:00", "time_2": "20:00", "nudge_minutes": "30"} | more


class TestTheTimes:
    def test_are_kept_and_shown_again(self, signed_in: Client, child: Child) -> None:
        where = reverse("reminders", args=[child.pk])
        assert signed_in.post(where, typed(quiet_from="21:30", quiet_until="07:00")).status_code == 303
        assert sorted(row.at for row in ReminderTime.objects.all()) == [time(8), time(20)]
        plan = ReminderPlan.objects.get()
        assert (plan.quiet_from, plan.quiet_until, plan.nudge_minutes) == (time(21, 30), time(7), 30)
        page = signed_in.get(where).content.decode()
        assert 'value="08:00"' in page
        assert "The next one comes" in page

    def test_may_all_go(self, signed_in: Client, child: Child) -> None:
        where = reverse("reminders", args=[child.pk])
        signed_in.post(where, typed())
        signed_in.post(where, typed(time_1="", time_2=""))
        assert not ReminderTime.objects.exists()

    def test_that_cannot_be_read_are_asked_about(self, signed_in: Client, child: Child) -> None:
        answer = signed_in.post(reverse("reminders", args=[child.pk]), typed(time_1="25:99"))
        assert (answer.status_code, ReminderTime.objects.count()) == (200, 0)
        assert "error-summary" in answer.content.decode()

    def test_say_which_parent_comes_first(self, signed_in: Client, child: Child, father: User) -> None:
        more = {"first": str(father.pk), "tells_others": "yes"}
        signed_in.post(reverse("reminders", args=[child.pk]), typed(**more))
        assert ReminderPlan.objects.get().first == father

    def test_name_no_stranger_as_first(
        self, signed_in: Client, child: Child, father: User, stranger: User
    ) -> None:
        answer = signed_in.post(reverse("reminders", args=[child.pk]), typed(first=str(stranger.pk)))
        assert answer.status_code == 200


@pytest.mark.parametrize("later", ["15", "60"])
def test_remind_me_later_says_when(signed_in: Client, child: Child, later: str) -> None:
    answer = signed_in.post(
        reverse("reminders", args=[child.pk]), {"save": "later", "later": later}, follow=True
    )
    assert "You are reminded at" in answer.content.decode()
    assert Reminder.objects.get().cause == Cause.SNOOZED


def test_the_numbers_are_called_and_noted(signed_in: Client, child: Child, mother: User) -> None:
    where = reverse("reminders", args=[child.pk])
    assert "Nobody has tried them yet" in signed_in.get(where).content.decode()
    signed_in.post(where, {"save": "numbers"})
    assert NumberCheck.objects.get().by == mother
    page = signed_in.get(where).content.decode()
    assert "Mother called them last" in page
    assert "Call each once now" not in page


def test_a_helper_has_no_reminders_to_set(client: Client, child: Child, helper: User) -> None:
    client.force_login(helper)
    assert client.get(reverse("reminders", args=[child.pk])).status_code == 403


class TestALink:
    def link(self, child: Child, person: User) -> str:
        now = timezone.now()
        look_again(child=child, at=now, by=person, now=now)
        return reverse("message", args=[Message.objects.get(recipient=person).pk])

    def test_in_a_reminder_leads_to_the_form_in_one_tap(
        self, signed_in: Client, child: Child, mother: User
    ) -> None:
        answer = signed_in.get(self.link(child, mother))
        assert answer["Location"] == reverse("log-new", args=[child.pk])
        assert Message.objects.get().opened_at

    def test_asks_who_it_is_first(self, client: Client, child: Child, mother: User) -> None:
        link = self.link(child, mother)
        assert client.get(link)["Location"] == f"/account/login/?next={link}"
        assert Message.objects.get().opened_at is None

    def test_is_nobody_elses(self, client: Client, child: Child, mother: User, father: User) -> None:
        link = self.link(child, mother)
        client.force_login(father)
        assert client.get(link).status_code == 404

    def test_in_the_months_reminder_leads_to_the_numbers(
        self, signed_in: Client, child: Child, mother: User, settings: Any
    ) -> None:
        set_plan(child=child, by=mother, now=timezone.now())
        link = self.link(child, mother)
        Reminder.objects.update(cause=Cause.NUMBERS)
        assert signed_in.get(link)["Location"] == reverse("reminders", args=[child.pk])


def test_reminders_by_mail_go_off_by_hand_with_a_page_that_says_so(
    client: Client, child: Child, mother: User
) -> None:
    now = timezone.now()
    look_again(child=child, at=now, by=mother, now=now)
    where = reverse("reminders-off", args=[Message.objects.get().pk])
    assert "Switch reminders by mail off?" in client.get(where).content.decode()
    answer = client.post(where, {"by_hand": "yes"}, follow=True)
    assert "Reminders by mail are off" in answer.content.decode()
    assert not mother.contact_points.get().for_reminders


def test_the_demos_outbox_says_why_each_message_went_out(
    client: Client, settings: Any, tmp_path: Any, log: Any, ward_child: Child, nurse: User
) -> None:
    settings.DEMO, settings.OUTBOX = True, tmp_path / "outbox"
    settings.EMAIL_BACKEND = "tracker.messaging.channels.outbox.EmailBackend"
    log(temperature=38.4)
    for minutes in (0, 5, 10, 15):
        sweep.sweep(now=NOW + timedelta(minutes=minutes), deliver=True)
    page = client.get(reverse("outbox")).content.decode()
    assert "An alert was raised, and they are first on call." in page
    assert "Nobody has taken an alert: the next ones are told." in page
    assert "They logged something urgent, and no call was noted." in page
    assert "Juno" not in page
