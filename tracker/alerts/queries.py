"""What became of a log or an alert, as the family and the nurse read it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from therapies.response import Response
from tracker.assessment.assess import REMEMBERED
from tracker.models import (
    Alert,
    AlertEvent,
    AlertVerb,
    Assessment,
    Call,
    Child,
    Kind,
    Message,
    Observation,
    Outcome,
    SymptomLog,
)
from tracker.models.alerts import AT_ANY_HOUR, LOGGED, THE_FAMILYS
from tracker.models.logs import RANK, is_worse, not_corrected
from tracker.models.users import display_name

MOST_JOINED = 50
TAKING = (AlertVerb.TAKEN, AlertVerb.HANDED_OVER, AlertVerb.NOT_REACHED)


@dataclass(frozen=True)
class Became:
    """What became of an alert, as its family reads it."""

    alert: Alert
    taken_by: str
    taken_at: datetime | None
    resolved_by: str
    outcome: str
    joined_at: datetime | None = (
        None  # when the log joined it that this is read for: nobody was told of that log
    )

    @property
    def known_since(self) -> datetime | None:
        """When a nurse knew first of it, as `became_of` reads it."""
        return min(filter(None, (self.alert.in_hand_at, self.alert.told_at)), default=None)

    @property
    def is_answer(self) -> bool:
        """What was decided was decided since the log came. One that joined a closed alert waits for no answer."""
        closed_at = self.alert.resolved_at
        return closed_at is not None and (self.joined_at is None or closed_at >= self.joined_at)

    @property
    def waits(self) -> bool:
        """Nothing was decided since the log came."""
        return not self.is_answer

    @property
    def resolved_at(self) -> datetime | None:
        return self.alert.resolved_at

    @property
    def note(self) -> str:
        return self.alert.resolution_note

    @property
    def not_reached_at(self) -> datetime | None:
        """When the team last called and reached nobody of the family."""
        return self.alert.tried_at if self.alert.is_open else None

    @property
    def is_the_familys(self) -> bool:
        """The family closed it, with what it was told on the phone, or because it was over."""
        return self.alert.outcome in THE_FAMILYS

    @property
    def is_said_by_a_call(self) -> bool:
        """The note is what the call beside it says already."""
        return self.alert.outcome == Outcome.FAMILY_CALLED

    @property
    def afterwards(self) -> str:
        return outcome_afterwards(self.alert.outcome)

    def is_held(self, now: datetime) -> bool:
        """Somebody of the team answers for it at this moment."""
        until = self.alert.taken_until
        return bool(self.taken_by) and until is not None and until > now

    def is_in_hand(self, now: datetime) -> bool:
        """She has not called in vain: while she waits to try again, the family had better call."""
        return self.alert.is_open and self.is_held(now) and self.alert.try_again_at is None


def open_alert(child: Child, now: datetime, *, worse_than: str = "") -> Alert | None:
    """The alert that stands for the family, the worst of two while a closing can be undone.

    Where none is open, the closed one that an urgent log has joined since, until they have called about that log:
    to be shown, it is as urgent as that. With `newest_log`, the log that says why to call, and `seen_at`, when that
    was seen. Two queries; one where an alert is open that is not `worse_than` an urgency: that is not given.
    """
    found = _with_names(Alert.objects.open_to_family(now).filter(child=child)).order_by("raised_at")
    taken = AlertEvent.objects.filter(alert=OuterRef("pk"), verb__in=TAKING).order_by("-pk").values("at")[:1]
    found = found.annotate(**{"newest_taken": Subquery(taken)})
    worst = max(found, key=lambda alert: (RANK[alert.urgency], alert.is_open), default=None)
    if worst is None:
        return _joined_since(child, now)
    if worse_than and not is_worse(worst.urgency, than=worse_than):
        return None
    worst.newest_log, worst.seen_at = _log_that_says_why(worst)
    return worst.as_family_sees(now)


def _joined_since(child: Child, now: datetime) -> Alert | None:
    """The row in memory forgets what was before that log."""
    says = Assessment.objects.filter(log=OuterRef("log")).order_by("-pk").values("urgency")[:1]
    joined = AlertEvent.objects.filter(joined_after_closing(), alert__child=child, at__gt=now - REMEMBERED)
    called = Call.objects.filter(child=child, reached=True, recorded_at__gte=OuterRef("at"))
    decided = Alert.objects.filter(child=child, resolved_at__gt=OuterRef("at"))
    standing = joined.filter(~Exists(called), ~Exists(decided), not_corrected("log"))
    urgent = standing.annotate(says=Subquery(says)).filter(says__in=AT_ANY_HOUR)
    event = urgent.select_related("alert", "log").order_by("-log__observed_at", "-pk").first()
    if event is None or event.log is None:
        return None
    alert = event.alert
    alert.urgency, alert.tried_at = event.says, None
    alert.newest_log, alert.seen_at = event.log_id, event.log.observed_at
    return alert


def joined_after_closing() -> Q:
    """Of events: a log joined what a nurse had closed."""
    return Q(verb=AlertVerb.JOINED, alert__resolved_at__lt=F("at"))


@cache
def _with_known_since() -> QuerySet[Alert]:
    """Alerts with names, and when a nurse knew first of it: a message to one had left, or one had it in hand.

    Put together once: it is most of what an answer asks.
    """
    verbs = (AlertVerb.TAKEN, AlertVerb.HANDED_OVER, AlertVerb.NOT_REACHED, AlertVerb.RESOLVED)
    parts = Q(alert=OuterRef("pk")) | Q(alert__taken_in_by=OuterRef("pk"))
    by_staff = Q(by__memberships__care_team=F("alert__child__care_team"))
    in_hand = AlertEvent.objects.filter(parts, by_staff, verb__in=verbs).order_by("at").values("at")
    to_staff = Q(recipient__memberships__care_team=F("child__care_team"))
    sent = Message.objects.filter(parts, to_staff, kind=Kind.ALERT, sent_at__isnull=False)
    told = sent.order_by("sent_at").values("sent_at")
    known = {"in_hand_at": Subquery(in_hand[:1]), "told_at": Subquery(told[:1])}
    return _with_names(Alert.objects.all()).annotate(**known)


def _log_that_says_why(alert: Alert) -> tuple[uuid.UUID | None, datetime | None]:
    """The newest log that is as urgent as the alert and found the danger itself; else the newest as urgent.

    One that joined and is milder, or only remembers, would lead from "call now" to an answer that does not say why.
    """
    told = AlertEvent.objects.filter(alert=alert, verb__in=LOGGED)
    newest = Assessment.objects.filter(log=OuterRef("log")).order_by("-pk")
    told = told.annotate(says=Subquery(newest.values("urgency")[:1]))
    told = told.filter(says=alert.urgency).order_by("-log__observed_at", "-log__received_at", "-pk")
    logs = list(
        told.values_list("log", "log__observed_at", Subquery(newest.values("response")[:1]))[:MOST_JOINED]
    )
    own = [one for one in logs if _found_itself(one[2])] or logs
    same = [one for one in own if one[1] == own[0][1]]
    return _most_of_it(same)[:2] if same else (None, None)


def _found_itself(response: Response) -> bool:
    """Not only what an earlier log told; what could not be checked is its own too."""
    flags = response["flags"]
    return not flags or any("reported_hours_ago" not in flag for flag in flags)


def _most_of_it(logs: Sequence[Any]) -> Any:
    """Of logs of one moment, to the rules one report, the one that holds most of the danger. At most one query."""
    if len(logs) == 1:
        return logs[0]
    answers = Observation.objects.filter(log__in=[log for log, _at, _found in logs])
    codes = set(answers.values_list("log", "code"))

    def held(one: Any) -> int:
        log, _at, found = one
        urgent = [flag for flag in found["flags"] if flag["urgency"] == found["urgency"]]
        because = {code for flag in urgent for code in flag["because"]}
        return sum((log, code) in codes for code in because)

    return max(logs, key=held)


def became_of(log: SymptomLog, now: datetime) -> Became | None:
    """What became of the alert that this log raised or joined, as the family sees it now.

    The one that took it in counts for it.
    """
    told = _with_known_since().filter(events__log=log, events__verb__in=LOGGED)
    told = told.annotate(**{"verb": F("events__verb"), "event_at": F("events__at")})
    alert = told.order_by("-events__pk").first()
    joined_at = alert.event_at if alert and alert.verb == AlertVerb.JOINED else None
    while alert and alert.taken_in_by_id:  # a reopened one may take in one that was raised after it
        alert = _with_known_since().filter(pk=alert.taken_in_by_id).first()
    return replace(_became([alert], now)[0], joined_at=joined_at) if alert else None


def became(alert: Alert) -> Became:
    """Of an alert that is read with who closed it."""
    alert.taken_name = ""
    alert.resolved_name = closed_by = display_name(alert.resolved_by)
    return Became(alert, "", None, closed_by, outcome_in_words(alert.outcome))


def in_hand(alert: Alert, now: datetime) -> Became | None:
    """Who of the team has it in hand, of an alert that `open_alert` has read. No query."""
    if not alert.is_open or alert.taken_by_id is None:
        return None
    held = Became(alert, alert.taken_name or "", alert.newest_taken, "", "")
    return held if held.is_in_hand(now) else None


def _with_names(alerts: QuerySet[Alert]) -> QuerySet[Alert]:
    return alerts.annotate(**{"taken_name": F("taken_by__name"), "resolved_name": F("resolved_by__name")})


def _became(alerts: Sequence[Alert], for_family_at: datetime | None) -> list[Became]:
    """With when each was taken. One query, and none where nobody took any."""
    alerts = [alert.as_family_sees(for_family_at) for alert in alerts] if for_family_at else alerts
    taken = [alert.pk for alert in alerts if alert.taken_by_id]
    events = AlertEvent.objects.filter(alert__in=taken, verb__in=TAKING).order_by("pk") if taken else ()
    at = {event.alert_id: event.at for event in events}
    return [
        Became(
            alert=alert,
            taken_by=alert.taken_name or "",
            taken_at=at.get(alert.pk),
            resolved_by=(alert.resolved_at and alert.resolved_name) or "",
            outcome=outcome_in_words(alert.outcome),
        )
        for alert in alerts
    ]


def outcome_afterwards(outcome: str) -> str:
    """How an alert ended, in a list of what has been: nobody shall follow last week's order today."""
    words: dict[str, str] = {
        Outcome.ADVISED: _("Advised by phone."),
        Outcome.CLINIC: _("Sent to the clinic."),
        Outcome.EMERGENCY_ROOM: _("Sent to the emergency room."),
        Outcome.ADMITTED: _("Admitted to the hospital."),
        Outcome.FALSE_ALARM: _("Closed as a false alarm."),
        Outcome.REVIEWED: _("The team read it and called nobody."),
        Outcome.NOT_REACHED: _("The team tried to reach the family and could not."),
        Outcome.FAMILY_CALLED: _("The family called and wrote down what they were told."),
        Outcome.FAMILY_OVER: _("The family wrote that it is over."),
    }
    return words.get(outcome, _("Closed."))


def outcome_in_words(outcome: str) -> str:
    """How an alert ended, as a family reads it at once. None of them says that all is well."""
    words: dict[str, str] = {
        Outcome.ADVISED: _("They advised you by phone."),
        Outcome.CLINIC: _("Come to the clinic today."),
        Outcome.EMERGENCY_ROOM: _("Go to the emergency room."),
        Outcome.ADMITTED: _("Admitted to the hospital."),
        Outcome.FALSE_ALARM: _("They closed it as a false alarm. Worried again? Call."),
        Outcome.REVIEWED: _("They read it. Nobody has called you. Not called yet today? Call them."),
        Outcome.NOT_REACHED: _("They tried to reach you and could not. Call them."),
        Outcome.FAMILY_CALLED: _("You called and wrote down what they said."),
        Outcome.FAMILY_OVER: _("You wrote that it is over."),
    }
    return words.get(outcome, "")
