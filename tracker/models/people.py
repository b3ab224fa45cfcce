"""The child, the adults around it and the care team."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.lib import emergency_numbers as countries
from tracker.lib.clock import local_date, moment
from tracker.models.constraints import one_of, paired

if TYPE_CHECKING:
    from tracker.models.treatment import Course


def zone_called(name: str) -> ZoneInfo:
    """The time zone of that IANA name; UTC where there is none, so that a bad name never stops a log."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Whoever has the site's command line vouches for the address."""
        fields |= {"is_staff": True, "is_superuser": True, "confirmed_at": timezone.now()}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """An adult with a login. `name` is what the family calls them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=60, default="UTC")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)  # when somebody first showed that they read its mail
    session_round = models.PositiveIntegerField(default=0)  # only sessions of this round are signed in

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (models.UniqueConstraint(Upper("email"), name="one_user_per_email"),)

    def __str__(self) -> str:
        """Never the address, which is shown to nobody else."""
        return self.name or str(_("Somebody without a name"))

    def get_session_auth_hash(self) -> str:
        return self._of_this_round(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._of_this_round, super().get_session_auth_fallback_hash())

    def _of_this_round(self, digest: str) -> str:
        """Every request compares it with its session's, whatever keeps the sessions: no list of them is needed."""
        return f"{digest}:{self.session_round}" if self.session_round else digest


class FeverRule(models.TextChoices):
    """The documented fever rules that a clinic may choose from."""

    ONCE_38_0 = "38.0-once", _("38.0 °C, once")
    SUSTAINED_38_0 = "38.0-sustained-or-38.3-once", _("38.0 °C twice, an hour or more apart, or 38.3 °C once")
    ONCE_38_5 = "38.5-once", _("38.5 °C, once")


class Sensitivity(models.TextChoices):
    """Literal: every sign that a document names counts at any severity."""

    CALIBRATED = "calibrated", _("calibrated")
    LITERAL = "literal", _("literal")


class Line(NamedTuple):
    """The number to call at one moment: which of the two it is, and whether the team is there."""

    number: str
    is_night: bool
    is_open: bool


def escalation_steps() -> list[int]:
    """Minutes after an alert at which each level is told: the first on call, the next, the lead."""
    return [0, 5, 15]


class CareTeam(models.Model):
    """The clinic's side: numbers, hours, policy. A family without a clinic account keeps one of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, blank=True)
    kept_by_family = models.BooleanField()
    day_number = models.CharField(max_length=32, blank=True)
    night_number = models.CharField(max_length=32, blank=True)
    second_number = models.CharField(max_length=32, blank=True)  # at all hours, if nobody answers the others
    open_days = models.CharField(max_length=7, default="12345", blank=True)  # ISO weekdays, Monday is 1
    opens_at = models.TimeField(default=time(8))
    closes_at = models.TimeField(default=time(17))  # at or before opens_at: on the next day
    time_zone = models.CharField(max_length=60, default="UTC")
    fever_rule = models.CharField(max_length=40, choices=FeverRule, default=FeverRule.ONCE_38_0)
    sensitivity = models.CharField(max_length=20, choices=Sensitivity, default=Sensitivity.CALIBRATED)
    escalation_minutes = models.JSONField(default=escalation_steps)  # after the alert: each level's, in order
    join_code = models.CharField(max_length=16, unique=True, null=True, blank=True)
    begun_at = models.DateTimeField()
    changed_at = (
        models.DateTimeField()
    )  # this row, or what the team's board shows of a child (actions/boards.py)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(day_number="") | ~Q(night_number=""), name="care_team_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(kept_by_family=False) | Q(join_code=None), name="only_a_clinic_is_joined"
            ),
            one_of("fever_rule", FeverRule.values, name="fever_rule_is_documented"),
            one_of("sensitivity", Sensitivity.values, name="sensitivity_is_known"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return zone_called(self.time_zone)

    @property
    def steps(self) -> list[int]:
        """`escalation_minutes` in order. What nobody can read is as if nothing had been set."""
        steps = self.escalation_minutes
        is_readable = isinstance(steps, list) and steps and all(isinstance(step, int) for step in steps)
        return sorted(steps) if is_readable else escalation_steps()

    def is_open(self, at: datetime) -> bool:
        """By the clock on the team's wall. Hours over midnight belong to the day on which they begin."""
        local = at.astimezone(self.zone)
        clock = local.time()
        today = str(local.isoweekday()) in self.open_days
        if self.opens_at < self.closes_at:
            return today and self.opens_at <= clock < self.closes_at
        yesterday = str((local - timedelta(days=1)).isoweekday()) in self.open_days
        return (today and clock >= self.opens_at) or (yesterday and clock < self.closes_at)

    def opens_after(self, at: datetime) -> datetime | None:
        """When the team is next there; None where it never is."""
        today = local_date(at, self.zone)
        days = (today + timedelta(days=ahead) for ahead in range(8))
        moments = (
            moment(day, self.opens_at, self.zone) for day in days if str(day.isoweekday()) in self.open_days
        )
        return next((opens for opens in moments if opens > at), None)

    def number_for(self, at: datetime) -> Line:
        """The one number to call at `at`: the day number in the team's hours, else the night number."""
        is_open = self.is_open(at)
        is_night = (not is_open and bool(self.night_number)) or not self.day_number
        return Line(self.night_number if is_night else self.day_number, is_night, is_open)


class Colour(models.TextChoices):
    """The child's colour: a token of the style sheet, never a value."""

    TEAL = "teal", _("teal")
    BLUE = "blue", _("blue")
    VIOLET = "violet", _("violet")
    ROSE = "rose", _("rose")
    CLAY = "clay", _("clay")
    GOLD = "gold", _("gold")
    MOSS = "moss", _("moss")
    SLATE = "slate", _("slate")


class PauseReason(models.TextChoices):
    HOSPITAL = "hospital", _("In hospital")
    MOVED = "moved", _("Moved to another team")
    FINISHED = "finished", _("Treatment is finished")
    NOT_NEEDED = "not-needed", _("We don't need this any more")


class Child(models.Model):
    """The patient, by a nickname."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    care_team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="children")
    nickname = models.CharField(max_length=40)
    birth_month = models.DateField(null=True, blank=True)  # the first of the month: the day is not asked
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.TEAL)
    writes = models.BooleanField(null=True)
    baseline_weight_kg = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    units = models.CharField(max_length=1, choices=(("C", "°C"), ("F", "°F")), default="C")
    time_zone = models.CharField(max_length=60, default="UTC")
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1
    emergency_number = models.CharField(max_length=32, blank=True)
    home_care_number = models.CharField(max_length=32, blank=True)  # the company of the pump and its supplies
    first_sentence = models.TextField(blank=True)  # what the child wrote on the first day, to compare with
    record_number = models.CharField(max_length=32, blank=True)  # the clinic's own; its staff writes it
    call_back_number = models.CharField(max_length=32, blank=True)  # where the care team reaches the family
    last_log_at = models.DateTimeField(null=True)  # when somebody last logged; record_log alone writes it
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=12, choices=PauseReason, blank=True)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("care_team", "-last_log_at"), name="children_of_a_team"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_reason="")
                | Q(paused_at__isnull=False, paused_reason__gt=""),
                name="pause_has_a_reason",
            ),
            one_of("units", "CF", name="unit_is_known"),
        )

    def __str__(self) -> str:
        return self.nickname

    @property
    def zone(self) -> ZoneInfo:
        return zone_called(self.time_zone)

    @property
    def number_in_an_emergency(self) -> str:
        return self.emergency_number or countries.emergency_number(self.country)

    @cached_property
    def course(self) -> "Course | None":
        """The course that runs. `access_child` has it loaded already."""
        return self.courses.filter(ended_at=None).first()

    def age_years(self, at: datetime) -> int | None:
        """Full years, never too many: the day is not known, so a birthday counts once its month is over."""
        if self.birth_month is None:
            return None
        today = at.astimezone(self.zone)
        months = (today.year - self.birth_month.year) * 12 + today.month - self.birth_month.month - 1
        return max(0, months // 12)


class Role(models.TextChoices):
    PARENT = "parent", _("parent")
    HELPER = "helper", _("helper")
    NURSE = "nurse", _("nurse")
    LEAD = "lead", _("lead nurse")


FAMILY_ROLES = (Role.PARENT, Role.HELPER)
TEAM_ROLES = (Role.NURSE, Role.LEAD)


def _role_fits(name: str) -> models.CheckConstraint:
    """A family role stands around a child, a team role in a care team; never both, never neither."""
    return models.CheckConstraint(
        condition=Q(child__isnull=False, care_team=None, role__in=FAMILY_ROLES)
        | Q(child=None, care_team__isnull=False, role__in=TEAM_ROLES),
        name=name,
    )


class MembershipQuerySet(models.QuerySet):
    def running(self) -> "MembershipQuerySet":
        """Those of people who can still sign in: a closed login is told nothing and waited for by nobody."""
        return self.filter(ended_at=None, user__is_active=True)


class Membership(models.Model):
    """One person's role around one child, or in one care team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, null=True, related_name="memberships")
    care_team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, null=True, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    call_order = models.PositiveSmallIntegerField(
        null=True
    )  # on call first, second, ...; empty: with the first
    callback_number = models.CharField(max_length=32, blank=True)  # where the team calls this person back
    callback_order = models.PositiveSmallIntegerField(null=True)  # called first, second, ... of the family
    callback_confirmed_at = models.DateTimeField(null=True)  # when the person said that the number is right
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            _role_fits(name="membership_role_fits"),
            models.CheckConstraint(
                condition=Q(callback_confirmed_at=None) | ~Q(callback_number=""),
                name="only_a_number_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(callback_number="") | Q(child__isnull=False, ended_at=None),
                name="only_a_familys_member_is_called_back",
            ),
            paired("ended_at", "ended_by", name="membership_end_is_paired"),
            models.UniqueConstraint(
                fields=("user", "child"), condition=Q(ended_at=None), name="one_role_around_a_child"
            ),
            models.UniqueConstraint(
                fields=("user", "care_team"), condition=Q(ended_at=None), name="one_role_in_a_care_team"
            ),
        )

    def __str__(self) -> str:
        return self.role


def digest_of(token: str) -> str:
    """What is kept of an invitation's token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Invitation(models.Model):
    """A link that gives one person one role, once. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_digest = models.CharField(max_length=64, unique=True)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, null=True, related_name="invitations")
    care_team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            _role_fits(name="invitation_role_fits"),
            paired("accepted_at", "accepted_by", name="acceptance_is_paired"),
            paired("revoked_at", "revoked_by", name="revocation_is_paired"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="accepted_or_revoked_not_both"
            ),
        )

    def __str__(self) -> str:
        return self.role

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at
