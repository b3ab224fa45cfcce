"""Who may see or do what: the only way that a view obtains an object.

A stranger, a removed member and an unknown id get the same 404. 403 is for those who may know that it exists.
A role in a care team counts only for who signs in with a second factor, and while their session is not locked. What
it lets somebody see is noted here, for the record (tracker/core/reads.py), so that no page can forget it.

What a query sets and the model declares (`family_role`, `staff_role`, `course`) is handed to annotate() in a dict:
a keyword would be a second declaration to the type checker.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, FilteredRelation, Model, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from tracker.core.reads import CHILD_READ, TEAM_READ, note_read
from tracker.core.second_factor import has_second_factor
from tracker.core.staff_session import StaffLocked
from tracker.models import (
    Alert,
    CareTeam,
    Child,
    ContactPoint,
    Invitation,
    Kind,
    Membership,
    Message,
    Photo,
    Role,
    SecondStepReset,
    SymptomLog,
    TeamMerge,
    Transfer,
    TreatmentEvent,
    User,
)
from tracker.models.memberships import TEAM_ROLES, digest_of

Row = TypeVar("Row", bound=Model)
Reached = TypeVar("Reached", Child, SymptomLog, Alert, TreatmentEvent, Membership, Invitation, Photo)
OfATeam = TypeVar("OfATeam", Membership, Invitation, SecondStepReset)

MAY: dict[str, frozenset[str]] = {
    Role.PARENT: frozenset({"see", "log", "history", "manage", "stop"}),
    Role.HELPER: frozenset({"see", "log"}),
    Role.NURSE: frozenset({"see", "history", "review", "count"}),
    Role.LEAD: frozenset({"see", "history", "review", "lead", "count", "stop"}),
}
"""see: today, and the answer to a log. log: also correct it, and say "I have called". history: every day.
manage: treatment, family, numbers, pause. review: take and close alerts. lead: a team's numbers and staff.
count: how many alerts are open, and nothing of whom. stop: that a child has died, and that it was a mistake."""


def access_child(user: User, child_id: Any, *, to: str) -> Child:
    """The child with its care team and running course. Raises Http404 or PermissionDenied."""
    return _access(_children(), user, child_id, to, child="")


@cache
def _children() -> QuerySet[Child]:
    """Put together once: every page of a child asks it."""
    running = FilteredRelation("courses", condition=Q(courses__ended_at=None))
    return Child.objects.annotate(**{"course": running}).select_related(*("care_team", "course"))


def access_log(user: User, log_id: Any, *, to: str) -> SymptomLog:
    """A log with its child, care team and caregiver."""
    logs = SymptomLog.objects.select_related("child__care_team", "caregiver")
    return _access(logs, user, log_id, to, child="child__")


def access_photo(user: User, photo_id: Any, *, to: str) -> Photo:
    """A photo beside a log, with its child. Its bytes are read by who asks for them, and not to find out who may."""
    photos = Photo.objects.select_related("child__care_team").defer("jpeg")
    return _access(photos, user, photo_id, to, child="child__")


def access_alert(user: User, alert_id: Any, *, to: str) -> Alert:
    """An alert with its child, care team and log."""
    alerts = Alert.objects.select_related("child__care_team", "log")
    return _access(alerts, user, alert_id, to, child="child__")


def access_event(user: User, event_id: Any, *, to: str) -> TreatmentEvent:
    """A treatment event with its course, child and care team."""
    events = TreatmentEvent.objects.select_related("course__child__care_team")
    return _access(events, user, event_id, to, child="course__child__")


def access_membership(user: User, membership_id: Any, *, to: str) -> Membership:
    """A running membership of a child's family, with the child: to "manage" any, to "leave" one's own."""
    memberships = Membership.objects.filter(ended_at=None, child__isnull=False).select_related(
        "child", "user"
    )
    if to != "leave":
        return _access(memberships, user, membership_id, to, child="child__")
    own = memberships.filter(user_id=user.pk, pk=_uuid(membership_id)).first()
    if own is None:
        raise Http404
    return own


def access_invitation(user: User, invitation_id: Any, *, to: str) -> Invitation:
    """An invitation to a child's family, with the child. `invitation_for` is for who accepts one."""
    invitations = Invitation.objects.filter(child__isnull=False).select_related("child")
    return _access(invitations, user, invitation_id, to, child="child__")


def access_care_team(user: User, care_team_id: Any, *, to: str) -> CareTeam:
    """A care team: to "see" for its staff and families, to "lead" for its lead, or a parent who keeps it.

    To "count" its alerts, a locked session is enough: that shows no child.
    """
    own = Membership.objects.filter(user_id=user.pk, ended_at=None)
    staff = own.filter(has_second_factor("user"), care_team=OuterRef("pk")).values("role")[:1]
    families = own.filter(child__care_team=OuterRef("pk"))  # several children: "parent" sorts after "helper"
    family = families.order_by("-role").values("role")[:1]
    teams = CareTeam.objects.annotate(**{"staff_role": Subquery(staff), "family_role": Subquery(family)})
    team = teams.filter(pk=_uuid(care_team_id)).filter(_knows_of_it()).first()
    if team is None:
        raise Http404
    keeps_it = team.kept_by_family and team.family_role == Role.PARENT
    if to != "see" and not (keeps_it or may((team.staff_role,), to)):
        raise PermissionDenied
    if team.staff_role and to != "count" and not (team.family_role and to == "see"):
        _as_staff(user, TEAM_READ, team.pk)
    return team


def access_colleague(user: User, membership_id: Any) -> Membership:
    """A running membership in a care team that the user leads, with the team and the person."""
    memberships = Membership.objects.filter(ended_at=None).select_related("care_team", "user")
    return _in_a_team_of(user, memberships, membership_id)


def access_team_invitation(user: User, invitation_id: Any) -> Invitation:
    """An invitation to a care team that the user leads."""
    return _in_a_team_of(user, Invitation.objects.select_related("care_team"), invitation_id)


def access_second_step(user: User, reset_id: Any) -> SecondStepReset:
    """What a lead asked about a colleague's second step, for the leads of that team."""
    return _in_a_team_of(user, SecondStepReset.objects.select_related("care_team", "person"), reset_id)


def _in_a_team_of(user: User, rows: QuerySet[OfATeam], row_id: Any) -> OfATeam:
    """Staff are told apart like everywhere: 404 for who is not of the team, 403 for who does not lead it."""
    row = rows.filter(pk=_uuid(row_id), care_team__in=care_teams_of(user)).first()
    if row is None:
        raise Http404
    access_care_team(user, row.care_team_id, to="lead")
    return row


def care_teams_of(user: User) -> QuerySet[CareTeam]:
    """The care teams that the user works in, by name."""
    own = Membership.objects.filter(user_id=user.pk, ended_at=None, role__in=TEAM_ROLES)
    own = own.filter(has_second_factor("user"), care_team=OuterRef("pk"))
    return CareTeam.objects.filter(Exists(own), kept_by_family=False).order_by("name", "begun_at")


def access_transfer(user: User, transfer_id: Any, *, to: str) -> Transfer:
    """A child that is offered: to "end" for the staff of either team, to "accept" for that of the one it joins."""
    transfers = Transfer.objects.select_related("child", "left", "joins")
    teams = care_teams_of(user)
    around = Q(joins__in=teams) if to == "accept" else Q(joins__in=teams) | Q(left__in=teams)
    transfer = transfers.filter(around, pk=_uuid(transfer_id)).first()
    if transfer is None:
        raise Http404
    own = teams.filter(pk__in=(transfer.joins_id, transfer.left_id)).values_list("pk", flat=True)
    access_care_team(user, transfer.joins_id if transfer.joins_id in own else transfer.left_id, to="review")
    return transfer


def access_merge(user: User, merge_id: Any, *, to: str) -> TeamMerge:
    """That two wards become one: to "end" for the leads of both, to "accept" for those of the one that stays."""
    merges = TeamMerge.objects.select_related("left", "joins")
    merge, teams = merges.filter(pk=_uuid(merge_id)).first(), care_teams_of(user)
    around = (merge.joins_id, *([] if to == "accept" else [merge.left_id])) if merge else ()
    own = set(teams.filter(pk__in=around).values_list("pk", flat=True))
    if merge is None or not own:
        raise Http404
    access_care_team(user, next(pk for pk in around if pk in own), to="lead")
    return merge


def invitation_for(token: str, *, at: datetime) -> Invitation:
    """The open invitation with that token, else Http404: the token is the permission."""
    found = (
        Invitation.objects.filter(token_digest=digest_of(token)).select_related("child", "care_team").first()
    )
    if found is None or not found.is_open(at):
        raise Http404
    return found


def access_message(user: User, message_id: Any) -> Message:
    """A message of one's own, with its alert or reminder."""
    own = Message.objects.select_related("alert", "reminder", "recipient")
    message = own.filter(recipient_id=user.pk, pk=_uuid(message_id)).first()
    if message is None:
        raise Http404
    return message


def access_way(user: User, point_id: Any) -> ContactPoint:
    """One of the ways to reach oneself."""
    point = ContactPoint.objects.filter(person_id=user.pk, pk=_uuid(point_id)).first()
    if point is None:
        raise Http404
    return point


def reminder_sent(message_id: Any) -> Message:
    """The reminder of that mail, for switching its like off: whoever has the mail may."""
    sent = (
        Message.objects.filter(pk=_uuid(message_id), kind=Kind.REMINDER).select_related("recipient").first()
    )
    if sent is None:
        raise Http404
    return sent


def care_team_with(code: str) -> CareTeam | None:
    """The clinic's team that gave out this code, in any case and spacing: the code is the permission."""
    return CareTeam.objects.filter(join_code="".join(code.split()).upper(), kept_by_family=False).first()


def children_of(user: User) -> QuerySet[Child]:
    """The children in whose family the user is, by nickname, with their care teams."""
    return (
        Child.objects.filter(memberships__user_id=user.pk, memberships__ended_at=None)
        .select_related("care_team")
        .order_by("nickname", "begun_at")
    )


def of_child(rows: QuerySet[Row], child: Child, row_id: Any) -> Row:
    """A row of a child that `access_child` let through, else Http404."""
    row = rows.filter(child=child, pk=_uuid(row_id)).first()
    if row is None:
        raise Http404
    return row


def may(roles: Iterable[str | None], verb: str) -> bool:
    """Whether one of these roles has that verb."""
    return any(verb in MAY.get(role or "", ()) for role in roles)


def _access(rows: QuerySet[Reached], user: User, row_id: Any, verb: str, *, child: str) -> Reached:
    """The row, if one of the user's roles around its child has that verb.

    One query for the family; only where that is not enough, one more for the care team's staff.
    """
    own = Membership.objects.filter(user_id=user.pk, ended_at=None)
    family = own.filter(child=OuterRef(f"{child}pk")).values("role")[:1]
    row = rows.filter(pk=_uuid(row_id)).annotate(**{"family_role": Subquery(family)}).order_by().first()
    if row is None:
        raise Http404
    row.staff_role = None
    if may((row.family_role,), verb):
        return row
    staff = own.filter(has_second_factor("user"), care_team=OuterRef(f"{child}care_team")).values("role")[:1]
    row.staff_role = (
        type(row)._default_manager.filter(pk=row.pk).values_list(Subquery(staff), flat=True).get()
    )
    if not (row.family_role or row.staff_role):
        raise Http404
    if not may((row.staff_role,), verb):
        raise PermissionDenied
    _as_staff(user, CHILD_READ, _child_of(row, child))
    return row


def _as_staff(user: User, verb: str, about: uuid.UUID) -> None:
    """Lets a role in a care team count: not while its session is locked, and never unnoted."""
    session = getattr(user, "staff_session", None)
    if session and session.is_locked:
        raise StaffLocked
    note_read(verb, about, by=user.pk)


def _child_of(row: Any, path: str) -> uuid.UUID:
    """The child that a row is about, along the path that leads to it."""
    for name in filter(None, path.split("__")):
        row = getattr(row, name)
    return row.pk


def _knows_of_it() -> Q:
    return Q(family_role__isnull=False) | Q(staff_role__isnull=False)


def _uuid(value: Any) -> uuid.UUID:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        raise Http404 from None
