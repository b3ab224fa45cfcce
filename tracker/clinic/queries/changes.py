"""What is on record about a care team: who changed what, and who looked at which child."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.core.reads import CHILD_READ, TEAM_READ
from tracker.models import AuditEvent, CareTeam, Child, Invitation, Membership, User

PAGE = 100
CHANGES = {
    "care-team.begun": gettext_lazy("Began the team"),
    "care-team.renamed": gettext_lazy("Changed the name of the team"),
    "care-team.merge-asked": gettext_lazy("Asked that two teams become one"),
    "care-team.merge-ended": gettext_lazy("Two teams stay two"),
    "care-team.merged": gettext_lazy("Two teams became one"),
    "numbers.changed": gettext_lazy("Changed the numbers or the hours"),
    "policy.changed": gettext_lazy("Changed the rules"),
    "escalation.changed": gettext_lazy("Changed when each level is told"),
    "call-order.changed": gettext_lazy("Changed who is called first"),
    "rota.changed": gettext_lazy("Changed the rota"),
    "rota.ended": gettext_lazy("Ended the rota"),
    "rota.here": gettext_lazy("Said that they are here tonight, or not any more"),
    "absence.noted": gettext_lazy("Noted days away"),
    "absence.ended": gettext_lazy("Took days away back"),
    "code.renewed": gettext_lazy("Made a new code for families"),
    "alerts.exported": gettext_lazy("Took the table of alerts along"),
    "invitation.made": gettext_lazy("Invited somebody"),
    "invitation.accepted": gettext_lazy("Accepted an invitation"),
    "invitation.revoked": gettext_lazy("Took an invitation back"),
    "second-step.asked": gettext_lazy("Asked to reset a colleague's second step"),
    "second-step.declined": gettext_lazy("Declined to reset a colleague's second step"),
    "second-step.reset": gettext_lazy("Reset a colleague's second step"),
    "membership.ended": gettext_lazy("Ended a membership"),
    "care-team.joined": gettext_lazy("A family joined"),
    "care-team.left": gettext_lazy("A family left"),
}


@dataclass(frozen=True)
class Done:
    """One line: when, who, what, and what it was and is."""

    at: datetime
    who: str
    what: str
    detail: list[str]
    child: str = ""


def changes(team: CareTeam, page: int) -> list[Done]:
    """The newest first, one more than a page holds."""
    about = [
        team.pk,
        *Invitation.objects.filter(care_team=team).values_list("pk", flat=True),
        *Membership.objects.filter(care_team=team).values_list("pk", flat=True),
    ]
    found = AuditEvent.objects.filter(about__in=about, verb__in=CHANGES).order_by("-pk")
    events, names = _page_of(found, page)
    return [
        Done(event.at, _name(event, names), str(CHANGES[event.verb]), _detail(event.detail, names))
        for event in events
    ]


def looks(team: CareTeam, page: int) -> list[Done]:
    """Who of the staff opened which child of the team, or its board, the newest first."""
    children = dict(Child.objects.filter(care_team=team).values_list("pk", "nickname"))
    looked = Q(child__in=children, verb=CHILD_READ) | Q(about=team.pk, verb=TEAM_READ)
    events, names = _page_of(AuditEvent.objects.filter(looked).order_by("-at", "-pk"), page)
    where = _("the team's pages")
    return [
        Done(event.at, _name(event, names), "", [], children[event.child] if event.child else where)
        for event in events
    ]


def _page_of(found: QuerySet[AuditEvent], page: int) -> tuple[list[AuditEvent], dict[Any, str]]:
    """One more than a page holds, and the names of who did it."""
    events = list(found[(page - 1) * PAGE : page * PAGE + 1])
    return events, _names({event.who for event in events})


def _name(event: AuditEvent, names: dict[Any, str]) -> str:
    return names.get(event.who, _("somebody"))


def _names(people: set[UUID | None]) -> dict[Any, str]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=[pk for pk in people if pk])}


def _detail(detail: dict[str, Any], names: dict[Any, str]) -> list[str]:
    """ "night number: 555 0100 → 555 0142"."""
    changed = detail.get("changed", {})
    if not isinstance(changed, dict):
        return []
    people = {str(pk): name for pk, name in names.items()}
    return [
        f"{people.get(name, name.replace('_', ' '))}: {_said(before)} → {_said(after)}"
        for name, (before, after) in changed.items()
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _("nothing") if value in (None, "") else str(value)
