"""The demo's second factors: an app's secret that is known, and its code of this half minute."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, encrypt

from tracker.models import User

PERIOD = 30  # seconds


def seed_totp(user: User, secret: str) -> None:
    """Gives `user` an app with this secret (base 32); once is enough."""
    Authenticator.objects.get_or_create(
        user=user,
        type=Authenticator.Type.TOTP,
        defaults={"data": {"secret": encrypt(secret), "seeded": True}},
    )


def seeded_codes(now: datetime) -> list[tuple[User, str]]:
    """Everybody whose secret was seeded, with the code that is right at `now`."""
    seeded = Authenticator.objects.filter(type=Authenticator.Type.TOTP, data__seeded=True)
    return [
        (one.user, code(decrypt(one.data["secret"]), now))
        for one in seeded.select_related("user").order_by("user__email")
    ]


def code(secret: str, now: datetime) -> str:
    return format_hotp_value(hotp_value(secret, int(now.timestamp()) // PERIOD))
