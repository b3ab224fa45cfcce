"""Rows as therapies/episodes.py wants them: the alert that a log may join, and what was told of it."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DatabaseError
from django.db.models import FilteredRelation, OuterRef, Q, Subquery

from therapies.episodes import (
    ADVICE_LASTS,
    NEW_TREATMENT,
    Advice,
    Known,
    Log,
    Worse,
    decide,
    reasons,
    still_held,
)
from therapies.response import Response
from tracker.assessment.answers import Answer, report_of
from tracker.core.child_lock import LockedChild
from tracker.lib.clock import SKEW
from tracker.lib.present import present
from tracker.models import Alert, Assessment, Child, Observation, SymptomLog
from tracker.models.alerts import IS_OPEN, TOLD_OF
from tracker.models.logs import not_corrected

log = logging.getLogger(__name__)

PARTS_OF = 2 * ADVICE_LASTS
"""So far back alerts are looked at that became part of another one."""
FEW_LOGS, MOST_LOGS = 20, 300
_ADVICE = ("resolved_at", "there_at", "home_at")
_ALERT = ("pk", "taken_in_by", "urgency", "raised_at", "outcome", *_ADVICE, "told__log")


class _Alert(NamedTuple):
    pk: UUID
    part_of: UUID | None
    urgency: str
    raised_at: datetime
    outcome: str
    resolved_at: datetime | None
    there_at: datetime | None
    home_at: datetime | None
    told: tuple[UUID, ...]

    @property
    def advice(self) -> Advice:
        """Of one that is closed."""
        return Advice(self.outcome, present(self.resolved_at), self.there_at, self.home_at)


class _Row(NamedTuple):
    """A log with its newest answer."""

    pk: UUID
    corrects: UUID | None
    observed_at: datetime
    signs_asked: bool
    answer: Response | None


class Episode:
    """What a child's nurses know of, read as far as it is asked for: of a child that is locked, or of one that will be
    claimed as it was `seen` before. `unsaved`: a log that is not written yet.
    """

    def __init__(
        self,
        child: Child,
        seen: LockedChild,
        logs: Collection[UUID],
        now: datetime,
        unsaved: Mapping[UUID, Log] | None = None,
    ) -> None:
        self.child, self.now = child, now
        self.asked_about, self.unsaved = logs, dict(unsaved or {})
        self.compared: dict[UUID, list[Worse]] = {}
        self.take(seen)

    def take(self, held: LockedChild) -> None:
        """Who has the alert in hand may have changed since it was seen."""
        self.held = held
        self.__dict__.pop("known", None)

    def decide(self, log_id: UUID, urgency: str) -> str:
        """What becomes of a log: one of the words of therapies/episodes.py."""
        return decide(urgency, self.now, self.known, lambda: self._worse(log_id))

    @cached_property
    def alert_id(self) -> UUID | None:
        """Of the alert that a log may join."""
        if self.held.alert:
            return self.held.alert.pk
        return self._running[0].pk if self._running else None

    @cached_property
    def known(self) -> Known | None:
        if standing := self.held.alert:
            is_held = standing.taken_by is not None
            return Known(
                standing.urgency, standing.raised_at, is_held, rests=self._is_resting(standing.raised_at)
            )
        if not self._running:
            return None
        closed = self._running[0]
        ends_at, rests = closed.advice.ends_at(self._treated_at), self._is_resting(closed.raised_at)
        return Known(closed.urgency, closed.raised_at, ends_at=ends_at, rests=rests)

    def _is_resting(self, raised_at: datetime) -> bool:
        """Nobody may be told of an alert that was there before a pause: a log of later is one of its own."""
        since = self.held.left_alone_since
        return since is not None and raised_at <= since <= self.now + SKEW

    # ------------------------------------------------------------ the alerts

    @cached_property
    def _alerts(self) -> Mapping[UUID, _Alert]:
        """The open one, those that were closed within a day, and what they took in. One query."""
        lately = Q(resolved_at__gt=self.now - ADVICE_LASTS)
        parts = Q(taken_in_by__isnull=False, raised_at__gt=self.now - PARTS_OF)
        found = Alert.objects.filter(IS_OPEN | lately | parts, child=self.child)
        told = FilteredRelation("events", condition=Q(events__verb__in=TOLD_OF))
        rows: Iterable[tuple[Any, ...]] = found.annotate(told=told).order_by("pk").values_list(*_ALERT)
        by_alert = groupby(rows, key=lambda row: row[:-1])
        alerts = [_Alert(*[*alert, tuple(row[-1] for row in of if row[-1])]) for alert, of in by_alert]
        return {alert.pk: alert for alert in alerts}

    @cached_property
    def _running(self) -> list[_Alert]:
        """Those that were closed last, as long as what was advised still holds; the newest first.

        Where no team watches, none is known.
        """
        if self.child.care_team.kept_by_family:
            return []
        closed = [alert for alert in self._alerts.values() if alert.resolved_at]
        closed.sort(key=lambda alert: alert.advice.at, reverse=True)
        return closed[: still_held([alert.advice for alert in closed], self.now, self._treated_at)]

    @cached_property
    def _treated_at(self) -> list[datetime]:
        courses = self.held.courses
        events = (event.at for course in courses for event in course.schedule if event.kind in NEW_TREATMENT)
        return [at for at in (*events, *(course.begun_at for course in courses)) if at <= self.now]

    # ------------------------------------------------------------ what was told

    def _worse(self, log_id: UUID) -> list[Worse]:
        """Two queries for the first log that is asked about. What breaks here is told."""
        if log_id not in self.compared:
            self.compared[log_id] = self._reasons(log_id)
        return self.compared[log_id]

    def _reasons(self, log_id: UUID) -> list[Worse]:
        if log_id not in self._logs:
            return [Worse("unchecked")]
        advised_at = self._running[0].resolved_at if not self.held.alert and self._running else None
        try:
            return reasons(self._logs[log_id], self._told(log_id), _Earlier(self), advised_at)
        except DatabaseError:
            raise
        except Exception as error:  # what it says may name a sign
            log.error("could_not_compare", exc_info=(type(error), Exception(), error.__traceback__))
            return [Worse("unchecked")]

    def _told(self, log_id: UUID) -> list[Log]:
        """Each as it stands now. Of the one that this log corrects, as it stood before."""
        found = []
        for pk in self._told_ids:
            while (newer := self._corrections.get(pk)) and newer != log_id:
                pk = newer
            if pk in self._logs and pk != log_id:
                found.append(self._logs[pk])
        return found

    @cached_property
    def _told_ids(self) -> list[UUID]:
        roots = {alert.pk for alert in self._running} | ({self.held.alert.pk} if self.held.alert else set())
        return [pk for alert in self._alerts.values() if self._root(alert) in roots for pk in alert.told]

    def _root(self, alert: _Alert) -> UUID | None:
        """The alert that it is part of in the end."""
        seen: set[UUID] = set()
        while alert.part_of and alert.part_of in self._alerts and alert.part_of not in seen:
            seen.add(alert.part_of)
            alert = self._alerts[alert.part_of]
        return alert.pk

    @cached_property
    def _logs(self) -> Mapping[UUID, Log]:
        """What was told and what is asked about, as it was and as it stands, with its newest answer."""
        return self._read(self._rows) | self.unsaved

    @cached_property
    def _rows(self) -> list[_Row]:
        """One query, and one more for each time that a correction was corrected."""
        known = {*self._told_ids, *self.asked_about}
        rows = self._select(Q(pk__in=known) | Q(corrects__in=known))
        while new := {row.pk for row in rows if row.corrects} - known:
            known |= new
            rows += self._select(Q(corrects__in=new))
        return rows

    @cached_property
    def _corrections(self) -> Mapping[UUID, UUID]:
        return {row.corrects: row.pk for row in self._rows if row.corrects}

    def earlier(self, piece: slice) -> list[Log]:
        """Of every log that stands since the first alert, the newest first."""
        first = min((alert.raised_at for alert in self._alerts.values()), default=self.now)
        since = Q(not_corrected(), observed_at__gte=first - timedelta(hours=1))
        return list(self._read(self._select(since, piece)).values())

    def _select(self, which: Q, piece: slice = slice(None)) -> list[_Row]:
        newest = Assessment.objects.filter(log=OuterRef("pk")).order_by("-pk").values("response")[:1]
        logs = SymptomLog.objects.filter(which, child=self.child).annotate(answer=Subquery(newest))
        rows = logs.order_by("-observed_at", "pk").values_list(*_Row._fields)
        return [_Row(*row) for row in rows[piece]]

    def _read(self, rows: Sequence[_Row]) -> dict[UUID, Log]:
        reports = self._reports(row.pk for row in rows)
        return {
            row.pk: Log(
                row.observed_at,
                report_of(reports.get(row.pk, ()), signs_asked=row.signs_asked)[0],
                row.answer,
            )
            for row in rows
            if row.answer is not None
        }

    def _reports(self, logs: Iterable[UUID]) -> Mapping[UUID, Collection[Answer]]:
        told = Observation.objects.filter(log__in=list(logs)).order_by("log", "pk")
        rows: Iterator = iter(told.values_list("log_id", *Answer._fields))
        return {pk: [Answer(*row[1:]) for row in of] for pk, of in groupby(rows, key=itemgetter(0))}


class _Earlier:
    """Every log that stands since the first alert, the newest first, read as far as anybody looks."""

    def __init__(self, episode: Episode) -> None:
        self.episode = episode

    def __iter__(self) -> Iterator[Log]:
        yield from self._newest
        yield from self._older

    @cached_property
    def _newest(self) -> list[Log]:
        return self.episode.earlier(slice(0, FEW_LOGS))

    @cached_property
    def _older(self) -> list[Log]:
        return self.episode.earlier(slice(FEW_LOGS, MOST_LOGS))
