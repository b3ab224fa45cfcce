"""Who is on the stage of a fault: families, a ward, a mail server; and what the audience counts afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock_time
from math import inf
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.support.personas import NUMBERS, answers
from tests.support.sinks import Arrival, MailServer
from therapies.schedule import Event
from tracker.alerts.actions import record_resolution
from tracker.families.actions.care_teams import begin_care_team, join_care_team
from tracker.families.actions.children import begin_child
from tracker.families.actions.memberships import accept_invitation, invite
from tracker.logs.actions.record import record_log
from tracker.messaging.reminders import set_plan
from tracker.models import (
    Alert,
    CareTeam,
    Channel,
    Child,
    ContactPoint,
    Kind,
    Membership,
    Message,
    Role,
    User,
)

LOCAL: dict[str, Any] = {"headers": {"host": "localhost"}}
NO_QUIET = {"quiet_from": clock_time(0), "quiet_until": clock_time(0)}


@dataclass
class Outcome:
    """What a fault left behind. `late` counts from the submit, or from the end of the fault where that was later."""

    name: str
    alerts: int = 0
    lost: int = 0
    again: int = 0  # alerts that came more than once, under the same id
    doubled: int = 0  # reminders by mail or SMS that came more than once
    reminders: int = 0
    forgotten: int = (
        0  # reminders that neither came nor are known to have been in the air when something broke
    )
    submits: int = 0
    refused: int = 0
    silent: int = 0  # tries of a phone that got no number to call in time, where the row has a time for it
    late: list[float] = field(default_factory=list)
    limit: float = 60.0  # seconds that the slowest in a hundred may take
    note: str = ""

    @property
    def p99(self) -> float:
        return sorted(self.late)[max(0, -(-len(self.late) * 99 // 100) - 1)] if self.late else 0.0

    @property
    def is_met(self) -> bool:
        failed = self.lost or self.doubled or self.forgotten or self.refused or self.silent
        return not failed and self.p99 <= self.limit

    def row(self) -> str:
        alerts = (self.alerts, self.lost, self.again)
        cells = (*alerts, self.reminders, self.forgotten, self.doubled, f"{self.p99:.1f}")
        silent = f"{self.silent} unanswered, " if self.silent else ""
        submitted = 100 if not self.submits else 100 * (self.submits - self.refused) / self.submits
        figures = "".join(f"{cell:>10}" for cell in cells)
        verdict = "met" if self.is_met else "NOT MET"
        return f"{self.name:44}{figures}{submitted:>9.0f} %   {verdict}  {silent}{self.note}"


WORDS = ("alerts", "lost", "again", "reminders", "forgotten", "doubled", "p99 s")
HEAD = f"{'fault':44}" + "".join(f"{word:>10}" for word in WORDS) + f"{'submitted':>11}   "


class Stage:
    """A ward with one nurse on call, and as many families as a fault wants alerts: a child has one alert at a time."""

    def __init__(self, families: int) -> None:
        now = timezone.now()
        mark = uuid4().hex[:8]
        self.lead = User.objects.create_user(f"lead-{mark}@example.org", name="Lead")
        self.nurse = User.objects.create_user(f"nurse-{mark}@example.org", name="Nurse")
        self.team: CareTeam = begin_care_team(name="Maple ward", numbers=NUMBERS, by=self.lead, now=now)
        invitation, _token = invite(care_team=self.team, role=Role.NURSE, by=self.lead, now=now)
        accept_invitation(invitation=invitation, by=self.nurse, now=now)
        Membership.objects.filter(user=self.nurse).update(call_order=1)
        Membership.objects.filter(user=self.lead).update(call_order=2)
        self.families: list[tuple[Child, User]] = []
        for _family in range(families):
            self.another_family(now)
        self.submitted: dict[Child, float] = {}
        self.refused = 0
        self.slowest = 0.0  # submit, in seconds
        self.answered_within = inf  # seconds, for each try of a phone
        self.slowest_answer = 0.0
        self.silent = 0
        self.phones: dict[User, Client] = {}
        self.opened: list[Arrival] = []
        self.to_remind = 0

    def another_family(self, now: datetime) -> tuple[Child, User]:
        parent = User.objects.create_user(f"parent-{uuid4().hex[:8]}@example.org", name="Parent")
        infusion = [Event("infusion", now - timedelta(days=6))]
        about = {"nickname": "Juno"}
        child = begin_child(
            about=about, numbers=NUMBERS, therapy="tisagenlecleucel", events=infusion, by=parent, now=now
        )
        join_care_team(child=child, code=str(self.team.join_code), by=parent, now=now)
        self.families.append((child, parent))
        return child, parent

    def log(self, family: tuple[Child, User], now: datetime, form: UUID | None = None) -> None:
        """A parent logs a seizure at this moment, by the action behind the page."""
        child, parent = family
        self.submitted.setdefault(child, time.monotonic())
        seen = {"answers": answers(seizure=None), "observed_at": now, "now": now}
        record_log(child=child, caregiver=parent, client_uuid=form or uuid4(), **seen)

    def submit(self, family: tuple[Child, User], patience: float = 0) -> None:
        """The same through the whole stack of the page. With patience, the phone sends a form again.

        Refused: no answer with the number to call, in all that time.
        """
        child, parent = family
        form = {"client_uuid": str(uuid4()), "when": "0", "unit": "C", "sign-seizure": "yes"}
        began = self.submitted[child] = time.monotonic()
        while not self._send(child, parent, form):
            if time.monotonic() - began > patience:
                self.refused += 1
                break
            time.sleep(0.5)
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _send(self, child: Child, parent: User, form: dict[str, str]) -> bool:
        """Opens Today and sends the form: whatever comes back, it has a number to call."""
        try:
            phone = self._phone(parent)
        except DatabaseError:
            close_old_connections()
            return False
        if self.answered_within < inf:
            self._timed(lambda: phone.get(reverse("today", args=[child.pk]), **LOCAL), (200,))
        where = reverse("logs", args=[child.pk])
        return self._timed(lambda: phone.post(where, form, **LOCAL), (303, 503)) == 303

    def _timed(self, ask: Callable[[], Any], expected: tuple[int, ...]) -> int:
        began = time.monotonic()
        page = ask()
        took = time.monotonic() - began
        self.slowest_answer = max(self.slowest_answer, took)
        is_answer = page.status_code in expected and (
            page.status_code == 303 or b'href="tel:' in page.content
        )
        self.silent += self.answered_within < inf and (not is_answer or took > self.answered_within)
        connection.close()  # else what the stage itself writes waits no longer for the database than a page
        return int(page.status_code)

    def _phone(self, parent: User) -> Client:
        """Signed in once, before anything breaks."""
        if parent not in self.phones:
            phone = Client(raise_request_exception=False)
            phone.force_login(parent)
            self.phones[parent] = phone
        return self.phones[parent]

    def sign_everybody_in(self) -> None:
        for _child, parent in self.families:
            self._phone(parent)

    def close(self) -> None:
        """What is behind us does not send any more."""
        self.resolve(Alert.objects.open().filter(child__care_team=self.team), self.lead)

    def resolve(self, alerts: Iterable[Alert], by: User) -> None:
        """On the record, as the page would."""
        for alert in alerts:
            record_resolution(alert.pk, "advised-by-phone", "", by, timezone.now(), "close")

    def remind_soon(self, families: Sequence[tuple[Child, User]], seconds: float = 1) -> None:
        """A reminder that is due in so many seconds, by mail, without nudges."""
        due = (timezone.now() + timedelta(seconds=seconds)).time()
        self.to_remind += len(families)
        for child, parent in families:
            about = {"nudge_minutes": 0, "tells_others": False, **NO_QUIET}
            set_plan(child=child, times=[due], by=parent, now=timezone.now() - timedelta(minutes=1), **about)

    def with_browsers(self, endpoint: str, keys: dict[str, str]) -> None:
        """The nurse gets pushes before mails."""
        ContactPoint.objects.create(
            person=self.nurse, channel=Channel.PUSH, address=endpoint, keys=keys, begun_at=timezone.now()
        )

    def count(self, name: str, post: MailServer, healed_at: float = 0.0, **more: object) -> Outcome:
        """What reached the nurse, per alert; and what reached parents as a reminder."""
        arrived: dict[str, list[float]] = {}
        for arrival in list(post.arrivals):
            arrived.setdefault(arrival.id.strip("<>").partition("@")[0], []).append(arrival.at)
        told = Message.objects.filter(
            kind=Kind.ALERT, alert__child__in=list(self.submitted), recipient=self.nurse
        )
        ids: dict[object, list[str]] = {}
        for alert, message in told.values_list("alert__child", "pk"):
            ids.setdefault(alert, []).append(str(message))
        answered = {"refused": self.refused, "silent": self.silent}
        outcome = Outcome(name, submits=len(self.submitted), **answered, **more)  # type: ignore[arg-type]
        for child, submitted_at in self.submitted.items():
            times = [at for message in ids.get(child.pk, []) for at in arrived.get(message, [])]
            outcome.alerts += 1
            outcome.lost += not times
            if times:
                outcome.late.append(max(0.0, min(times) - max(submitted_at, healed_at)))
        alerting = {message for messages in ids.values() for message in messages}
        outcome.again = sum(len(times) > 1 for message, times in arrived.items() if message in alerting)
        self._count_reminders(outcome, arrived)
        return outcome

    def _count_reminders(self, outcome: Outcome, arrived: dict[str, list[float]]) -> None:
        """One occasion may reach a parent once."""
        mine = Message.objects.filter(kind=Kind.REMINDER, child__in=[child for child, _ in self.families])
        occasions = dict(mine.values_list("pk", "reminder"))
        got = Counter(occasions[pk] for pk in occasions for _at in arrived.get(str(pk), []))
        outcome.reminders = len(got)
        unknown = mine.filter(reason="unknown").values("reminder").distinct().count()
        outcome.forgotten = max(0, self.to_remind - len(got) - unknown)
        outcome.doubled = sum(count > 1 for count in got.values())


@contextmanager
def broken(thing: object, name: str, by: object) -> Iterator[None]:
    """A sabotage: for a while, something is not what it was."""
    before = getattr(thing, name)
    setattr(thing, name, by)
    try:
        yield
    finally:
        setattr(thing, name, before)
