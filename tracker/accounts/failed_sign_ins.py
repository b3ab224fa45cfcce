"""Whoever was not let in is on record: when, at which step and into whose account, never what was typed.

The limits keep a guesser from filling the record (docs/adr/limits-for-guessers.md).
"""

from typing import Any

from allauth.account.signals import login_code_rejected
from allauth.mfa.signals import authentication_failed
from django.utils import timezone

from tracker.accounts.addresses import person_with
from tracker.core.audit import record_audit
from tracker.models import User

VERB = "sign-in.failed"


def password_was_wrong(address: str) -> None:
    _record(person_with(address), "password")


def code_was_wrong(user: User, **_about: Any) -> None:
    _record(user, "code")


def second_step_was_wrong(user: User, **_about: Any) -> None:
    _record(user, "second-step")


def _record(person: User | None, step: str) -> None:
    record_audit(VERB, by=None, now=timezone.now(), about=person.pk if person else None, step=step)


# The library says it by these and by nothing else.
login_code_rejected.connect(code_was_wrong)
authentication_failed.connect(second_step_was_wrong)
