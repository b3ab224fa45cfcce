"""A rehearsal of the worst night. It writes one row of its own and tells nobody."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.core.audit import record_audit
from tracker.core.refused import Refused
from tracker.lib.text import typed
from tracker.models import Child, Drill, User

LONGEST = 2000


@transaction.atomic
def begin_drill(*, child: Child, by: User, now: datetime) -> Drill:
    """A new drill; one that this person has left open goes on."""
    standing = Drill.objects.filter(child=child, begun_by=by, finished_at=None).order_by("-begun_at").first()
    if standing:
        return standing
    drill = Drill.objects.create(child=child, begun_by=by, begun_at=now)
    record_audit("drill.begun", by=by, now=now, child=child.pk, about=drill.pk)
    return drill


def pass_step(*, drill: Drill, by: User, now: datetime) -> Drill:
    """The step that is open was done. Refused: it is somebody else's drill, or over."""
    step = drill.open_step
    if drill.begun_by_id != by.pk or step not in drill.STEPS:
        raise Refused(_("This drill is somebody else's, or over."))
    Drill.objects.filter(pk=drill.pk, **{step: None}).update(**{step: now})
    drill.refresh_from_db()
    return drill


def finish_drill(*, drill: Drill, hard: str, by: User, now: datetime) -> bool:
    """What was hard, in their own words. False where it was finished before."""
    own = Drill.objects.filter(pk=drill.pk, begun_by=by, finished_at=None, script_at__isnull=False)
    return own.update(hard=typed(hard)[:LONGEST], finished_at=now) == 1
