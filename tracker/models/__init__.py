"""Fields, constraints and what a row knows about itself. Nothing here writes: that is for actions."""

from tracker.models.alerts import Advised, Alert, AlertEvent, AlertVerb, Call, Outcome
from tracker.models.audit import AuditEvent, Heartbeat
from tracker.models.cards import CardLink
from tracker.models.care_notes import CareNote
from tracker.models.care_teams import CareTeam, PhoneLine, Sensitivity
from tracker.models.children import Child, Colour, PauseReason
from tracker.models.doses import DoseGiven, Medicine
from tracker.models.drills import Drill
from tracker.models.duty import Baton
from tracker.models.logs import Assessment, LogKind, Observation, SymptomLog, Urgency
from tracker.models.memberships import Invitation, Membership, Role
from tracker.models.messages import Channel, ContactPoint, Kind, Lane, Message
from tracker.models.outside import OutsideKind, OutsidePart
from tracker.models.phone_entries import EntryKind, PhoneEntry, Refusal
from tracker.models.photos import Photo, PhotoKind
from tracker.models.pump import LineChange, LineInterval, LinePart
from tracker.models.questions import Question
from tracker.models.reminders import Cause, NumberCheck, Reminder, ReminderPlan, ReminderTime
from tracker.models.rota import Absence, Place, Rota, ShiftPart, Turn
from tracker.models.sealing import AuditSeal
from tracker.models.second_steps import SecondStepReset, StepEnd
from tracker.models.self_reports import OwnAnswers
from tracker.models.silence import Silence
from tracker.models.team_merges import MergeEnd, TeamMerge
from tracker.models.treatment import Course, EventKind, TreatmentEvent
from tracker.models.users import User
from tracker.models.ward_stays import StayEvent, StayKind, Transfer, TransferEnd

__all__ = (
    "Absence",
    "Advised",
    "Alert",
    "AlertEvent",
    "AlertVerb",
    "Assessment",
    "AuditEvent",
    "AuditSeal",
    "Baton",
    "Call",
    "CardLink",
    "CareNote",
    "CareTeam",
    "Cause",
    "Channel",
    "Child",
    "Colour",
    "ContactPoint",
    "Course",
    "DoseGiven",
    "Drill",
    "EntryKind",
    "EventKind",
    "Heartbeat",
    "Invitation",
    "Kind",
    "Lane",
    "LineChange",
    "LineInterval",
    "LinePart",
    "LogKind",
    "Medicine",
    "Membership",
    "MergeEnd",
    "Message",
    "NumberCheck",
    "Observation",
    "Outcome",
    "OutsideKind",
    "OutsidePart",
    "OwnAnswers",
    "PauseReason",
    "PhoneEntry",
    "PhoneLine",
    "Photo",
    "PhotoKind",
    "Place",
    "Question",
    "Refusal",
    "Reminder",
    "ReminderPlan",
    "ReminderTime",
    "Role",
    "Rota",
    "SecondStepReset",
    "Sensitivity",
    "ShiftPart",
    "Silence",
    "StayEvent",
    "StayKind",
    "StepEnd",
    "SymptomLog",
    "TeamMerge",
    "Transfer",
    "TransferEnd",
    "TreatmentEvent",
    "Turn",
    "Urgency",
    "User",
)
