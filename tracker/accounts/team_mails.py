"""Mails to those who lead a team, about what another of them has asked for or done.

They carry no name of a person or a ward: where it stands is said.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import override

from tracker.accounts.sign_in_mails import queue_sign_in_mail
from tracker.models import CareTeam, Membership, Role, User

LIVES = timedelta(days=1)
Words = Callable[[], tuple[str, str]]
"""Subject and text, asked for in the language of each reader."""


def tell_leads(team: CareTeam, words: Words, now: datetime, *, but: Iterable[UUID]) -> None:
    leads = Membership.objects.running().filter(care_team=team, role=Role.LEAD).exclude(user__in=but)
    for membership in leads.select_related("user"):
        with override(membership.user.language):
            mail_about_team(membership.user, *words(), now)


def mail_about_team(person: User, subject: str, text: str, now: datetime) -> None:
    queue_sign_in_mail(to=person.email, subject=subject, text=text, lives=LIVES, now=now)
