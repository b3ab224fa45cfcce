"""Opening a clinic: a care team with a number to call, and a lead who comes in by a mail to the address named."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.accounts.addresses import is_login, person_with
from tracker.accounts.sign_in_mails import queue_sign_in_mail
from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.families.actions.care_teams import begin_care_team
from tracker.families.numbers import Numbers
from tracker.lib import telephone, time_zones
from tracker.models import CareTeam, User

MAIL_LIVES = timedelta(days=1)


@transaction.atomic
def open_clinic(*, name: str, numbers: Numbers, lead: str, by: User | None, now: datetime) -> CareTeam:
    """The team, led by whoever reads mail to `lead`. `by` is nobody at the command line."""
    name = free_name(name)
    person = known_lead(lead) or User.objects.create_user(lead, time_zone=numbers.time_zone)
    team = begin_care_team(name=name, numbers=numbers, by=person, now=now)
    record_audit("clinic.opened", by=by, now=now, about=team.pk)
    queue_sign_in_mail(
        to=lead,
        subject=_("Nightlight: you lead a care team"),
        text=_(
            "You were made the lead of a care team on Nightlight.\n\n"
            "Sign in with this address; a code comes by mail:\n%(address)s\n\n"
            "Your page of the team then names the first steps."
        )
        % {"address": settings.SITE_URL + reverse("account_request_login_code")},
        lives=MAIL_LIVES,
        now=now,
    )
    return team


@transaction.atomic
def rename_clinic(*, care_team: CareTeam, name: str, by: User, now: datetime) -> None:
    before, after = care_team.name, free_name(name, but=care_team)
    if before == after:
        return
    CareTeam.objects.filter(pk=care_team.pk).update(name=after, changed_at=now)
    care_team.name, care_team.changed_at = after, now
    record_audit("care-team.renamed", by=by, now=now, about=care_team.pk, changed={"name": [before, after]})


def free_name(name: str, *, but: CareTeam | None = None) -> str:
    """Refused: none, too long, or that of another clinic: a command that was run twice opens one."""
    name = " ".join(name.split())
    longest = CareTeam._meta.get_field("name").max_length or 0
    if not name or len(name) > longest:
        raise Refused(_("A clinic needs a name of at most %(count)s characters.") % {"count": longest})
    others = CareTeam.objects.filter(kept_by_family=False, name__iexact=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Refused(_("There is a clinic of this name already."))
    return name


def numbers_of(*, day: str, night: str, time_zone: str) -> Numbers:
    """As they will be dialled. Refused: none at all, what is no number, and a place that nobody knows."""
    if not time_zones.is_zone(time_zone):
        raise Refused(_("Name the time zone like Europe/Berlin."))
    if not (day or night):
        raise Refused(_("Type one number at least: families are told to call it."))
    country = time_zones.country_of(time_zone)
    try:
        day, night = (telephone.read(text, country).kept if text else "" for text in (day, night))
    except telephone.NotOneNumber as why:
        raise Refused(str(why)) from None
    return Numbers(day_number=day, night_number=night, time_zone=time_zone)


def known_lead(address: str) -> User | None:
    """Whose the address is for sure; nobody where it has no account yet.

    Refused is one that nobody has confirmed: anybody can sign up with anybody's address, and would get the ward.
    """
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("The lead needs an e-mail address.")) from None
    person = person_with(address)
    if person and person.confirmed_at:
        return person
    if person or is_login(address):
        raise Refused(
            _(
                "Somebody has signed up with this address, and has not shown yet that it is theirs, or may not sign "
                "in. Let them sign in with a code by mail first."
            )
        )
    return None
