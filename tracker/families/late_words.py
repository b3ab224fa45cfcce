"""What a late form of these pages says, in words: read before it is saved."""

from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.logs.late_words import Words, when
from tracker.models import Child, TreatmentEvent


def event_taken_back(child: Child, typed: QueryDict, at: datetime, event_id: UUID, **_which: UUID) -> Words:
    event = TreatmentEvent.objects.filter(course__child=child, pk=event_id).first()
    rows = [(event.get_kind_display(), when(event.until or event.at))] if event else []
    return Words(_("Something was recorded by mistake"), rows)
