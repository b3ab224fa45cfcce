"""Whose an e-mail address is, for everything that a mail to it can open."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q

from tracker.models import User


def person_with(email: str) -> User | None:
    """Who may come in by a mail to this address: the one who has confirmed it, else whose login it is.

    An address that somebody only added to an account whose own is confirmed leads nobody there: it may be another's.
    """
    email = email.lower()
    confirmed = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if confirmed:
        return confirmed.user if confirmed.user.is_active else None
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person is None or person.email.lower() != email:
        return None
    return None if EmailAddress.objects.filter(user=person, verified=True).exists() else person


def reads_mail_to(person: User, email: str) -> bool:
    """Whether this person has shown that they read mail to it: anybody can sign up with anybody's address."""
    if EmailAddress.objects.filter(user=person, email=email.lower(), verified=True).exists():
        return True
    return person.confirmed_at is not None and person.email.lower() == email.lower()


def is_login(email: str, *, but: User | None = None) -> bool:
    """Whether an account, another one than `but`, is signed in to with this address."""
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    return others.filter(Q(email__iexact=email) | has_confirmed(email)).exists()


def has_confirmed(email: str) -> Q:
    return Q(pk__in=EmailAddress.objects.filter(email=email.lower(), verified=True).values("user"))


def may_confirm(person: Any, address: EmailAddress) -> bool:
    """Whether the link in a mail to `address` is enough, in a browser in which `person` is signed in, or nobody is.

    It is, as long as nobody is known to own the account. A further address of somebody's account is another key to it:
    that is confirmed by who has both, the mail and the account.
    """
    return address.user.confirmed_at is None or person.pk == address.user_id
