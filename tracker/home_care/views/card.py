"""The emergency card: by child for the family and the team, by a link of one hour for an emergency room."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tracker.core.access import access_child, may
from tracker.core.pages import (
    AuthedRequest,
    all_numbers,
    day_label,
    emergency_number,
    in_emergency,
    number_to_call,
    page_context,
)
from tracker.core.redirects import see_other
from tracker.home_care.actions.card import make_card_link, open_card_link, revoke_card_links
from tracker.home_care.documents.card import card_of
from tracker.home_care.documents.card_pdf import card_pdf
from tracker.home_care.documents.pdf import can_draw
from tracker.lib.qr import qr_svg
from tracker.models import CardLink, Child


@require_safe
def card(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The card, ready to be shown or printed."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="see")
    return render(
        request, "tracker/home_care/card.html", page_context(request, child, now) | _card(child, now)
    )


@require_POST
def card_link(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """A code that opens the card for one hour. It is shown in this answer only: its token is not kept."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="log")
    link, token = make_card_link(child=child, by=request.user, now=now)
    url = settings.SITE_URL + reverse("card-open", args=[token])
    shown = {"link": link, "url": url, "qr": qr_svg(url, _("Code that opens the emergency card"))}
    return render(
        request, "tracker/home_care/card.html", page_context(request, child, now) | _card(child, now) | shown
    )


@require_POST
def card_revoke(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """No code opens the card any more."""
    child = access_child(request.user, child_id, to="log")
    revoke_card_links(child=child, by=request.user, now=timezone.now())
    return see_other("card", child.pk)


@require_safe
def card_paper(request: AuthedRequest, child_id: uuid.UUID) -> HttpResponse:
    """The card as a PDF of one page."""
    now = timezone.now()
    child = access_child(request.user, child_id, to="see")
    timezone.activate(child.zone)
    return paper(card_pdf(**_paper_facts(child, now)), "emergency-card.pdf")


@login_not_required
@require_safe
def card_open(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the code sees the card, and nothing else, until its hour is over. No cookie is set."""
    now = timezone.now()
    link = open_card_link(token=token, now=now)
    if link is None:
        return _unseen(render(request, "tracker/home_care/card_gone.html", status=404))
    child = link.child
    timezone.activate(child.zone)
    facts = _card(child, now) | {
        "call": number_to_call(child.care_team, now),
        "emergency_number": emergency_number(child),
        "is_emergency": in_emergency(child, now),
        "day_label": day_label(child, now),
        "link": link,
        "now": now,
    }
    return _unseen(render(request, "tracker/home_care/card_open.html", facts))


def _card(child: Child, now: Any) -> dict[str, Any]:
    roles = (getattr(child, "family_role", None), getattr(child, "staff_role", None))
    may_show = may(roles, "log")
    open_links = CardLink.objects.filter(child=child, revoked_at=None, expires_at__gt=now)
    return {
        "card": card_of(child, now),
        "lacks_letters": not can_draw(child.nickname),
        "numbers": all_numbers(child.care_team, child),
        "may_show": may_show,
        "open_links": list(open_links.select_related("made_by")) if may_show else [],
    }


def _paper_facts(child: Child, now: Any) -> dict[str, Any]:
    return {
        "card": card_of(child, now),
        "numbers": all_numbers(child.care_team, child),
        "day_label": day_label(child, now),
        "emergency_number": emergency_number(child),
        "is_emergency": in_emergency(child, now),
    }


def paper(pdf: bytes, name: str) -> HttpResponse:
    """A PDF under a name that says nothing of the child."""
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _unseen(answer: HttpResponse) -> HttpResponse:
    """No cache, no search engine and no other site learns of it."""
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
