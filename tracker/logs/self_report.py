"""Five questions that a child answers alone, in words of our own; no instrument is copied.

They ask for what a grown-up cannot see: each is a documented early sign of a whole-body reaction or of the nervous
system. Who can say it best is the child.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tracker.models import Child, OwnAnswers, SymptomLog

FROM_YEARS = 8
SAME_MOMENT = timedelta(hours=1)
"""A log of a grown-up that is no older is about the same moment: the rules then read both as one, each sign at its
worst."""
NO, LITTLE, LOT, UNSURE = "no", "little", "lot", "unsure"
ANSWERS = ((NO, _("No")), (LITTLE, _("A little")), (LOT, _("A lot")), (UNSURE, _("I don't know")))
SEVERITY = {LITTLE: "mild", LOT: "severe"}


@dataclass(frozen=True)
class Question:
    """What the child is asked, what the grown-up is asked, and the sign that it is about."""

    key: str
    child: object
    adult: object
    sign: str


QUESTIONS = (
    Question("head", _("Does your head hurt?"), _("Does the head hurt?"), "headache"),
    Question("tummy", _("Does your tummy feel sick?"), _("Does the tummy feel sick?"), "nausea"),
    Question("wobbly", _("Are you dizzy or wobbly?"), _("Dizzy or wobbly?"), "dizziness"),
    Question("cold", _("Are you cold and shaky?"), _("Cold and shaky?"), "chills"),
    Question("words", _("Is it hard to find your words?"), _("Is it hard to find words?"), "speech_trouble"),
)


@dataclass(frozen=True)
class Pair:
    """Both answers to the same questions; the grown-up's may still be missing."""

    child: OwnAnswers
    adult: OwnAnswers | None

    @property
    def rows(self) -> list[tuple[Question, object, object, bool]]:
        """Each question, what the child said, what the grown-up said, and whether they differ."""
        words = dict(ANSWERS)
        rows: list[tuple[Question, object, object, bool]] = []
        for question in QUESTIONS:
            theirs = self.child.answers.get(question.key, UNSURE)
            ours = self.adult.answers.get(question.key, UNSURE) if self.adult else None
            rows.append(
                (question, words[theirs], words.get(ours or "", ""), ours is not None and ours != theirs)
            )
        return rows


def signs_in(answers: Mapping[str, str]) -> list[dict[str, str]]:
    """The signs that were said to be there, for the rules."""
    told = [(one.sign, SEVERITY.get(answers.get(one.key, UNSURE))) for one in QUESTIONS]
    return [{"code": sign, "severity": severity} for sign, severity in told if severity]


def report_of(answers: Mapping[str, str]) -> dict[str, Any]:
    """Only what is there goes to the rules: five questions don't say that every other sign is absent."""
    signs = signs_in(answers)
    return {"symptoms": signs} if signs else {}


def moment_of(child: Child, now: datetime) -> datetime:
    """The moment that the answers are about: that of the newest log, if it is no older than an hour."""
    since = now - SAME_MOMENT
    newest = SymptomLog.objects.standing().filter(child=child, observed_at__range=(since, now))
    return newest.order_by("-observed_at").values_list("observed_at", flat=True).first() or now


def is_old_enough(child: Child, now: datetime) -> bool:
    """An age that nobody typed in does not keep a child from answering."""
    age = child.age_years(now)
    return age is None or age >= FROM_YEARS


def pair_of(child: Child, pair: UUID) -> Pair | None:
    found = list(_answers(child).filter(pair=pair))
    return _paired(found)


def pairs_of(child: Child, most: int) -> list[Pair]:
    """The newest pairs. One query."""
    by_pair: dict[UUID, list[OwnAnswers]] = {}
    for one in _answers(child).order_by("-at")[: 2 * most]:
        by_pair.setdefault(one.pair, []).append(one)
    return [pair for pair in map(_paired, by_pair.values()) if pair][:most]


def _answers(child: Child) -> QuerySet[OwnAnswers]:
    return OwnAnswers.objects.filter(child=child).select_related("log__caregiver")


def _paired(found: Sequence[OwnAnswers]) -> Pair | None:
    child = [one for one in found if one.by_child]
    adult = [one for one in found if not one.by_child]
    return Pair(child[0], adult[0] if adult else None) if child else None
