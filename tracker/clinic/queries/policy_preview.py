"""What another policy would have said of the logs of the last weeks, before anybody takes it.

The same rules are asked twice about each log, with the policy that holds and with the other one, so that only the
policy can make a difference: not a rule that has changed since.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from therapies.rules import assess, worst_of
from tracker.assessment.answers import Answer, report_of
from tracker.assessment.assess import REMEMBERED
from tracker.assessment.past_logs import WINDOW
from tracker.assessment.wording import Report, celsius_of, vocabulary
from tracker.clinic.queries.alert_budget import Budget, budget
from tracker.models import Alert, Assessment, CareTeam, Observation, SymptomLog, Urgency
from tracker.models.logs import RANK

BACK = timedelta(days=90)
AT_MOST = 600
"""So many logs are asked about, the newest. It takes about a second."""


@dataclass(frozen=True)
class Difference:
    """A log of which the other policy says something else."""

    nickname: str
    child_id: UUID
    observed_at: datetime
    before: str
    after: str

    @property
    def is_more(self) -> bool:
        return RANK[self.after] > RANK[self.before]


@dataclass
class Preview:
    """What was looked at, and what would differ."""

    since: datetime
    logs: int = 0
    asked: int = 0
    is_cut: bool = False
    raised: int = 0  # in truth, under whatever rules held then
    budgets: tuple[Budget, Budget] | None = None  # before and after
    differences: list[Difference] = field(default_factory=list)

    @property
    def moves(self) -> list[tuple[str, str, int]]:
        """From which urgency to which, how often; the most first."""
        counted = Counter((one.before, one.after) for one in self.differences)
        return [(before, after, times) for (before, after), times in counted.most_common()]

    @property
    def more(self) -> int:
        return sum(one.is_more for one in self.differences)


@dataclass
class _Log:
    pk: UUID
    child_id: UUID
    nickname: str
    observed_at: datetime
    basis: dict[str, Any]
    urgency: str  # as it was answered
    report: dict[str, Any]


def preview(team: CareTeam, policy: Mapping[str, str], now: datetime) -> Preview:
    """The logs of the team's children of the last 90 days, under the policy that holds and under `policy`.

    For the policy that holds: what was answered then, and what the rules of today answer.
    """
    found = Preview(since=now - BACK)
    logs = _logs(team, now)
    found.logs = sum(log.observed_at >= found.since for log in logs)
    to_ask = [(log, history) for log, history in _with_history(logs) if log.observed_at >= found.since]
    held = {"fever": team.fever_rule, "sensitivity": team.sensitivity}
    is_held = dict(policy) == held
    to_ask = [
        (log, history) for log, history in to_ask if log.basis and (is_held or _could_differ(log, history))
    ]
    to_ask.sort(key=lambda pair: pair[0].observed_at, reverse=True)
    found.is_cut, to_ask = len(to_ask) > AT_MOST, to_ask[:AT_MOST]
    answers = {log.pk: (log.urgency, log.urgency) for log in logs}
    for log, history in to_ask:
        before = log.urgency if is_held else _urgency(log, history, held)
        after = _urgency(log, history, policy)
        if before and after:
            answers[log.pk] = before, after
        if before and after and before != after:
            found.differences.append(Difference(log.nickname, log.child_id, log.observed_at, before, after))
    found.asked = len(to_ask)
    found.raised = Alert.objects.filter(child__care_team=team, raised_at__gte=found.since).count()
    found.budgets = _budgets(team, logs, answers, found.since)
    return found


def _budgets(
    team: CareTeam, logs: Sequence[_Log], answers: Mapping[UUID, tuple[str, str]], since: datetime
) -> tuple[Budget, Budget]:
    before, after = (
        budget(team, [(log.child_id, log.observed_at, answers[log.pk][place]) for log in logs], since, BACK)
        for place in (0, 1)
    )
    return before, after


MOST_LOGS = 20_000


def _logs(team: CareTeam, now: datetime) -> list[_Log]:
    """Child by child, the oldest first, with the five days before the first one: that is their history."""
    newest = Assessment.objects.filter(log=OuterRef("pk")).order_by("-pk")
    rows = (
        SymptomLog.objects.standing()
        .filter(child__care_team=team, observed_at__gte=now - BACK - WINDOW, observed_at__lte=now)
        .annotate(basis=Subquery(newest.values("basis")[:1]), answer=Subquery(newest.values("urgency")[:1]))
        .order_by("-observed_at")
        .values_list("pk", "child_id", "child__nickname", "observed_at", "basis", "answer", "signs_asked")
    )[:MOST_LOGS]
    told = Observation.objects.filter(
        log__child__care_team=team, observed_at__gte=now - BACK - WINDOW, observed_at__lte=now
    )
    answers: dict[UUID, list[Answer]] = {}
    for log, *answer in told.order_by("pk").values_list("log_id", *Answer._fields):
        answers.setdefault(log, []).append(Answer(*answer))
    logs = [
        _Log(
            pk,
            child,
            name,
            at,
            basis or {},
            urgency or Urgency.NOTE,
            _report(basis or {}, answers.get(pk, ()), asked),
        )
        for pk, child, name, at, basis, urgency, asked in rows
    ]
    return sorted(logs, key=lambda log: (str(log.child_id), log.observed_at))


def _report(basis: Mapping[str, Any], answers: Sequence[Answer], signs_asked: bool) -> dict[str, Any]:
    """As the rules were asked about it: with what was known beside its answers."""
    return report_of(answers, signs_asked=signs_asked)[0] | basis.get("recorded", {})


def _with_history(logs: Sequence[_Log]) -> Iterator[tuple[_Log, list[_Log]]]:
    """Each log with those of the same child up to five days before it."""
    before: deque[_Log] = deque()
    for log in logs:
        while before and (
            before[0].child_id != log.child_id or log.observed_at - before[0].observed_at > WINDOW
        ):
            before.popleft()
        yield log, list(before)
        before.append(log)


def _could_differ(log: _Log, history: Sequence[_Log]) -> bool:
    """Only signs and the temperature are read by a policy, of the log itself or of the day that is remembered."""
    lately = [one for one in history if log.observed_at - one.observed_at <= REMEMBERED]
    return bool(log.basis) and any(_has_something(one.report) for one in (log, *lately))


def _has_something(report: Report) -> bool:
    return bool(report.get("symptoms")) or (bool(report.get("temperature")) and _is_near_a_line(report))


def _is_near_a_line(report: Report) -> bool:
    """Unless the temperature stands where no rule that a policy changes looks at it."""
    celsius, known = celsius_of(report), vocabulary()
    if celsius is None or known is None:
        return True
    lowest, highest = known.widest_step
    return not lowest <= celsius < highest


def _urgency(log: _Log, history: Sequence[_Log], policy: Mapping[str, str]) -> str | None:
    """None where the rules of today cannot be asked about it, for example a therapy that is gone."""
    reports = [
        {**one.report, "hours_ago": (log.observed_at - one.observed_at).total_seconds() / 3600}
        for one in (log, *history)
    ]
    first = {key: log.basis[key] for key in ("therapy", "context") if key in log.basis}
    asked = [first, *log.basis.get("earlier", ())]
    try:
        answers = [assess({**one, "policy": dict(policy), "reports": reports}) for one in asked]
        return str(Urgency(worst_of(*answers)["urgency"]))
    except Exception:  # a preview is no answer to a family: it leaves out what it cannot compare
        return None
