"""What a care team's board shows, in a number of queries that does not grow with the children.

Alerts are never paged. The other children are; so are the silent ones, of whom the page says how many it holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.alerts.closings import closed_lately, emergencies_before
from tracker.assessment.courses import COURSE_ORDER, COURSE_ROW, remember_courses
from tracker.assessment.earlier_logs import logs_at, remembered
from tracker.assessment.wording import Report, temperature, told_apart
from tracker.clinic.week_strip import strip
from tracker.families.queries.callback_numbers import fill_callbacks
from tracker.lib.name_search import is_found
from tracker.lib.present import present
from tracker.logs import queries
from tracker.messaging.silence import silent_ones
from tracker.models import (
    Alert,
    AlertEvent,
    AlertVerb,
    Assessment,
    Call,
    CareTeam,
    Child,
    Course,
    SymptomLog,
    Urgency,
)
from tracker.models.alerts import AT_ANY_HOUR
from tracker.models.logs import RANK

PAGE = 12


@dataclass(frozen=True)
class Filters:
    """What a nurse asked to see. Kept in the session: no address carries a name or a therapy."""

    therapy: str = ""
    nurse: str = ""
    urgency: str = ""
    words: str = ""

    @property
    def are_set(self) -> bool:
        return any((self.therapy, self.nurse, self.urgency, self.words))


@dataclass
class BoardRow:
    """One child on the board, with its open alert if there is one."""

    child: Child
    alert: Alert | None = None
    seen: list[str] = field(default_factory=list)
    seen_at: datetime | None = None
    before: list[str] = field(
        default_factory=list
    )  # what an earlier log told that the alert still stands for
    before_at: datetime | None = None
    syndromes: list[str] = field(default_factory=list)
    sources: int = 0
    earlier_logs: int = 0
    called_at: datetime | None = None
    nobody_answered: bool = False  # at that call
    emergency: Alert | None = None  # one that was closed in the day before this alert
    week: list[dict[str, Any]] = field(default_factory=list)
    strip: str = ""  # the week as a small picture
    link: str = ""
    take: str = ""  # where the button posts to
    is_held: bool = False
    age: int | None = None
    day_label: str = ""  # in words: the view says it

    @property
    def its_alert(self) -> Alert:
        """Of a row of an alert."""
        return present(self.alert)

    @property
    def is_urgent(self) -> bool:
        return self.its_alert.urgency in AT_ANY_HOUR

    @property
    def may_be_taken(self) -> bool:
        """By any nurse, whoever holds it."""
        return not self.its_alert.taken_by_id or self.its_alert.try_again_at is not None


@dataclass(frozen=True)
class Board:
    """No filter touches what counts, sounds or is urgent: it leaves out what can wait, and other children."""

    alerts: list[BoardRow]
    found: list[BoardRow]  # of these, the ones that match the filters
    hidden: int  # open alerts that can wait until the day and don't match
    closed: Sequence[Alert]  # in the last minutes
    logged_since: Sequence[Alert]  # closed within a day; they did not come, or have logged since
    silent: list[BoardRow]
    more_silent: bool
    children: list[BoardRow]
    more_children: bool

    @property
    def rows(self) -> list[BoardRow]:
        return [*self.alerts, *self.silent, *self.children]

    @property
    def open_count(self) -> int:
        return len(self.alerts) + self.hidden

    @property
    def sounding(self) -> list[UUID]:
        """The urgent alerts that wait for a nurse: nobody's, or the family was not reached."""
        return [row.its_alert.pk for row in self.alerts if row.is_urgent and row.may_be_taken]

    @property
    def closable(self) -> list[BoardRow]:
        """The alerts that may be closed together."""
        waits = [row for row in self.alerts if row.its_alert.urgency == Urgency.TODAY]
        return [row for row in waits if not row.its_alert.taken_by]


def board(team: CareTeam, filters: Filters, now: datetime, *, page: int = 1, silent_page: int = 1) -> Board:
    """Everything on the board of one team."""
    open_alerts = _open_alerts(team, filters)
    wanted = {alert.pk: _is_wanted(alert, filters) for alert in open_alerts}
    rows = _alert_rows([a for a in open_alerts if wanted[a.pk] or a.urgency in AT_ANY_HOUR], now)
    silent = silent_ones(Child.objects.filter(care_team=team), silent_page, now, PAGE)
    quiet = _children(team, filters).filter(~Exists(Alert.objects.open().filter(child=OuterRef("pk"))))
    start = (page - 1) * PAGE
    listed = list(quiet.order_by(F("last_log_at").desc(nulls_first=True), "pk")[start : start + PAGE + 1])
    silents, others = (
        [BoardRow(child) for child in silent[:PAGE]],
        [BoardRow(child) for child in listed[:PAGE]],
    )
    _fill_children([*rows, *silents, *others], now)
    lately = closed_lately(team, now)
    return Board(
        alerts=rows,
        found=[row for row in rows if wanted[row.its_alert.pk]],
        hidden=len(open_alerts) - len(rows),
        closed=lately.just_closed,
        logged_since=lately.logged_since,
        silent=silents,
        more_silent=len(silent) > PAGE,
        children=others,
        more_children=len(listed) > PAGE,
    )


def open_rows(team: CareTeam, now: datetime) -> list[BoardRow]:
    """The open alerts alone."""
    rows = _alert_rows(_open_alerts(team, Filters()), now)
    _fill_children(rows, now)
    return rows


def _alert_rows(alerts: Iterable[Alert], now: datetime) -> list[BoardRow]:
    rows = [
        BoardRow(alert.child, alert, is_held=bool(alert.taken_until and alert.taken_until > now))
        for alert in alerts
    ]
    _fill_alerts(rows)
    return rows


def _open_alerts(team: CareTeam, filters: Filters) -> list[Alert]:
    """All of them, the worst first, of these the oldest."""
    found = Alert.objects.open().filter(child__care_team=team)
    alerts = list(found.select_related("child", "taken_by", "offered_to"))
    if filters.therapy:
        courses = _courses([alert.child_id for alert in alerts])
        running = dict(courses.values_list("child_id", "therapy"))
        for alert in alerts:
            alert.therapy = running.get(alert.child_id, "")
    return sorted(alerts, key=lambda alert: (-RANK[alert.urgency], alert.raised_at))


def _courses(children: Sequence[UUID]) -> QuerySet[Course]:
    return Course.objects.filter(child__in=children, ended_at=None)


def _is_wanted(alert: Alert, filters: Filters) -> bool:
    holder = {str(alert.taken_by_id), str(alert.offered_to_id)}
    child = alert.child
    return (
        (not filters.therapy or filters.therapy == alert.therapy)
        and (not filters.nurse or filters.nurse in holder)
        and filters.urgency in ("", alert.urgency)
        and is_found(filters.words, child.nickname, child.record_number)
    )


def _children(team: CareTeam, filters: Filters) -> QuerySet[Child]:
    """The children of the team that the filters leave in. Nurse and urgency are said of alerts alone."""
    children = Child.objects.filter(care_team=team)
    if filters.therapy:
        running = Course.objects.filter(child=OuterRef("pk"), ended_at=None, therapy=filters.therapy)
        children = children.filter(Exists(running))
    if filters.words:
        names = children.values_list("pk", "nickname", "record_number")
        children = children.filter(pk__in=[pk for pk, *name in names if is_found(filters.words, *name)])
    return children


# ------------------------------------------------------------ what is read for the rows, in one go each


def _fill_alerts(rows: Sequence[BoardRow]) -> None:
    """What was seen last, what it may be, what the family has done since."""
    by_alert = {row.alert.pk: row for row in rows if row.alert}
    newest = {row.alert.pk: row.alert.log_id for row in rows if row.alert}
    further = (AlertVerb.JOINED, AlertVerb.WORSE)
    happened = AlertEvent.objects.filter(alert__in=by_alert, verb__in=(*further, AlertVerb.CALLED))
    for alert, verb, at, log_id in happened.order_by("pk").values_list("alert_id", "verb", "at", "log_id"):
        if verb in further:
            newest[alert] = log_id
            by_alert[alert].earlier_logs += 1
        else:
            by_alert[alert].called_at = at
    answer = Assessment.objects.filter(log=OuterRef("pk")).order_by("-pk").values("response")[:1]
    logs = SymptomLog.objects.filter(pk__in=newest.values())
    found = {log.pk: log for log in logs.annotate(response=Subquery(answer))}
    moments = {
        pk: (log.child_id, before[0])
        for pk, log in found.items()
        if log.response and (before := remembered(log, log.response))
    }
    earlier = logs_at(moments.values())
    reports = queries.reports([*found.values(), *earlier.values()])
    emergencies = emergencies_before(row.its_alert for row in by_alert.values())
    for alert, pk in newest.items():
        row, log = by_alert[alert], found[pk]
        response = log.response or {}
        row.emergency = emergencies.get(alert)
        row.seen, row.seen_at = seen_in(reports[pk]), log.observed_at
        told = earlier.get(moments[pk]) if pk in moments else None
        if told and told.pk != pk:
            row.before, row.before_at = seen_in(reports[told.pk]), told.observed_at
        row.syndromes = response.get("syndromes", [])
        row.sources = len({s["id"] for flag in response.get("flags", []) for s in flag.get("sources", [])})


def seen_in(report: Report) -> list[str]:
    """ "38.4 °C", "Chills, shaking (moderate)", "worried", "3 answers as usual": the temperature first, as typed."""
    odd, usual = told_apart(report)
    seen = [*filter(None, [temperature(report)[0]]), *odd, *([_("worried")] if report.get("worried") else [])]
    return [*seen, answers_as_usual(len(usual))] if usual else seen


def answers_as_usual(number: int) -> str:
    return ngettext("%(n)d answer as usual", "%(n)d answers as usual", number) % {"n": number}


def _fill_children(rows: Sequence[BoardRow], now: datetime) -> None:
    """The running course, and what the last seven days held."""
    children: dict[UUID, Child] = {}
    for row in rows:
        row.child = children.setdefault(row.child.pk, row.child)  # who is silent is among the others too
        row.child.course = None
    _fill_courses(children)
    fill_callbacks(children.values())
    logs, calls = _week_logs(children, now), _week_calls(children, now)
    for row in rows:
        row.age = row.child.age_years(now)
        called = calls.get(row.child.pk, [])
        row.nobody_answered = bool(row.called_at and called) and not called[-1][1]
        row.week = queries.week_of(
            logs.get(row.child.pk, ()), [at for at, _reached in called], row.child.zone, now
        )
        row.strip = strip(row.week)


def _fill_courses(children: Mapping[UUID, Child]) -> None:
    """Each child's courses with what happened in them, the running one as its course. One query for all."""
    rows = Course.objects.filter(child__in=list(children)).order_by("child", *COURSE_ORDER)
    by_child = groupby(rows.values_list("child_id", *COURSE_ROW), key=itemgetter(0))
    known = {child_id: [row[1:] for row in of_child] for child_id, of_child in by_child}
    for child in children.values():
        remember_courses(child, known.get(child.pk, ()))


def _week_logs(children: Iterable[UUID], now: datetime) -> dict[UUID, list[tuple[datetime, str]]]:
    """Each child's standing logs of the last days with their urgency: the newest assessment counts."""
    made = Assessment.objects.filter(
        log__child__in=list(children),
        log__observed_at__gte=now - timedelta(days=queries.WEEK),
        log__corrections=None,
    )
    newest = {
        log: (child, at, urgency)
        for log, child, at, urgency in made.order_by("pk").values_list(
            "log_id", "log__child_id", "log__observed_at", "urgency"
        )
    }
    found: dict[UUID, list[tuple[datetime, str]]] = {}
    for child, at, urgency in newest.values():
        found.setdefault(child, []).append((at, urgency))
    return found


def _week_calls(children: Iterable[UUID], now: datetime) -> dict[UUID, list[tuple[datetime, bool]]]:
    """When they called and whether somebody answered, the oldest first."""
    calls = Call.objects.filter(child__in=list(children), called_at__gte=now - timedelta(days=queries.WEEK))
    found: dict[UUID, list[tuple[datetime, bool]]] = {}
    for child, at, reached in calls.order_by("called_at").values_list("child_id", "called_at", "reached"):
        found.setdefault(child, []).append((at, reached))
    return found
