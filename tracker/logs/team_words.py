"""The answer once more in the language of who picks up the telephone: to read out, or to show to a nurse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from therapies.response import Response
from tracker.assessment import phone_script, wording
from tracker.assessment.phone_script import ScriptFacts
from tracker.core.pages import NumberToCall, day_label, earlier_therapies, number_to_call
from tracker.lib.language import is_right_to_left, spoken
from tracker.models import Child


@dataclass(frozen=True)
class TeamWords:
    """`language` is a code; `headline` and `urgency` are as on the answer. `call`: None where nobody is known."""

    language: str
    urgency: str
    headline: str
    call: NumberToCall | None
    what_to_say: Sequence[str]

    @property
    def direction(self) -> str:
        return "rtl" if is_right_to_left(self.language) else "ltr"


def team_words(
    said: Response,
    told: ScriptFacts,
    child: Child | None = None,
    now: datetime | None = None,
    beside: Callable[[], Sequence[str]] = tuple,
) -> TeamWords | None:
    """None where both read the same. Without a child it is the site's language. `beside`: said before the end."""
    language = child.care_team.language if child else settings.LANGUAGE_CODE
    if language == get_language():
        return None
    with spoken(language):
        if child and now:
            told = _there(told, child, now)
        script = phone_script.what_to_say(told, said["flags"], said["urgency"])
        script[-1:-1] = beside()
        return TeamWords(
            language=language,
            urgency=str(wording.urgency_word(said["urgency"])),
            headline=_(said["headline"]),
            call=number_to_call(child.care_team, now) if child and now else None,
            what_to_say=script,
        )


def _there(told: ScriptFacts, child: Child, now: datetime) -> ScriptFacts:
    """With the day and the earlier therapies in the language that is spoken now."""
    pump_stopped = told.report.get("pump") == "stopped"
    try:
        day = day_label(child, now, pump_stopped=pump_stopped) if told.day_label else ""
        return replace(told, day_label=day, earlier_therapies=earlier_therapies(child, now))
    except DatabaseError:  # an answer does not wait for it
        return replace(told, day_label="", earlier_therapies=())
