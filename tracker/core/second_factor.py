"""Who looks after other people's children signs in with a second factor: a passkey, or a code from an app.

A role in a care team counts only with one (tracker/core/access.py); without one every page leads to setting it up
(config/middleware.py), but those that a parent needs to log: a nurse may be a mother, too.
"""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.models import Membership, User
from tracker.models.memberships import FAMILY_ROLES, TEAM_ROLES

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: str) -> Exists:
    """A condition for a query; `user` is the path to the person."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user), type__in=FACTORS))


class Backend(AuthenticationBackend):
    """Finds the person of a session, and in the same query whether they are of the staff and have a second factor."""

    def get_user(self, user_id: Any) -> User | None:
        user = _people().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


@cache
def _people() -> QuerySet[User]:
    """Put together once: every page asks it."""
    roles = Membership.objects.filter(user=OuterRef("pk"), ended_at=None)
    staff = Q(is_staff=True) | Q(Exists(roles.filter(role__in=TEAM_ROLES)))
    return User.objects.annotate(
        **{  # in a dict, as in access.py: the model declares them
            "is_care_staff": staff,
            "has_second_factor": has_second_factor("pk"),
            "is_family": Exists(roles.filter(role__in=FAMILY_ROLES)),
        }
    )
