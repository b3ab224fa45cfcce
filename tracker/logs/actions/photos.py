"""A photo is added to a log that has had its answer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.child_lock import lock_child
from tracker.core.refused import Refused
from tracker.lib.pictures import Picture
from tracker.models import Photo, SymptomLog, User

PER_LOG = 8
PER_DAY = 30  # of one child: some 12 MB
DAY = timedelta(days=1)


def add_photo(
    *, log: SymptomLog, kind: str, picture: Picture, client_uuid: UUID, by: User, now: datetime
) -> Photo:
    """Nothing else changes: no answer, no alert, no reminder. A double tap gives the first photo."""
    with transaction.atomic():
        lock_child(log.child)
        if before := Photo.objects.filter(log=log, client_uuid=client_uuid).defer("jpeg").first():
            return before
        _look_for_room(log, now)
        return Photo.objects.create(
            child=log.child,
            log=log,
            kind=kind,
            client_uuid=client_uuid,
            by=by,
            received_at=now,
            **picture._asdict(),
        )


def _look_for_room(log: SymptomLog, now: datetime) -> None:
    """Whoever has a login could fill the disk that logs are kept on."""
    if log.photos.count() >= PER_LOG:
        raise Refused(_("This log has %(n)d photos. More do not fit.") % {"n": PER_LOG})
    if Photo.objects.filter(child=log.child_id, received_at__gt=now - DAY).count() >= PER_DAY:
        raise Refused(_("There are %(n)d photos of one day. More can be added tomorrow.") % {"n": PER_DAY})
