"""A full ward in a second: children who are like one, written in bulk, past all actions."""

from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.db.models import Model, QuerySet

from tracker.models import (
    Alert,
    AlertEvent,
    Assessment,
    Child,
    Course,
    Membership,
    Observation,
    SymptomLog,
    TreatmentEvent,
)

Row = TypeVar("Row", bound=Model)


def crowd(like: Child, *, children: int, alerts: int) -> None:
    """So many more children in the team of `like`; `alerts` of them have an open alert like its own, a minute apart."""
    them = [_copy(Child.objects.get(pk=like.pk), nickname=f"Kid{n:04}") for n in range(children)]
    Child.objects.bulk_create(them)
    courses = _copies(Course.objects.filter(child=like), [{"child": child} for child in them])
    event = TreatmentEvent.objects.filter(course__child=like)
    _copies(event, [{"course": course} for course in courses])
    _copies(Membership.objects.filter(child=like), [{"child": child} for child in them])
    alert = Alert.objects.open().get(child=like)
    log, sick = SymptomLog.objects.filter(pk=alert.log_id), them[:alerts]
    logs = _copies(log, [{"child": child, "client_uuid": uuid4()} for child in sick])
    _copies(Assessment.objects.filter(log=alert.log_id), [{"log": log} for log in logs])
    about = [{"log": log, "child": log.child} for log in logs]
    _copies(Observation.objects.filter(log=alert.log_id), about)
    raised = [one | {"raised_at": alert.raised_at + timedelta(minutes=n)} for n, one in enumerate(about)]
    made = _copies(Alert.objects.filter(pk=alert.pk), raised)
    events = AlertEvent.objects.filter(alert=alert, verb="raised")
    _copies(events, [{"alert": one, "log": one.log} for one in made])


def _copies(rows: QuerySet[Row], changes: list[dict[str, Any]]) -> list[Row]:
    """Of each row one for each change."""
    made = [_copy(row, **change) for row in rows for change in changes]
    rows.model._default_manager.bulk_create(made)
    return made


def _copy(row: Row, **change: Any) -> Row:
    key = row._meta.pk
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f is not key}
    given = {name: value for name, value in values.items() if name.removesuffix("_id") not in change}
    return type(row)(**given, **change)
