"""A colleague has lost the second step: a lead asks, another lead or the operator lets it be set up anew.

Two people, since whoever gets past it with a mailbox alone sees a ward's children (docs/adr/a-lost-second-step.md).
Everybody around is told by mail at each step, the person first.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.accounts.ownership import end_sessions
from tracker.accounts.team_mails import mail_about_team, tell_leads
from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.models import CareTeam, Membership, Role, SecondStepReset, StepEnd, User
from tracker.models.memberships import TEAM_ROLES


@transaction.atomic
def ask_to_reset(*, membership: Membership, by: User, now: datetime) -> SecondStepReset:
    """Refused: one's own, that of somebody who runs the site, and what was asked already."""
    person, team = membership.user, _held(membership)
    if person.pk == by.pk:
        raise Refused(_("Nobody does this for themselves: ask another lead."))
    if person.is_staff:
        raise Refused(_("This person runs Nightlight: only its operator can do this."))
    standing = SecondStepReset.objects.filter(person=person, care_team=team, ended_at=None)
    if any(one.is_open(now) for one in standing):
        raise Refused(_("This was asked already. Another lead has to say yes."))
    standing.update(ended_at=now, ended_by=None, outcome=StepEnd.DECLINED)  # nobody answered in its time
    asked = SecondStepReset.objects.create(person=person, care_team=team, asked_by=by, asked_at=now)
    record_audit("second-step.asked", by=by, now=now, about=membership.pk, person=str(person.pk))
    _tell_person(person, now)
    tell_leads(team, _asked_words, now, but={by.pk, person.pk})
    return asked


@transaction.atomic
def reset_second_step(*, asked: SecondStepReset, by: User | None, now: datetime) -> None:
    """`by` is nobody at the command line. Refused: who asked, and what is over."""
    if by and by.pk in (asked.asked_by_id, asked.person_id):
        raise Refused(_("Another lead than the one who asked has to say yes."))
    if not asked.is_open(now) or not _end(asked, StepEnd.RESET, by, now):
        raise Refused(_("This is not asked for any more. A lead can ask again."))
    _forget(asked.person, by, now)
    tell_leads(asked.care_team, _done_words, now, but={asked.person_id})


@transaction.atomic
def decline_reset(*, asked: SecondStepReset, by: User, now: datetime) -> None:
    """Nothing changes. Whoever asked may take it back so."""
    if _end(asked, StepEnd.DECLINED, by, now):
        record_audit("second-step.declined", by=by, now=now, about=asked.care_team_id)


@transaction.atomic
def reset_without_lead(*, person: User, now: datetime) -> None:
    """By the operator alone: for a lead whose team has no other. Refused: another lead can ask."""
    own = Membership.objects.running().filter(user=person, role__in=TEAM_ROLES)
    leads = Membership.objects.running().filter(care_team__in=own.values("care_team"), role=Role.LEAD)
    if leads.exclude(user=person).exists():
        raise Refused(_("A lead of their team can ask for this. Let them ask first."))
    _forget(person, None, now)


def open_resets(person: User, now: datetime) -> list[SecondStepReset]:
    standing = SecondStepReset.objects.filter(person=person, ended_at=None).select_related(
        "person", "care_team"
    )
    return [one for one in standing if one.is_open(now)]


def _forget(person: User, by: User | None, now: datetime) -> None:
    """Apps, passkeys and recovery codes; and every session of theirs ends. Each of their teams has it on record."""
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person=person, browser=None, now=now)
    for membership in Membership.objects.filter(user=person, ended_at=None, role__in=TEAM_ROLES):
        record_audit("second-step.reset", by=by, now=now, about=membership.pk, person=str(person.pk))
    with override(person.language):
        subject, text = _("Nightlight: set up your second step anew"), _own_words()
        mail_about_team(person, subject, text, now)


def _end(asked: SecondStepReset, outcome: StepEnd, by: User | None, now: datetime) -> bool:
    standing = SecondStepReset.objects.filter(pk=asked.pk, ended_at=None)
    return standing.update(ended_at=now, ended_by=by, outcome=outcome) == 1


def _held(membership: Membership) -> CareTeam:
    """Its team, for one at a time: two leads may ask at once."""
    return CareTeam.objects.select_for_update(no_key=True).get(memberships=membership.pk)


def _tell_person(person: User, now: datetime) -> None:
    with override(person.language):
        text = _(
            "A lead of your team says that you have lost your second step for signing in, and asks "
            "that you may set it up anew.\n\n"
            "Is that not so? Then somebody may be trying to get into your account. Tell your team at once."
        )
        mail_about_team(person, _("Nightlight: somebody asks to reset your second step"), text, now)


def _asked_words() -> tuple[str, str]:
    return _("Nightlight: your yes is needed"), _(
        "A lead of your team asks that a colleague may set up the second step for signing in anew. Speak to this "
        "colleague first, in person or on a number that you know. Then say yes or no under Team, Staff:\n%(address)s"
    ) % {"address": settings.SITE_URL + reverse("board")}


def _done_words() -> tuple[str, str]:
    return _("Nightlight: a colleague sets up the second step anew"), _(
        "A colleague's second step for signing in was reset by two people of your team or by whoever runs Nightlight. "
        "Who it was stands under Team, Who changed what."
    )


def _own_words() -> str:
    return _(
        "Your second step for signing in was reset, and you were signed out everywhere.\n\n"
        "Sign in with this address; a code comes by mail. Then set up a passkey or an app again, and "
        "how you are reached:\n%(address)s\n\nDid you not want this? Tell your team at once."
    ) % {"address": settings.SITE_URL + reverse("account_request_login_code")}
