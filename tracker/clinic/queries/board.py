"""What a care team's board shows, in a number of queries that does not grow with the children.

Alerts, silent families and other children are paged: which alerts stand on a page, board_alerts.py says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.alerts.closings import closed_lately, emergencies_before
from tracker.assessment.courses import COURSE_ORDER, COURSE_ROW, remember_courses
from tracker.assessment.earlier_logs import logs_at, remembered
from tracker.assessment.wording import Report, short_age, temperature_in, told_apart
from tracker.clinic.queries.board_alerts import CARDS, Filters, Pick, is_held, open_alerts, pick, waits
from tracker.clinic.week_strip import shapes, strip
from tracker.families.queries.callback_numbers import fill_callbacks
from tracker.lib.name_search import is_found
from tracker.lib.present import present
from tracker.logs import queries
from tracker.messaging.push_checks import has_lost_notifications
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
    PhoneEntry,
    SymptomLog,
    Urgency,
)
from tracker.models.logs import not_corrected

PAGE = 12


@dataclass(frozen=True)
class Asked:
    """What one nurse's board shows: nurses who ask for the same are given the same."""

    filters: Filters = field(default_factory=Filters)
    view: str = CARDS
    unit: str = "C"
    alerts_page: int = 1
    page: int = 1
    silent_page: int = 1


@dataclass
class BoardRow:
    """One child on the board, with its open alert if there is one."""

    child: Child
    alert: Alert | None = None
    seen: list[str] = field(default_factory=list)
    seen_at: datetime | None = None
    came_at: datetime | None = None  # of a log that a phone wrote down and judged without a network
    phone_said: str = ""
    before: list[str] = field(
        default_factory=list
    )  # what an earlier log told that the alert still stands for
    before_at: datetime | None = None
    syndromes: list[str] = field(default_factory=list)
    sources: int = 0
    earlier_logs: int = 0
    called_at: datetime | None = None
    nobody_answered: bool = False  # at that call
    is_unnotified: bool = False  # a phone of the family gets no notifications any more
    emergency: Alert | None = None  # one that was closed in the day before this alert
    week: list[dict[str, Any]] = field(default_factory=list)
    strip: str = ""  # the week as a small picture
    link: str = ""
    take: str = ""  # where the buttons post to
    reached: str = ""
    is_held: bool = False
    waits: bool = False  # for a nurse
    age: str = ""
    day_label: str = ""  # in words: the view says it
    therapy: str = ""  # so is this

    @property
    def its_alert(self) -> Alert:
        """Of a row of an alert."""
        return present(self.alert)

    @property
    def may_be_taken(self) -> bool:
        """By any nurse, whoever holds it."""
        return not self.its_alert.taken_by_id or self.its_alert.try_again_at is not None


@dataclass(frozen=True)
class Board:
    """One page of it. What counts and sounds is of all pages."""

    pick: Pick
    alerts: list[BoardRow]  # of this page
    found: list[BoardRow]  # alerts of any page that match what was searched for
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
    def weeks(self) -> SafeString:
        """What the weeks of the rows refer to."""
        return shapes(row.week for row in self.rows)

    @property
    def open_count(self) -> int:
        return len(self.pick.open)

    @property
    def closable(self) -> list[BoardRow]:
        """The alerts of this page that may be closed together."""
        waits = [row for row in self.alerts if row.its_alert.urgency == Urgency.TODAY]
        return [row for row in waits if not row.its_alert.taken_by]


def board(team: CareTeam, asked: Asked, now: datetime) -> Board:
    """What one nurse asked to see of the board of a team."""
    filters = asked.filters
    picked = pick(team, filters, now, view=asked.view, page=asked.alerts_page)
    rows = _alert_rows(picked.of_this_page, asked.unit, now)
    silent = silent_ones(Child.objects.filter(care_team=team), asked.silent_page, now, PAGE)
    quiet = _children(team, filters).filter(~Exists(Alert.objects.open().filter(child=OuterRef("pk"))))
    start = (asked.page - 1) * PAGE
    listed = list(quiet.order_by(F("last_log_at").desc(nulls_first=True), "pk")[start : start + PAGE + 1])
    silents, others = (
        [BoardRow(child) for child in silent[:PAGE]],
        [BoardRow(child) for child in listed[:PAGE]],
    )
    _fill_children([*rows, *silents, *others], now)
    lately = closed_lately(team, now)
    return Board(
        pick=picked,
        alerts=rows,
        found=[BoardRow(alert.child) for alert in picked.matching[:PAGE]] if filters.words else [],
        closed=lately.just_closed,
        logged_since=lately.logged_since,
        silent=silents,
        more_silent=len(silent) > PAGE,
        children=others,
        more_children=len(listed) > PAGE,
    )


def open_rows(team: CareTeam, unit: str, now: datetime) -> list[BoardRow]:
    """The open alerts alone."""
    return alert_rows(open_alerts(team, Filters(), now), unit, now)


def alert_rows(alerts: Iterable[Alert], unit: str, now: datetime) -> list[BoardRow]:
    """These alone, with all that a line says."""
    rows = _alert_rows(alerts, unit, now)
    _fill_children(rows, now)
    return rows


def _alert_rows(alerts: Iterable[Alert], unit: str, now: datetime) -> list[BoardRow]:
    rows = [
        BoardRow(alert.child, alert, is_held=is_held(alert, now), waits=waits(alert, now)) for alert in alerts
    ]
    _fill_alerts(rows, unit, now)
    return rows


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


def _fill_alerts(rows: Sequence[BoardRow], unit: str, now: datetime) -> None:
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
    alone = PhoneEntry.objects.filter(log=OuterRef("pk")).values("urgency")[:1]
    lost = has_lost_notifications(OuterRef("child"), now)
    logs = logs.annotate(response=Subquery(answer), phone_said=Subquery(alone), is_unnotified=lost)
    found = {log.pk: log for log in logs}
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
        row.emergency, row.is_unnotified = emergencies.get(alert), log.is_unnotified
        row.seen, row.seen_at = seen_in(reports[pk], unit), log.observed_at
        if log.phone_said is not None:
            row.came_at, row.phone_said = log.received_at, log.phone_said
        told = earlier.get(moments[pk]) if pk in moments else None
        if told and told.pk != pk:
            row.before, row.before_at = seen_in(reports[told.pk], unit), told.observed_at
        row.syndromes = response.get("syndromes", [])
        row.sources = len({s["id"] for flag in response.get("flags", []) for s in flag.get("sources", [])})


def seen_in(report: Report, unit: str) -> list[str]:
    """ "38.4 °C (101.1 °F)", "Chills, shaking (moderate)", "worried", "3 answers as usual": the temperature first."""
    own, typed = temperature_in(report, unit)
    odd, usual = told_apart(report)
    seen = [f"{own} ({typed})" if typed else own, *odd, *([_("worried")] if report.get("worried") else [])]
    return list(filter(None, [*seen, answers_as_usual(len(usual)) if usual else ""]))


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
        row.age = short_age(row.child.age_months(now))
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
        not_corrected("log"),
        log__child__in=list(children),
        log__observed_at__gte=now - timedelta(days=queries.WEEK),
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
