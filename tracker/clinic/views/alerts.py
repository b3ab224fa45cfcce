"""How an alert ends and how not: an outcome, one for several, a call in vain, a closing that is taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tracker.alerts import arrivals, reopening, taking
from tracker.clinic.views.board import board_page, home_board, staff_of
from tracker.clinic.views.child import child_page
from tracker.core.access import access_alert
from tracker.core.pages import AuthedRequest
from tracker.core.redirects import see_other
from tracker.core.refused import Refused
from tracker.core.staff_pages import refusals, team_for
from tracker.lib import text
from tracker.logs.views.common import LOOK_AGAIN
from tracker.models import Alert

LONGEST_NUMBER = 18
TYPED = ("outcome", "note", "again_in")


@require_POST
def close(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    """With an outcome. A refusal comes back with what was typed."""
    alert = access_alert(request.user, alert_id, to="review")
    typed = _typed(request)
    decided = {"outcome": typed["outcome"], "note": typed["note"]}
    try:
        taking.close_alert(alert=alert, **decided, seen=_seen(request), by=request.user, now=timezone.now())
    except Refused as refused:
        return _asked_again(request, alert, refused)
    messages.success(request, _("Closed. The family is told in a minute. Until then you can undo it."))
    return see_other(f"{home_board(request, alert.child.care_team_id)}#next")


@require_POST
def not_reached(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    alert = access_alert(request.user, alert_id, to="review")
    typed = _typed(request)
    again_in = int(typed["again_in"]) if typed["again_in"].isdecimal() and len(typed["again_in"]) < 6 else 0
    try:
        taking.record_not_reached(
            alert=alert, again_in=again_in, note=typed["note"], by=request.user, now=timezone.now()
        )
    except Refused as refused:
        return _asked_again(request, alert, refused)
    messages.success(request, _("It stays open. The family and the next nurse on call are told now."))
    return see_other("nurse-child", alert.child_id)


@require_POST
def reopen(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    """Takes a closing back, from the child's page or from the board."""
    alert = access_alert(request.user, alert_id, to="review")
    with refusals(request):
        if reopening.reopen_alert(alert=alert, by=request.user, now=timezone.now()):
            messages.success(request, _("Undone. It is open, as it was before."))
        else:
            messages.warning(request, _("Open again. Everybody on call and the family are told. Take it."))
    return see_other("nurse-child", alert.child_id)


@require_POST
def where(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    """Told to come in: they are there, or at home again."""
    alert = access_alert(request.user, alert_id, to="review")
    said = request.POST.get("where")
    if said in (arrivals.THERE, arrivals.HOME):
        arrivals.say_where(alert=alert, where=said, by=request.user, now=timezone.now())
    return _to_child(alert)


@require_POST
def close_together(request: AuthedRequest, care_team_id: UUID) -> HttpResponse:
    """The chosen ones among those that can wait until the day."""
    team = team_for(request, care_team_id)
    chosen = [UUID(pk) for pk in request.POST.getlist("alert") if _is_uuid(pk)]
    outcome = request.POST.get("outcome", "")
    try:
        closed, left = taking.close_together(
            care_team=team, alerts=chosen, outcome=outcome, by=request.user, now=timezone.now()
        )
    except Refused as refused:
        typed = {"alerts": chosen, "outcome": outcome, "refused": str(refused)}
        return board_page(request, team, LOOK_AGAIN, typed)
    _say_how_many(request, closed, left)
    return see_other("team-board", team.pk)


def _typed(request: AuthedRequest) -> dict[str, str]:
    """Marks that nobody sees are no reason for a false alarm."""
    return {name: text.typed(request.POST.get(name, "")) for name in TYPED}


def _seen(request: AuthedRequest) -> int | None:
    """The last event on the page that was sent."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < LONGEST_NUMBER else None


def _asked_again(request: AuthedRequest, alert: Alert, refused: Refused) -> HttpResponse:
    typed = _typed(request) | {"refused": str(refused)}
    return child_page(request, alert.child_id, LOOK_AGAIN, typed)


def _say_how_many(request: AuthedRequest, closed: int, left: int) -> None:
    if closed:
        sentence = ngettext(
            "%(n)d closed. The family is told in a minute.",
            "%(n)d closed. The families are told in a minute.",
            closed,
        )
        messages.success(request, sentence % {"n": closed})
    if left:
        sentence = ngettext(
            "%(n)d stays open: it was taken, closed or has become urgent meanwhile.",
            "%(n)d stay open: they were taken, closed or have become urgent meanwhile.",
            left,
        )
        messages.warning(request, sentence % {"n": left})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@require_POST
def take(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    alert = access_alert(request.user, alert_id, to="review")
    with refusals(request):
        taking.take_alert(alert=alert, by=request.user, now=timezone.now())
    return _to_child(alert)


@require_POST
def offer(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    """Hands over to a colleague, who has to accept."""
    alert = access_alert(request.user, alert_id, to="review")
    chosen = request.POST.get("to", "")
    to = next((nurse for nurse in staff_of(alert.child.care_team) if str(nurse.pk) == chosen), request.user)
    with refusals(request):
        taking.offer_alert(alert=alert, to=to, by=request.user, now=timezone.now())
    return _to_child(alert)


@require_POST
def accept(request: AuthedRequest, alert_id: UUID) -> HttpResponse:
    alert = access_alert(request.user, alert_id, to="review")
    with refusals(request):
        taking.accept_offer(alert=alert, by=request.user, now=timezone.now())
    return _to_child(alert)


def _to_child(alert: Alert) -> HttpResponse:
    return see_other("nurse-child", alert.child_id)
