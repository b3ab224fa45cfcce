"""A lead invites a colleague: to the address that is theirs alone, by a mail and by what the lead shows."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.accounts.addresses import person_with
from tracker.accounts.sign_in_mails import queue_sign_in_mail
from tracker.core.refused import Refused
from tracker.families.actions.memberships import OPEN_FOR, invite
from tracker.models import CareTeam, Invitation, Membership, User


@transaction.atomic
def invite_colleague(
    *, care_team: CareTeam, role: str, address: str, by: User, now: datetime
) -> tuple[Invitation, str]:
    """The invitation and its link. The mail does not say which ward: who opens the link sees it.

    Refused: who works there in that role already. Somebody else's own address is not told apart from a free one.
    """
    person = person_with(address)
    standing = Membership.objects.filter(user=person, care_team=care_team, ended_at=None)
    if person and standing.filter(role=role).exists():
        raise Refused(_("Whoever has this address works here already."))
    made, token = invite(care_team=care_team, role=role, address=address, by=by, now=now)
    link = settings.SITE_URL + reverse("invitation", args=[token])
    queue_sign_in_mail(
        to=address,
        subject=_("Nightlight: you are invited to a care team"),
        text=_(
            "A lead invites you to a care team on Nightlight. The link works once, for this address "
            "alone:\n%(link)s\n\n"
            "You do not know of it? Then leave it: nothing happens."
        )
        % {"link": link},
        lives=OPEN_FOR,
        now=now,
    )
    return made, link
