"""Nurses, families and the sweep at random, step by step, against the table of moves.

`python -m tests.tools.walk_alerts 100000 --nurses 5` plays so many steps in a database of its own. After every step:
an open alert is due again; an urgent one that nobody holds is due within a quarter of an hour; nobody holds what
is closed, an offer has an owner, and what is closed has an outcome and a person.
"""

import random
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from tests.support.personas import NOW, NUMBERS, child_of, join, person
from tracker.alerts.actions import Finding, raise_alert
from tracker.alerts.escalation import escalate
from tracker.alerts.reopening import reopen_alert
from tracker.alerts.states import CLOSED, HELD, MOVES, OFFERED, OPEN, PART, SWEEP, TRIED, WAITING
from tracker.alerts.taking import (
    OUTCOMES,
    accept_offer,
    close_alert,
    close_together,
    minutes_to_choose,
    offer_alert,
    record_not_reached,
    take_alert,
)
from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import begin_care_team, join_care_team
from tracker.logs.actions.calls import record_call
from tracker.models import (
    Alert,
    AlertEvent,
    Assessment,
    Child,
    Kind,
    Message,
    Outcome,
    Role,
    SymptomLog,
    Urgency,
    User,
)
from tracker.models.logs import is_worse

DUE_WITHIN = timedelta(minutes=15)
MOVES_AT_RANDOM = {
    "tick": 15,
    "sweep": 10,
    "log": 8,
    "call": 3,
    "take": 22,
    "offer": 16,
    "accept": 14,
    "not reached": 5,
    "close": 8,
    "close together": 2,
    "reopen": 6,
}
STEPS, WEIGHTS = tuple(MOVES_AT_RANDOM), tuple(MOVES_AT_RANDOM.values())


class Machine:
    """The ward of one random run."""

    def __init__(self, children: list[Child], nurses: list[User], parent: User, now: Any, seed: int) -> None:
        self.children, self.nurses, self.parent, self.now = children, nurses, parent, now
        self.dice = random.Random(seed)
        self.known: list[UUID] = []  # alerts that a nurse may have on her screen, closed ones among them
        self.closed_in: dict[UUID, str] = {}  # the state in which each was closed last
        self.done: Counter[str] = Counter()
        self.steps = 0

    def play(self, steps: int) -> None:
        for number in range(self.steps, self.steps + steps):
            name = self.dice.choices(STEPS, WEIGHTS)[0]
            getattr(self, name.replace(" ", "_"))()
            self.check(f"step {number}: {name}")
        self.steps += steps

    # ------------------------------------------------------------ the moves

    def tick(self) -> None:
        self.now += timedelta(seconds=self.dice.choice((1, 30, 120, 500)))
        self.done["tick"] += 1

    def sweep(self) -> None:
        """Alerts that are due: the first are told, one lapses, the next level is told."""
        for alert in Alert.objects.open().filter(escalates_at__lte=self.now):
            if escalate(alert_id=alert.pk, now=self.now):
                told = alert.events.latest("pk").verb
                name = {move.verb: name for name, move in MOVES.items() if move.who == SWEEP}[told]
                assert state_of(alert) in MOVES[name].states
                assert state_of(self.again(alert.pk)) == (MOVES[name].to or state_of(alert))
                self.done[name] += 1

    def log(self) -> None:
        child = self.dice.choice(self.children)
        log = SymptomLog.objects.create(
            child=child,
            caregiver=self.parent,
            client_uuid=uuid4(),
            kind="full",
            observed_at=self.now,
            observed_zone="UTC",
            received_at=self.now,
            signs_asked=True,
        )
        urgency = self.dice.choices((Urgency.TODAY, Urgency.NOW, Urgency.EMERGENCY), (5, 4, 1))[0]
        because = self.dice.choices(("fever", "cough", "rash"), (6, 1, 1))
        answer = {"flags": [{"id": "A-01", "urgency": urgency, "because": because}], "could_not_check": []}
        Assessment.objects.create(
            log=log, made_at=self.now, urgency=urgency, response=answer | {"urgency": urgency}, basis={}
        )
        with transaction.atomic():
            held = lock_child(child)
            alert = raise_alert(
                child=child, held=held, findings=[Finding(log.pk, urgency)], by=self.parent, now=self.now
            )
        if held.alert and held.alert.pk != alert:
            assert state_of(self.again(held.alert.pk)) == PART
            self.done["taken-in"] += 1
        self.done[AlertEvent.objects.filter(log=log).exclude(verb="taken-in").latest("pk").verb] += 1
        self.known = [*self.known[-7:], *([alert] if alert not in self.known else [])]
        self.done["log"] += 1

    def call(self) -> None:
        child, reached = self.dice.choice(self.children), self.dice.random() < 0.7
        told = {"client_uuid": uuid4(), "called_at": self.now, "reached": reached, "told": "Come in"}
        open_alerts = Alert.objects.open().filter(child=child)
        was_due = open_alerts.filter(escalates_at__lte=self.now).exists()  # the sweep has not come yet
        call = record_call(child=child, caregiver=self.parent, **told, now=self.now)
        self.done["called"] += 1
        if not reached and call.alert_id and call.alert.urgency != Urgency.TODAY:
            alert, last = self.again(call.alert_id), len(child.care_team.steps) - 1
            assert was_due or state_of(alert) == MOVES["call in vain"].to
            assert alert.escalates_at <= self.now or alert.level == last
            self.done["called in vain"] += 1

    def take(self) -> None:
        if alert := self.one():
            nurse = self.somebody(alert.taken_by)
            state, hers = state_of(alert), alert.taken_by_id == nurse.pk
            names = {WAITING: "take", TRIED: "take on"}
            name = "keep" if hers and state in OPEN else names.get(state, "take over")
            may = state in (WAITING, TRIED) or (
                state in (HELD, OFFERED) and (hers or not self.is_held(alert))
            )
            self.move(name, may, alert, nurse, lambda: take_alert(alert=alert, by=nurse, now=self.now))

    def offer(self) -> None:
        if alert := self.one():
            nurse, to = self.somebody(alert.taken_by), self.dice.choice(self.nurses)
            may = (
                state_of(alert) in (HELD, OFFERED)
                and alert.taken_by_id == nurse.pk != to.pk
                and self.is_held(alert)
            )
            self.move(
                "offer", may, alert, nurse, lambda: offer_alert(alert=alert, to=to, by=nurse, now=self.now)
            )

    def accept(self) -> None:
        if alert := self.one():
            nurse = self.somebody(alert.offered_to)
            may = state_of(alert) == OFFERED and alert.offered_to_id == nurse.pk
            self.move("accept", may, alert, nurse, lambda: accept_offer(alert=alert, by=nurse, now=self.now))

    def not_reached(self) -> None:
        if alert := self.one():
            nurse, minutes = self.somebody(alert.taken_by), self.dice.choice((5, 10, 15, 30, 60))
            may = self.is_free_for(nurse, alert) and minutes in minutes_to_choose(alert.urgency)
            told = {"again_in": minutes, "note": "", "by": nurse, "now": self.now}
            self.move("not reached", may, alert, nurse, lambda: record_not_reached(alert=alert, **told))

    def close(self) -> None:
        if alert := self.one():
            nurse, state = self.somebody(alert.taken_by), state_of(alert)
            outcome = self.dice.choice([*OUTCOMES, Outcome.REVIEWED, Outcome.NOT_REACHED, ""])
            note = self.dice.choice(("", " ", "They measured again"))
            reason = outcome != Outcome.FALSE_ALARM or alert.urgency == Urgency.TODAY or note.strip()
            known = outcome in OUTCOMES or (outcome == Outcome.REVIEWED and alert.urgency == Urgency.TODAY)
            may = bool(known and reason and self.is_free_for(nurse, alert))
            told = {"outcome": outcome, "note": note, "by": nurse, "now": self.now}
            if self.move("close", may, alert, nurse, lambda: close_alert(alert=alert, **told)):
                self.closed_in[alert.pk] = state

    def reopen(self) -> None:
        if alert := self.one():
            other = Alert.objects.open().filter(child=alert.child).first()
            in_time = alert.resolved_at and self.now < alert.resolved_at + timedelta(minutes=1)
            joins = other is not None and not is_worse(alert.urgency, than=other.urgency)
            name = "undo" if in_time else "reopen"
            to = PART if joins else self.closed_in.get(alert.pk) if in_time else WAITING
            nurse, may = self.dice.choice(self.nurses), state_of(alert) == CLOSED
            done = self.move(
                name, may, alert, nurse, lambda: reopen_alert(alert=alert, by=nurse, now=self.now), to=to
            )
            if done and other is not None and not joins:
                assert state_of(self.again(other.pk)) == PART

    def close_together(self) -> None:
        nurse, team = self.dice.choice(self.nurses), self.children[0].care_team
        asked = [alert for pk in self.known if (alert := self.again(pk))]
        may = {a.pk for a in asked if state_of(a) == WAITING and a.urgency == Urgency.TODAY}
        told = {"alerts": self.known, "outcome": OUTCOMES[0], "by": nurse, "now": self.now}
        if not self.known:
            return
        assert close_together(care_team=team, **told) == (len(may), len(self.known) - len(may))
        self.closed_in.update(dict.fromkeys(may, WAITING))
        assert all(self.again(alert.pk).is_open == alert.is_open for alert in asked if alert.pk not in may)
        self.done["close together"] += len(may)

    def move(self, name: str, may: bool, alert: Alert, nurse: User, act: Any, to: str | None = None) -> bool:
        """Does it, and compares with the table: refused, or in the new state with one event of that verb."""
        before = alert.events.count()
        was_done = True
        try:
            act()
        except Refused:
            was_done = False
        assert was_done == may, f"{name}: {'done' if was_done else 'refused'}"
        if not was_done:
            assert alert.events.count() == before
            self.done["refused"] += 1
            return False
        move, after = MOVES[name], self.again(alert.pk)
        assert state_of(alert) in move.states
        assert state_of(after) == (to or move.to)
        event = alert.events.latest("pk")
        assert (event.verb, event.by_id, alert.events.count()) == (move.verb, nurse.pk, before + 1)
        assert after.taken_by_id == nurse.pk or name in ("close", "undo", "reopen")
        self.done[name] += 1
        return True

    # ------------------------------------------------------------ what must hold

    def check(self, when: str) -> None:
        alerts = Alert.objects.filter(pk__in=self.known)
        unowned = Q(taken_by=None) | Q(taken_until__lte=self.now)
        never_due = alerts.open().filter(Q(escalates_at=None) | Q(escalates_at__gt=self.now + DUE_WITHIN))
        assert not never_due.filter(unowned).exclude(urgency=Urgency.TODAY).exists(), when
        assert not alerts.open().filter(escalates_at=None).exists(), when
        assert not alerts.filter(taken_by=None, offered_to__isnull=False).exists(), when
        closed = alerts.filter(resolved_at__isnull=False)
        assert not closed.filter(Q(outcome="") | Q(resolved_by=None)).exists(), when
        assert not closed.filter(outcome=Outcome.NOT_REACHED).exists(), when
        unreached = alerts.open().filter(try_again_at__isnull=False)
        assert not unreached.filter(~Q(escalates_at=F("try_again_at")) | Q(taken_by=None)).exists(), when
        told = Message.objects.filter(
            kind=Kind.ANSWER, alert=OuterRef("pk"), queued_at=OuterRef("resolved_at")
        )
        assert not closed.filter(~Exists(told.filter(recipient=self.parent))).exists(), when
        assert alerts.open().count() <= len(self.children), when

    def somebody(self, likely: User | None) -> User:
        """Often who has to do with it, else nearly every step would be refused."""
        return likely if likely and self.dice.random() < 0.6 else self.dice.choice(self.nurses)

    def one(self) -> Alert | None:
        if not self.known:
            return None
        recent = self.known[-3:] if self.dice.random() < 0.7 else self.known
        return self.again(self.dice.choice(recent))

    def again(self, pk: UUID) -> Alert:
        return Alert.objects.select_related("child__care_team").get(pk=pk)

    def is_free_for(self, nurse: User, alert: Alert) -> bool:
        return alert.is_open and (
            state_of(alert) == WAITING or alert.taken_by_id == nurse.pk or not self.is_held(alert)
        )

    def is_held(self, alert: Alert) -> bool:
        return alert.taken_until is not None and alert.taken_until > self.now


def state_of(alert: Alert) -> str:
    if alert.taken_in_by_id:
        return PART
    if alert.resolved_at:
        return CLOSED
    if alert.offered_to_id:
        return OFFERED
    if alert.try_again_at:
        return TRIED
    return HELD if alert.taken_by_id else WAITING


def ward(nurses: int) -> tuple[list[Child], list[User], User]:
    """Three children of one care team, and its nurses."""
    lead, parent = person("head"), person("parent")
    team = begin_care_team(name="Maple ward", numbers=NUMBERS, by=lead, now=NOW)
    staff = [person(f"nurse{number}") for number in range(nurses)]
    for one in staff:
        join(one, Role.NURSE, care_team=team, by=lead)
    children = [child_of(parent, f"Child{number}") for number in range(3)]
    for child in children:
        join_care_team(child=child, code=team.join_code, by=parent, now=NOW)
    return children, staff, parent
