"""Adults with a login."""

import uuid
from collections.abc import Iterator
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.lib.bidi import isolated


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that IANA name; UTC where there is none, so that a bad name never stops a log."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Whoever has the site's command line vouches for the address."""
        fields |= {"is_staff": True, "is_superuser": True, "confirmed_at": timezone.now()}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class Lockable(Protocol):
    """What access.py asks of a session of the staff."""

    @property
    def is_locked(self) -> bool: ...


class User(AbstractBaseUser, PermissionsMixin):
    """An adult with a login. `name` is what the family calls them."""

    is_care_staff: bool  # these are set by the query of core/second_factor.py
    has_second_factor: bool
    is_family: bool
    staff_session: Lockable  # by the middleware, for the staff alone

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    language = models.CharField(max_length=10, default="en")
    clock = models.CharField(max_length=2, blank=True, db_default="")  # 12 or 24; empty: as in their region
    time_zone = models.CharField(max_length=60, default="UTC")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)  # when somebody first showed that they read its mail
    board_view = models.CharField(max_length=5, blank=True, db_default="")  # of a nurse's board; empty: cards
    unit = models.CharField(
        max_length=1, blank=True, db_default=""
    )  # a nurse's; empty: that of the team's country
    session_round = models.PositiveIntegerField(default=0)  # only sessions of this round are signed in

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (models.UniqueConstraint(Upper("email"), name="one_user_per_email"),)

    def __str__(self) -> str:
        """Never the address, which is shown to nobody else."""
        return self.name or str(_("Somebody without a name"))

    @property
    def lacks_second_factor(self) -> bool:
        """Whose roles in care teams count for nothing until there is one."""
        return self.is_care_staff and not self.has_second_factor

    def get_session_auth_hash(self) -> str:
        return self._of_this_round(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._of_this_round, super().get_session_auth_fallback_hash())

    def _of_this_round(self, digest: str) -> str:
        """Every request compares it with its session's, whatever keeps the sessions: no list of them is needed."""
        return f"{digest}:{self.session_round}" if self.session_round else digest


def display_name(person: Any) -> str:
    """What the family calls them; never an address."""
    return isolated(person.name) if person else ""
