"""On duty: offered, accepted, taken. Whoever hands over stays on duty until the other has accepted."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.child_lock import lock_child
from tracker.core.on_duty import adults_of, baton_held, turn_until
from tracker.core.refused import Refused
from tracker.models import Baton, Child, User


@transaction.atomic
def offer_baton(*, child: Child, to: User, by: User, now: datetime) -> Baton:
    """Asks another adult of the family. It takes the place of an offer that nobody answered."""
    lock_child(child)
    if to == by or to not in adults_of(child):
        raise Refused(_("Choose somebody else of the family."))
    _open_offers(child).update(ended_at=now)
    baton = Baton.objects.create(child=child, holder=to, offered_by=by, offered_at=now)
    record_audit("baton.offered", by=by, now=now, child=child.pk, about=baton.pk)
    return baton


@transaction.atomic
def accept_baton(*, baton: Baton, by: User, now: datetime) -> Baton:
    """Who was asked says yes; from now on they are on duty, and nobody else. Refused: the offer is gone."""
    lock_child(baton.child)
    standing = _open_offers(baton.child).filter(pk=baton.pk, holder=by)
    if not standing.exists():
        raise Refused(_("This offer does not stand any more. Look who is on duty."))
    _end_turns(baton.child, now)
    standing.update(accepted_at=now, until=turn_until(now, baton.child.zone))
    record_audit("baton.accepted", by=by, now=now, child=baton.child_id, about=baton.pk)
    baton.refresh_from_db()
    return baton


@transaction.atomic
def decline_baton(*, baton: Baton, by: User, now: datetime) -> bool:
    """Who was asked says no, or who asked takes it back. Whoever is on duty stays so."""
    lock_child(baton.child)
    if by.pk not in (baton.holder_id, baton.offered_by_id):
        raise Refused(_("Only who asked, or who was asked, can end this offer."))
    ended = _open_offers(baton.child).filter(pk=baton.pk).update(ended_at=now) == 1
    if ended:
        record_audit("baton.declined", by=by, now=now, child=baton.child_id, about=baton.pk)
    return ended


@transaction.atomic
def take_baton(*, child: Child, instead_of: UUID | None, by: User, now: datetime) -> Baton:
    """ "I am on duty." `instead_of`: the turn that the page showed, or None. Refused: somebody else was faster."""
    lock_child(child)
    held = baton_held(child, now)
    if held and held.holder_id == by.pk:
        return held
    if (held.pk if held else None) != instead_of:
        raise Refused(_("Somebody else was faster. Look who is on duty."))
    _open_offers(child).update(ended_at=now)
    _end_turns(child, now)
    until = turn_until(now, child.zone)
    baton = Baton.objects.create(
        child=child, holder=by, offered_by=by, offered_at=now, accepted_at=now, until=until
    )
    record_audit("baton.taken", by=by, now=now, child=child.pk, about=baton.pk)
    return baton


def _open_offers(child: Child) -> QuerySet[Baton]:
    return Baton.objects.filter(child=child, accepted_at=None, ended_at=None)


def _end_turns(child: Child, now: datetime) -> None:
    Baton.objects.filter(child=child, accepted_at__isnull=False, ended_at=None).update(ended_at=now)
