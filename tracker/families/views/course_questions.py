"""What the record of a treatment leaves open, asked on Today and beside the treatment, with the ways to answer it."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from therapies import course_gaps
from therapies.catalogue import load
from tracker.assessment.courses import courses_of
from tracker.core.pages import label_text
from tracker.logs.queries import LogRow
from tracker.models import Child

ENTER = gettext_lazy("Enter when")
_WAYS = {
    course_gaps.NO_INFUSION: ((ENTER, "infusion"), (gettext_lazy("It is planned"), "next")),
    course_gaps.NO_START: ((ENTER, "start"), (gettext_lazy("It is planned"), "next")),
    course_gaps.NO_DOSE: ((ENTER, "dose"), (gettext_lazy("It is planned"), "next")),
    course_gaps.STOP_UNCLEAR: ((gettext_lazy("Answer"), "planned"),),
    course_gaps.END_PASSED: (
        (gettext_lazy("No, the cycle has ended"), "end"),
        (gettext_lazy("No, it was stopped"), "stop"),
    ),
    course_gaps.FREE_DAYS_PASSED: (
        (gettext_lazy("Yes, enter when"), "start"),
        (gettext_lazy("No, it is planned"), "next"),
    ),
}
_GIVEN = {"once": "infusion", "pump": "start", "doses": "dose"}


class CourseQuestion(NamedTuple):
    """A question, what to do where no way fits, and the ways: words and a change of the treatment's page."""

    text: str
    hint: str
    ways: list[tuple[str, str]]


def course_questions(child: Child, now: datetime, last: LogRow | None = None) -> list[CourseQuestion]:
    """What is open at `now`, with what the last log says of the pump. No query beside the courses themselves."""
    courses_of(child)
    if child.course is None:
        return []
    questions = [_question(child, label) for label in child.course.gaps(now)]
    return [*_of_the_log(child, now, last), *questions]


def says_pump_stopped(row: LogRow | None) -> bool:
    return row is not None and row.report.get("pump") == "stopped"


def _of_the_log(child: Child, now: datetime, last: LogRow | None) -> list[CourseQuestion]:
    """A log says that the pump has stopped, and the treatment does not know since when."""
    if not says_pump_stopped(last) or not child.running_course.pump_runs(now):
        return []
    text = _("The last log says that the pump has stopped. Since when?")
    return [CourseQuestion(text, "", [(str(ENTER), "stop")])]


def _question(child: Child, label: tuple[str, dict[str, datetime]]) -> CourseQuestion:
    text, _values = label
    ways = _WAYS.get(text) or (
        (
            gettext_lazy("Yes, enter when"),
            _GIVEN[load().therapies[child.running_course.therapy].schedule.given],
        ),
        (gettext_lazy("No, it is put off"), "delayed"),
    )
    is_end = text == course_gaps.END_PASSED
    hint = _("It still runs? Ask your care team today until when.") if is_end else ""
    return CourseQuestion(label_text(label), hint, [(str(words), change) for words, change in ways])
