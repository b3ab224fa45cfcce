"""Fields, constraints and what a row knows about itself. Nothing here writes: that is for actions."""

from tracker.models.alerts import Alert, AlertEvent, AlertVerb, Call, Outcome
from tracker.models.audit import AuditEvent, Heartbeat
from tracker.models.logs import Assessment, LogKind, Observation, SymptomLog, Urgency
from tracker.models.messages import Channel, ContactPoint, Kind, Lane, Message
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
from tracker.models.reminders import Cause, NumberCheck, Reminder, ReminderPlan, ReminderTime
from tracker.models.treatment import Course, EventKind, TreatmentEvent

__all__ = (
    "Alert",
    "AlertEvent",
    "AlertVerb",
    "Assessment",
    "AuditEvent",
    "Call",
    "CareTeam",
    "Cause",
    "Channel",
    "Child",
    "Colour",
    "ContactPoint",
    "Course",
    "EventKind",
    "FeverRule",
    "Heartbeat",
    "Invitation",
    "Kind",
    "Lane",
    "Line",
    "LogKind",
    "Membership",
    "Message",
    "NumberCheck",
    "Observation",
    "Outcome",
    "PauseReason",
    "Reminder",
    "ReminderPlan",
    "ReminderTime",
    "Role",
    "Sensitivity",
    "SymptomLog",
    "TreatmentEvent",
    "Urgency",
    "User",
)
