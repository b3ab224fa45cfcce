"""Nothing is kept for ever: what is over is deleted, and nothing that still matters."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client

from tests.support.personas import NOW
from tracker.alerts.escalation import escalate_due
from tracker.families.actions.memberships import invite
from tracker.logs.actions.record import Recorded
from tracker.models import (
    Absence,
    Alert,
    AuditEvent,
    CareTeam,
    Child,
    Invitation,
    Message,
    Role,
    SymptomLog,
    Turn,
    User,
)
from tracker.operations import retention, tasks
from tracker.operations.retention import batches, retain

LONG = timedelta(days=3 * 365 + 1)


def test_today_nothing_is_over(ward_child: Child, log: Callable[..., Recorded], helper: User) -> None:
    log(temperature=39.0)
    assert set(retain(now=NOW).values()) == {0}


def test_a_link_goes_a_month_after_it_ended(child: Child, mother: User) -> None:
    link, _token = invite(child=child, role=Role.HELPER, by=mother, now=NOW)
    retain(now=link.expires_at + timedelta(days=30))
    assert Invitation.objects.exists()
    retain(now=link.expires_at + timedelta(days=30, seconds=1))
    assert not Invitation.objects.exists()


def test_messages_go_after_90_days_but_not_those_of_an_open_alert(
    ward_child: Child, log: Callable[..., Recorded], nurse: User
) -> None:
    log(temperature=39.0)
    escalate_due(now=NOW)
    assert Message.objects.exists()
    retain(now=NOW + timedelta(days=91))
    assert Message.objects.exists()
    Alert.objects.update(resolved_at=NOW, resolved_by=nurse, outcome="advised-by-phone")
    retain(now=NOW + timedelta(days=91))
    assert not Message.objects.exists()


def test_a_child_of_whom_nobody_logs_or_looks_for_three_years_goes(
    child: Child, log: Callable[..., Recorded], mother: User
) -> None:
    log(temperature=36.8)
    assert retain(now=NOW + LONG - timedelta(days=2))["children"] == 0
    assert retain(now=NOW + LONG)["children"] == 1
    assert not SymptomLog.objects.exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.who, event.child) == ("child.erased", None, child.pk)


def test_who_was_on_is_kept_for_a_year(care_team: CareTeam, nurse: User) -> None:
    whose = {"care_team": care_team, "person": nurse}
    Turn.objects.create(**whose, day=NOW.date(), part="night", place=1)
    Absence.objects.create(**whose, from_day=NOW.date(), until_day=NOW.date())
    for days, left in ((364, 1), (365, 0)):
        retain(now=NOW + timedelta(days=days))
        assert (Turn.objects.count(), Absence.objects.count()) == (left, left)


@pytest.mark.parametrize("sign", ["a log", "a login"])
def test_a_sign_of_life_keeps_a_child(
    sign: str, child: Child, log: Callable[..., Recorded], mother: User
) -> None:
    later = NOW + timedelta(days=365)
    if sign == "a log":
        log(temperature=36.8, at=later)
    else:
        User.objects.filter(pk=mother.pk).update(last_login=later)
    retain(now=NOW + LONG)
    assert Child.objects.exists()


def test_sessions_that_are_over_go(client: Client, mother: User, capsys: Any) -> None:
    client.force_login(mother)
    Session.objects.update(expire_date=NOW - timedelta(days=1))
    call_command("retain")
    assert not Session.objects.exists()
    assert "1 sessions" in capsys.readouterr().out


def test_each_batch_is_small_and_what_comes_back_meanwhile_stays(
    ward_child: Child, mother: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TOGETHER", 2)
    for _one in range(5):
        invite(child=ward_child, role=Role.HELPER, by=mother, now=NOW)
    later = NOW + timedelta(days=60)
    bits = batches(now=later)
    assert next(bits) == ("invitations", 2)
    assert Invitation.objects.count() == 3
    kept = Invitation.objects.latest("pk")
    Invitation.objects.filter(pk=kept.pk).update(expires_at=later)
    assert dict(bits)["invitations"] == 2
    assert list(Invitation.objects.all()) == [kept]


def test_a_family_that_comes_back_while_others_are_erased_keeps_its_child(
    child: Child, mother: User, log: Callable[..., Recorded]
) -> None:
    long_ago = NOW + LONG
    found = retention.forgotten(long_ago).values_list("pk", flat=True)[0]
    User.objects.filter(pk=mother.pk).update(last_login=long_ago)
    assert retention._erase(found, long_ago) == 0
    assert Child.objects.exists()
    User.objects.filter(pk=mother.pk).update(last_login=None)
    assert retention._erase(found, long_ago) == 1
    assert retention._erase(found, long_ago) == 0


def test_a_task_that_is_not_through_in_time_asks_for_another_turn(
    ward_child: Child, mother: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks, "request_task", lambda name, **_: asked.append(name))
    invite(child=ward_child, role=Role.HELPER, by=mother, now=NOW - timedelta(days=60))
    tasks.retain()
    assert asked == []
    monkeypatch.setattr(tasks, "TURN", -1.0)
    tasks.retain()
    assert asked == ["tracker.tasks.retain"]
