"""What a late form of these pages says, in words: read before it is saved."""

from datetime import datetime
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from tracker.families.forms.treatment import COUNTS, WORDS
from tracker.logs.late_words import Words
from tracker.models import Child


def note(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    return Words(_("A note of the care team"), [(_("Note"), typed.get("text", ""))])


def counts(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    change = str(typed.get("kind"))
    rows = [(str(WORDS[change]), typed.get("at", ""))] if change in COUNTS else []
    return Words(_("Blood counts"), rows)


def known_numbers(child: Child, typed: QueryDict, at: datetime, **_which: UUID) -> Words:
    rows = [
        (_("Where you reach the family"), typed.get("call_back_number", "")),
        (_("Your record number of this child"), typed.get("record_number", "")),
    ]
    return Words(_("Telephone"), rows)
