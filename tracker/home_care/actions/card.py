"""The link behind the card's QR code: for one hour, without a login, taken back at any time."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from tracker.core.audit import record_audit
from tracker.lib.database import optional_write
from tracker.models import CardLink, Child, User
from tracker.models.memberships import digest_of

OPEN_FOR = timedelta(hours=1)
_TOKEN_BYTES = 32


@transaction.atomic
def make_card_link(*, child: Child, by: User, now: datetime) -> tuple[CardLink, str]:
    """A link and its token, which is kept nowhere."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = CardLink.objects.create(
        child=child, token_digest=digest_of(token), made_by=by, made_at=now, expires_at=now + OPEN_FOR
    )
    record_audit("card-link.made", by=by, now=now, child=child.pk, about=link.pk)
    return link, token


@transaction.atomic
def revoke_card_links(*, child: Child, by: User, now: datetime) -> int:
    """No link of this child opens any more. How many did until now."""
    open_ones = CardLink.objects.filter(child=child, revoked_at=None, expires_at__gt=now)
    revoked = open_ones.update(revoked_at=now, revoked_by=by)
    if revoked:
        record_audit("card-links.revoked", by=by, now=now, child=child.pk)
    return revoked


def open_card_link(*, token: str, now: datetime) -> CardLink | None:
    """The link with its child and care team; None for one that is dead or never was. Counted where that can be."""
    links = CardLink.objects.filter(token_digest=digest_of(token), revoked_at=None, expires_at__gt=now)
    link = links.select_related("child__care_team").first()
    if link:
        with optional_write():
            links.update(times_opened=F("times_opened") + 1, last_opened_at=now)
    return link
