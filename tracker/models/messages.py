"""What is to be told to whom, and by which ways a person can be reached."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.present import present
from tracker.models.alerts import Alert, Call
from tracker.models.care_teams import CareTeam
from tracker.models.children import Child
from tracker.models.constraints import one_of
from tracker.models.logs import SymptomLog
from tracker.models.memberships import Membership
from tracker.models.reminders import Reminder
from tracker.models.users import User


class Channel(models.TextChoices):
    PUSH = "push", _("a notification")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")
    CANARY = "canary", "canary"  # leads nowhere: it shows that the way to the others is free


WAYS = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
"""To a person, the best first: what wakes somebody, then what waits to be read."""


class Kind(models.TextChoices):
    ALERT = "alert", _("alert")
    CALLBACK = "callback", _("request to call the team")
    NUDGE = "nudge", _("request to call about a further log")
    ANSWER = "answer", _("the team's answer")
    REMINDER = "reminder", _("reminder")
    ROTA = "rota", _("nobody is on")
    LOST_WAY = "lost-way", _("notifications do not arrive")
    TEST = "test", _("test message")
    SIGN_IN = "sign-in", _("mail about signing in")
    CANARY = "canary", "canary"


class Lane(models.TextChoices):
    """What waits behind each other. Nothing waits in front of an alert: anybody may ask for a hundred codes."""

    ALERTS = "alerts"
    REMINDERS = "reminders"
    SIGN_IN = "sign_in"

    @property
    def kinds(self) -> tuple[str, ...]:
        return {
            Lane.ALERTS: (*OF_AN_ALERT, Kind.TEST, Kind.CANARY),
            Lane.REMINDERS: (Kind.REMINDER, Kind.ROTA, Kind.LOST_WAY),
            Lane.SIGN_IN: (Kind.SIGN_IN,),
        }[self]

    @property
    def queue(self) -> str:
        """The reminders' worker carries mails about signing in, too, before its own."""
        return str(Lane.ALERTS if self is Lane.ALERTS else Lane.REMINDERS)


OF_AN_ALERT = (Kind.ALERT, Kind.CALLBACK, Kind.NUDGE, Kind.ANSWER)
"""To whoever may take it; to a family that was not reached, or has not called; to a family, what was decided."""

OF_NO_CHILD = (Kind.TEST, Kind.CANARY, Kind.SIGN_IN, Kind.LOST_WAY)

LEASE = timedelta(seconds=30)
"""How long a claim keeps others away; after it, whoever had it is taken for dead."""
IS_WAITING = Q(sent_at=None, failed_at=None, dropped_at=None)
ONCE_AT_MOST = Q(kind=Kind.REMINDER, channel__in=(Channel.EMAIL, Channel.SMS))
"""What would arrive twice if it were sent twice. The rest replaces itself on the telephone, or is an alert."""


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        return self.filter(IS_WAITING)

    def claimable(self, at: datetime) -> "MessageQuerySet":
        """Due, and in nobody's hands. A claim that ran out is open again, but not where twice would hurt.

        So is one that lies much further ahead than a claim can: the clock was put back.
        """
        has_run_out = Q(claimed_until__lte=at) | Q(claimed_until__gt=at + 2 * LEASE)
        is_free = Q(claimed_until=None) | (has_run_out & ~ONCE_AT_MOST)
        return self.waiting().filter(is_free, due_at__lte=at)

    def with_what_matters(self) -> "MessageQuerySet":
        """What decides whether a message still has to go out, in one query."""
        own = Membership.objects.running().filter(user=OuterRef("recipient"))
        logs = SymptomLog.objects.filter(
            child=OuterRef("child"), received_at__gte=OuterRef("reminder__moot_since")
        )
        calls = Call.objects.filter(alert=OuterRef("alert"), reached=True)
        since = Call.objects.filter(
            child=OuterRef("child"), reached=True, recorded_at__gte=OuterRef("queued_at")
        )
        return self.select_related(
            "recipient", "alert", "reminder", "child__care_team", "child__reminder_plan"
        ).annotate(
            is_family=Exists(own.filter(child=OuterRef("child"))),
            is_staff=Exists(own.filter(care_team=OuterRef("child__care_team"))),
            has_logged=Exists(logs),
            has_called=Exists(calls),
            has_called_since=Exists(since),
        )


class Message(models.Model):
    """One message to one person by one channel. The rows are the queue.

    An alert's is of one level in one round; one to its family has as `round` how many events the alert had by then.
    A reminder's `level` is 0 for the first, 1 for the second nudge, 2 for the other parent's.
    """

    is_family: bool  # these are set by the query of messaging/delivery.py
    is_staff: bool
    has_called: bool
    has_called_since: bool  # since it was queued
    has_logged: bool
    together = 1  # alerts that it tells of, once others are gathered in it

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    child = models.ForeignKey(
        Child, on_delete=models.CASCADE, null=True, related_name="messages", db_index=False
    )  # whom it is about
    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, null=True, related_name="messages", db_index=False
    )
    reminder = models.ForeignKey(
        Reminder, on_delete=models.CASCADE, null=True, related_name="messages", db_index=False
    )
    care_team = models.ForeignKey(
        CareTeam, on_delete=models.CASCADE, null=True, related_name="messages", db_index=False
    )  # whose rota it is about
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="messages")
    channel = models.CharField(max_length=8, choices=Channel)
    level = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # after it, it is not sent any more
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # each claim is one: its number is the claim's token
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)  # it did not matter any more
    opened_at = models.DateTimeField(null=True)  # its link was followed: the way is proved
    reason = models.CharField(max_length=40, blank=True)  # of the last failure, or why it was dropped
    gathered_in = models.UUIDField(null=True)  # the message that tells of it, too (messaging/gathering.py)
    sealed = models.TextField(blank=True)  # of a mail about signing in: address and words, encrypted

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("kind", "due_at"), condition=IS_WAITING, name="messages_to_deliver"),
            models.Index(fields=("child",), condition=Q(child__isnull=False), name="messages_about_a_child"),
            models.Index(fields=("alert",), condition=Q(alert__isnull=False), name="messages_of_an_alert"),
            models.Index(
                fields=("reminder",), condition=Q(reminder__isnull=False), name="messages_of_a_reminder"
            ),
            models.Index(
                fields=("care_team",), condition=Q(care_team__isnull=False), name="messages_about_a_rota"
            ),
            models.Index(
                fields=("recipient", "sent_at"),
                condition=Q(kind=Kind.ALERT, sent_at__isnull=False, gathered_in=None),
                name="alerts_sent_to_somebody",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "alert", "recipient", "channel", "level", "round"), name="one_message_each"
            ),
            models.UniqueConstraint(
                fields=("reminder", "recipient", "channel", "level"), name="one_reminder_each"
            ),
            models.UniqueConstraint(
                fields=("due_at",), condition=Q(kind=Kind.CANARY), name="one_canary_a_minute"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, failed_at=None)
                | Q(sent_at=None, dropped_at=None)
                | Q(failed_at=None, dropped_at=None),
                name="a_message_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OF_AN_ALERT, child__isnull=False, alert__isnull=False, reminder=None)
                | Q(kind=Kind.REMINDER, child__isnull=False, alert=None, reminder__isnull=False)
                | Q(kind=Kind.ROTA, child=None, alert=None, reminder=None, care_team__isnull=False)
                | Q(kind__in=OF_NO_CHILD, child=None, alert=None, reminder=None),
                name="a_message_has_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(sealed="") | (Q(kind=Kind.SIGN_IN) & IS_WAITING),
                name="no_secret_outlives_its_mail",
            ),
            one_of("channel", Channel.values, name="channel_is_known"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def its_alert(self) -> Alert:
        """Of the kinds that are of an alert; so is its_reminder of a reminder, and its_child of both."""
        return present(self.alert)

    @property
    def its_reminder(self) -> Reminder:
        return present(self.reminder)

    @property
    def its_child(self) -> Child:
        return present(self.child)

    @property
    def person(self) -> User:
        """Whom it is for. The canary and a mail about signing in have nobody."""
        return present(self.recipient)

    @property
    def lane(self) -> Lane:
        return next(lane for lane in Lane if self.kind in lane.kinds)


class ContactPoint(models.Model):
    """One way to reach one person. The login's e-mail address is one without a row; a row says more about it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_points")
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.TextField()  # an e-mail address, a telephone number, or where a browser is pushed to
    keys = models.JSONField(default=dict)  # the browser's, for push
    for_reminders = models.BooleanField(default=True)
    begun_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)  # a message that went this way was opened
    dead_at = models.DateTimeField(null=True)  # what was sent this way came back
    # Of a browser that is pushed to (messaging/push_checks.py):
    check_due_at = models.DateTimeField(null=True)  # when it is asked next; none: a week after it was begun
    received_at = models.DateTimeField(null=True)  # when it last said that a notification came
    unheard_since = models.DateTimeField(null=True)  # the first question since then
    lost_told_at = models.DateTimeField(null=True)  # when its person was told that it is silent

    class Meta:
        indexes = (
            models.Index(
                fields=("check_due_at",),
                condition=Q(channel=Channel.PUSH, dead_at=None),
                name="browsers_to_ask",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("person", "channel", "address"), name="one_way_each"),
            models.UniqueConstraint(
                fields=("address",), condition=Q(channel=Channel.PUSH), name="one_browser_one_person"
            ),
            one_of("channel", WAYS, name="way_is_known"),
        )

    def __str__(self) -> str:
        return self.channel
