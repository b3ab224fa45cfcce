"""A request for the care team's attention and what became of it."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from therapies.episodes import ADVICE
from tracker.lib.bidi import isolated
from tracker.lib.clock import SKEW
from tracker.lib.present import present
from tracker.models.children import Child, PauseReason
from tracker.models.constraints import one_of, paired
from tracker.models.logs import SymptomLog, Urgency
from tracker.models.users import User


class Outcome(models.TextChoices):
    """How an alert ended. Only the last two are the family's, where no team watches."""

    # Nothing ends with NOT_REACHED: it is how some alerts ended before a family that was not reached kept one open.

    ADVISED = "advised-by-phone", _("Advised by phone")
    CLINIC = "clinic-today", _("Comes to the clinic today")
    EMERGENCY_ROOM = "emergency-room", _("Sent to the emergency room")
    ADMITTED = "admitted", _("Admitted")
    FALSE_ALARM = "false-alarm", _("False alarm")
    REVIEWED = "reviewed", _("Read it, called nobody")
    NOT_REACHED = "could-not-reach", _("Could not reach the family")
    FAMILY_CALLED = "family-called", _("The family has called")
    FAMILY_OVER = "family-over", _("The family says that it is over")


THE_FAMILYS = (Outcome.FAMILY_CALLED, Outcome.FAMILY_OVER)

ADVISING = tuple(Outcome(outcome) for outcome in ADVICE)
"""With these the family was told what to do. A false alarm, or nobody called, is no advice."""


UNDO_WITHIN = timedelta(minutes=1)
"""So long a closing can be taken back before the family is told of it."""


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(IS_OPEN)

    def open_to_family(self, now: datetime) -> "AlertQuerySet":
        """With those whose closing the family is not told of yet (is_untold), without those of before a death."""
        died = Q(child__paused_reason=PauseReason.DIED, child__paused_at__lte=now + SKEW)
        of_before = died & Q(log__received_at__lte=F("child__paused_at"))
        return self.filter(IS_OPEN | is_untold(now)).exclude(of_before)


IS_OPEN = Q(resolved_at=None, taken_in_by=None)


def is_untold(now: datetime) -> Q:
    """Closed by the team within the minute in which that can be taken back: no page of the family shows it.

    A family that read the decision of a closing that is then undone would stay at home with an open emergency.
    """
    return Q(resolved_at__gt=now - UNDO_WITHIN) & ~Q(outcome__in=THE_FAMILYS)


IS_EXPECTED = Q(expected_by__isnull=False, there_at=None, home_at=None, asked_where_at=None)
"""Told to come in; nobody has said since where they are, and nobody has asked."""


def is_missing(now: datetime) -> Q:
    """Told to come in, and by now they should be there."""
    return Q(expected_by__lte=now, there_at=None, home_at=None)


AT_ANY_HOUR = (Urgency.NOW, Urgency.EMERGENCY)
ALERTING = (Urgency.TODAY, *AT_ANY_HOUR)


class Alert(models.Model):
    """An episode: it begins with one log, and further logs join it, or are worse and told (episodes.py).

    What began it is frozen. Who holds it and how it ended change only together with an AlertEvent.
    """

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None
    taken_name: str | None  # these are set by what reads alerts for a page
    resolved_name: str | None
    first_taken: datetime | None
    newest_taken: datetime | None
    rules: str | None
    newest_log: uuid.UUID | None
    seen_at: datetime | None
    can_undo: bool
    joined: int
    did_not_come: bool
    is_last: bool
    in_hand_at: datetime | None
    told_at: datetime | None
    verb: str
    event_at: datetime
    therapy: str

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    log = models.ForeignKey(SymptomLog, on_delete=models.CASCADE, related_name="alerts")
    urgency = models.CharField(max_length=10, choices=Urgency)
    raised_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_until = models.DateTimeField(null=True)
    offered_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    round = models.PositiveSmallIntegerField(default=0)  # of telling everybody; 0: nobody was told yet
    level = models.PositiveSmallIntegerField(default=0)  # of the escalation, within the round
    escalates_at = models.DateTimeField(null=True)  # when the next level is told, or the taking lapses
    escalation_set_at = models.DateTimeField(null=True)  # when that was set, by the clock of then
    worse_at = models.DateTimeField(null=True)  # when whoever holds it was told of a worse log
    tried_at = models.DateTimeField(null=True)  # when a nurse last called the family and reached nobody
    try_again_at = models.DateTimeField(null=True)  # until then hers, unless another nurse takes it
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    resolution_note = models.TextField(blank=True)
    decision_opened_at = models.DateTimeField(null=True)  # by the family: the first of them counts
    expected_by = models.DateTimeField(null=True)  # when a family that was told to come in should be there
    there_at = models.DateTimeField(null=True)  # when somebody said that they are
    home_at = models.DateTimeField(null=True)  # and when, that they are at home again
    asked_where_at = models.DateTimeField(null=True)  # when they had not come, and were asked
    taken_in_by = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="took_in")

    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("child", "raised_at"), name="alerts_of_a_child"),
            models.Index(fields=("raised_at",), name="alerts_by_their_raising"),
            models.Index(
                fields=("resolved_at",),
                condition=Q(resolved_at__isnull=False),
                name="alerts_by_their_closing",
            ),
            models.Index(fields=("escalates_at",), condition=IS_OPEN, name="alerts_to_escalate"),
            models.Index(fields=("escalation_set_at",), condition=IS_OPEN, name="alerts_set_ahead"),
            models.Index(fields=("expected_by",), condition=IS_EXPECTED, name="families_expected"),
        )
        constraints = (
            models.UniqueConstraint(fields=("child",), condition=IS_OPEN, name="one_episode_at_a_time"),
            one_of("urgency", ALERTING, name="a_note_raises_no_alert"),
            one_of("outcome", ("", *Outcome.values), name="outcome_is_known"),
            paired("taken_by", "taken_until", name="taking_is_paired"),
            models.CheckConstraint(
                condition=Q(offered_to=None) | Q(taken_by__isnull=False), name="what_is_offered_is_held"
            ),
            models.CheckConstraint(
                condition=Q(try_again_at=None) | Q(tried_at__isnull=False, taken_by__isnull=False),
                name="what_is_tried_again_is_held",
            ),
            paired("resolved_by", "resolved_at", name="resolution_is_paired"),
            models.CheckConstraint(
                condition=Q(decision_opened_at=None) | Q(resolved_at__isnull=False),
                name="what_is_opened_was_decided",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.FALSE_ALARM)
                | Q(urgency=Urgency.TODAY)
                | Q(resolution_note__gt=""),
                name="urgent_false_alarms_have_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.REVIEWED) | Q(urgency=Urgency.TODAY),
                name="urgent_alerts_end_with_a_call",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, outcome="", resolution_note="")
                | Q(resolved_at__isnull=False, urgency=Urgency.TODAY)
                | Q(resolved_at__isnull=False, outcome__gt=""),
                name="urgent_alerts_end_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(expected_by=None, there_at=None, home_at=None, asked_where_at=None)
                | Q(resolved_at__isnull=False),
                name="who_comes_in_was_told_to",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(taken_in_by=None), name="resolved_or_taken_in_not_both"
            ),
            models.CheckConstraint(
                condition=~IS_OPEN | Q(escalates_at__isnull=False), name="open_alerts_are_due_again"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None and self.taken_in_by_id is None

    @property
    def next_step_at(self) -> datetime:
        """Of an open one."""
        return present(self.escalates_at)

    @property
    def closed_at(self) -> datetime:
        """Of one that was closed; so is closed_by."""
        return present(self.resolved_at)

    @property
    def closed_by(self) -> User:
        return present(self.resolved_by)

    def is_missing(self, now: datetime) -> bool:
        """As the function says."""
        is_due = self.expected_by is not None and self.expected_by <= now
        return is_due and self.there_at is None and self.home_at is None

    def as_family_sees(self, now: datetime) -> "Alert":
        """Open while `is_untold` holds for it. Only to be shown: the row in memory forgets the closing."""
        if self.resolved_at and self.resolved_at > now - UNDO_WITHIN and self.outcome not in THE_FAMILYS:
            self.resolved_at = self.resolved_by = None
            self.outcome = self.resolution_note = ""
        return self


class AlertVerb(models.TextChoices):
    RAISED = "raised", _("Raised")
    JOINED = "joined", _("Another log, no worse")
    WORSE = "worse", _("Another log, worse")
    TAKEN_IN = "taken-in", _("Became part of a worse one")
    CALLED = "called", _("The family called")
    TOLD = "told", _("The first were told")
    TAKEN = "taken", _("Taken")
    LAPSED = "lapsed", _("Nobody holds it any more: open again")
    OFFERED = "offered", _("Offered to another nurse")
    HANDED_OVER = "handed-over", _("Handed over")
    TOLD_HOLDER = "told-holder", _("Whoever holds it was told of the worse log")
    ESCALATED = "escalated", _("The next level was told")
    NOT_REACHED = "not-reached", _("Called the family and reached nobody")
    RESOLVED = "resolved", _("Closed")
    OPENED = "opened", _("The family opened the decision")
    UNDONE = "undone", _("Took the closing back")
    REOPENED = "reopened", _("Opened it again")
    THERE = "there", _("They are there")
    HOME = "home", _("At home again")
    ASKED_WHERE = "asked-where", _("They did not come; the family is asked")


LOGGED = (AlertVerb.RAISED, AlertVerb.WORSE, AlertVerb.JOINED)
"""A log came; of the first two a nurse was told."""
TOLD_OF = LOGGED[:2]


class AlertEvent(models.Model):
    """One thing that happened to an alert. Append-only. `by` is empty where no person did it.

    A closing that is taken back leaves the alert's row: its outcome and note stand here.
    """

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    verb = models.CharField(max_length=12, choices=AlertVerb)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    log = models.ForeignKey(SymptomLog, on_delete=models.CASCADE, null=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, db_default="")
    note = models.TextField(blank=True, db_default="")

    class Meta:
        indexes = (
            models.Index(
                fields=("at",),
                condition=Q(verb__in=(AlertVerb.WORSE, AlertVerb.JOINED)),
                name="further_logs_of_alerts",
            ),
        )
        constraints = (one_of("verb", AlertVerb.values, name="alert_verb_is_known"),)

    def __str__(self) -> str:
        return self.verb


class Advised(models.TextChoices):
    """What the team said to do. Words alone are no advice: an "x" said nothing."""

    COME_IN = "come-in", _("Come in, or go to the emergency room")
    STAY_HOME = "stay-home", _("Stay home and watch")


UNASKED = "unasked"
"""In a call that was written down before it was asked what they said to do: then the words count."""
WAS_ADVISED = Q(advice__in=Advised.values) | Q(advice=UNASKED) & ~Q(told="")


class Call(models.Model):
    """ "I have called": when, who answered or not, what they told us, when to look again. Append-only."""

    by: str  # by logs/queries.py

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="calls", db_index=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, null=True, related_name="calls")
    caregiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_uuid = models.UUIDField()
    called_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reached = models.BooleanField()
    advice = models.CharField(max_length=12, blank=True)  # an Advised; empty: they did not say
    told = models.TextField(blank=True)
    look_again_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("child", "called_at"), name="calls_of_a_child"),
            models.Index(fields=("recorded_at",), name="calls_to_seal"),
        )
        constraints = (
            models.UniqueConstraint(fields=("child", "client_uuid"), name="a_double_tap_is_one_call"),
            models.CheckConstraint(
                condition=Q(advice__in=("", UNASKED)) | Q(advice__in=Advised.values, reached=True),
                name="advice_is_known_and_came_from_somebody",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def in_words(self) -> str:
        """What they said to do, and what else they told."""
        return in_words(self.advice, self.told)


def in_words(advice: str, told: str) -> str:
    said = str(Advised(advice).label) if advice in Advised.values else ""
    return ". ".join(filter(None, (said, isolated(told))))
