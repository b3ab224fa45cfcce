"""The child, the adults around it and the care team."""

import hashlib
import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.lib.present import present
from tracker.models.care_teams import CareTeam
from tracker.models.children import Child
from tracker.models.constraints import paired
from tracker.models.users import User


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


class MembershipQuerySet(models.QuerySet["Membership"]):
    def running(self) -> "MembershipQuerySet":
        """Those of people who can still sign in: a closed login is told nothing and waited for by nobody."""
        return self.filter(ended_at=None, user__is_active=True)


class Membership(models.Model):
    """One person's role around one child, or in one care team."""

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None

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

    @property
    def its_child(self) -> Child:
        """Of a family's membership."""
        return present(self.child)


def digest_of(token: str) -> str:
    """What is kept of an invitation's token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Invitation(models.Model):
    """A link that gives one person one role, once. Only the digest of its token is kept."""

    family_role: str | None  # these two are set by the query of access.py
    staff_role: str | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_digest = models.CharField(max_length=64, unique=True)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, null=True, related_name="invitations")
    care_team = models.ForeignKey(CareTeam, on_delete=models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    address = models.EmailField(
        blank=True, db_default=""
    )  # whose it is alone; of a care team's, while it is open
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

    @property
    def around(self) -> Child | CareTeam:
        """What the role stands around."""
        return self.child or present(self.care_team)

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at
