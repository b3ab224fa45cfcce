"""Whose account it is. Anybody can sign up with anybody's address; its mail shows who reads it.

The first such proof ends what was set up before it (docs/adr/whose-account-it-is.md).
"""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F

from tracker.core.audit import record_audit
from tracker.messaging.contact_points import end_browsers
from tracker.models import CardLink, ContactPoint, Invitation, User


@transaction.atomic
def confirm_owner(
    *, person: User, address: str, is_signed_in: bool, now: datetime, browser: UUID | None = None
) -> bool:
    """Somebody read a mail to `address`. False where the account's owner was confirmed before.

    `is_signed_in`: in the browser that is signed in to this account. Then one person has both, and keeps the password
    and the keys; all other sessions end. Else whoever set them up may be somebody else, and all of them end.
    """
    if not User.objects.filter(pk=person.pk, confirmed_at=None).update(confirmed_at=now):
        return False
    person.confirmed_at = now
    _keep_only(person, address)
    if not is_signed_in:
        _end_keys(person, now)
    end_sessions(person=person, browser=browser, now=now)
    record_audit("address.confirmed", by=person, now=now, about=person.pk, keys_ended=not is_signed_in)
    return True


@transaction.atomic
def end_sessions(*, person: User, browser: UUID | None, now: datetime) -> None:
    """Nobody is signed in as `person` any more. A view that keeps its own session renews it afterwards.

    Nor is any browser pushed to, but `browser`: that in which the person does this.
    """
    User.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)
    person.refresh_from_db(fields=["session_round"])
    UserSession.objects.filter(user=person).delete()
    end_browsers(person=person, but=browser, now=now)


@transaction.atomic
def change_password(*, person: User, password: str) -> bool:
    """False where it was changed since `person` was read: a request that began before does not bring its own back."""
    before = person.password
    person.set_password(password)
    unchanged = User.objects.filter(pk=person.pk, password=before, session_round=person.session_round)
    return unchanged.update(password=person.password) == 1


def _keep_only(person: User, address: str) -> None:
    """The address that was confirmed signs in; others that were typed before, rightly or wrongly, are free again."""
    own = EmailAddress.objects.filter(user=person)
    own.exclude(email=address).delete()
    own.update(primary=True)
    if person.email != address:
        person.email = address
        person.save(update_fields=["email"])


def _end_keys(person: User, now: datetime) -> None:
    """Password, passkeys and apps, invitations and card links; and the ways by which messages would go to another."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
    Authenticator.objects.filter(user=person).delete()
    ContactPoint.objects.filter(person=person).delete()
    ended = {"revoked_at": now, "revoked_by": person}
    Invitation.objects.filter(invited_by=person, accepted_at=None, revoked_at=None).update(**ended)
    CardLink.objects.filter(made_by=person, revoked_at=None, expires_at__gt=now).update(**ended)
