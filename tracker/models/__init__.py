"""Fields, constraints and what a row knows about itself. Nothing here writes: that is for actions."""

from tracker.models.alerts import Alert, AlertEvent, AlertVerb, Call, Outcome
from tracker.models.audit import AuditEvent, Heartbeat
from tracker.models.logs import Assessment, LogKind, Observation, SymptomLog, Urgency
from tracker.models.messages import Channel, Message
from tracker.models.nursing import CareNote
from tracker.models.people import (
    CareTeam,
    Child,
    Colour,
    FeverRule,
    Invitation,
    Line,
    Membership,
    PauseReason,
    Role,
    Sensitivity,
    User,
)
from tracker.models.treatment import Course, EventKind, TreatmentEvent

__all__ = (
    "Alert",
    "AlertEvent",
    "AlertVerb",
    "Assessment",
    "AuditEvent",
    "Call",
    "CareNote",
    "CareTeam",
    "Channel",
    "Child",
    "Colour",
    "Course",
    "EventKind",
    "FeverRule",
    "Heartbeat",
    "Invitation",
    "Line",
    "LogKind",
    "Membership",
    "Message",
    "Observation",
    "Outcome",
    "PauseReason",
    "Role",
    "Sensitivity",
    "SymptomLog",
    "TreatmentEvent",
    "Urgency",
    "User",
)
