"""Every other form that adds to the record, sent after its session has ended: kept, and saved after the login.

A log is answered as well (late.py). What takes, closes, invites, erases or signs in is never kept: saved an hour
later it would do something else than was meant. Its page says that nothing was done.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from tracker.core.access import access_child
from tracker.core.pages import AuthedRequest, is_authed, page_context
from tracker.core.redirects import see_other
from tracker.core.staff_pages import staff_context, team_for
from tracker.logs import unsaved
from tracker.logs.late_rule import View, rule_of
from tracker.logs.late_words import Words
from tracker.logs.unsaved import FORM, Draft
from tracker.logs.views.late import (
    answered_unsaved,
    child_of,
    child_of_owner,
    emergency_first,
    keep,
    sent_again,
    signed_out,
)
from tracker.models import Child, User


def late(request: HttpRequest, view: View, **which: UUID) -> HttpResponse:
    """Saves at once where the form proves itself; else keeps it for the login, or lets it be sent again."""
    rule, owner, now = rule_of(view), unsaved.owner_of(request.POST), timezone.now()
    if is_authed(request):
        child = child_of(request.user, which, to=rule.to)
        if owner and (owner.child_id, owner.person_id) == (child.pk, request.user.pk):
            return view(request, **which)  # our own form, given to this person: as good as a CSRF token
        return _send_again(request, child, now)
    theirs = child_of_owner(owner, which, to=rule.to)
    if theirs is None or owner is None:
        return render(request, "tracker/logs/send_again.html", _by_hand(request), status=403)
    at = unsaved.sent_at(request.POST, now)
    keep(request, Draft(theirs.pk, owner.person_id, request.path, FORM, request.POST, at))
    context = signed_out(theirs, now, back="forms-kept")
    if rule.answers:
        answer = answered_unsaved(theirs, rule.answers(request.POST), at, now, with_history=False)
        context |= emergency_first(answer, context["is_emergency"])
    return render(request, "tracker/logs/late.html", context, status=403)


@require_http_methods(["GET", "HEAD", "POST"])
def forms_kept(request: AuthedRequest, child_id: UUID) -> HttpResponse:
    """After the login: each form that waits, in words, with its time; saved or dropped at one tap."""
    child, now = access_child(request.user, child_id, to="see"), timezone.now()
    if request.method == "POST":
        unsaved.drop(request.session, request.POST.get(unsaved.NUMBER, ""))
        return see_other("forms-kept", child.pk)
    context = _around(request, child, now)  # it sets the clock that the words are told by
    waiting = unsaved.forms_kept(request.session, child, request.user, now)
    forms = [_shown(child, request.user, form) for form in waiting]
    if not forms:
        return see_other("today" if child.family_role else "nurse-child", child.pk)
    return render(request, "tracker/logs/forms_kept.html", context | {"forms": forms})


def not_done(request: HttpRequest) -> HttpResponse:
    """For every other form without a login: nothing was done, and where to sign in and do it again."""
    back = urlencode({"next": _page_before(request)})
    return _nothing(request, {"login": f"{reverse(settings.LOGIN_URL)}?{back}"})


def not_before_second_factor(request: HttpRequest) -> HttpResponse:
    """A redirect would drop the form, and nobody would say so."""
    return _nothing(request, {"set_up": reverse("mfa_index")})


def _nothing(request: HttpRequest, context: dict[str, str]) -> HttpResponse:
    return render(request, "tracker/logs/not_done.html", context, status=403)


def _send_again(request: AuthedRequest, child: Child, now: datetime) -> HttpResponse:
    """A stale CSRF token, and no proof that this person filled it in: shown, and saved at one more tap."""
    context = _around(request, child, now)
    form = Draft(child.pk, request.user.pk, request.path, FORM, request.POST, now)
    context["forms"] = [_shown(child, request.user, form)]
    return render(request, "tracker/logs/forms_kept.html", context, status=403)


def _by_hand(request: HttpRequest) -> dict[str, Any]:
    """Nobody knows whose form it was: it stays in this page, for after a login in another window."""
    return sent_again(request) | {"login": f"{reverse(settings.LOGIN_URL)}?next=/"}


def _shown(child: Child, person: User, form: Draft) -> Mapping[str, Any]:
    """A form in words, and the fields that save it."""
    hidden = [
        *unsaved.fields_of(form.typed),
        (unsaved.FIELD, unsaved.form_of(child, person)),
        (unsaved.SENT_AT, unsaved.signed_time(form.sent_at)),
        (unsaved.NUMBER, form.number),
    ]
    return {"draft": form, "words": _words(child, form), "hidden": hidden}


def _words(child: Child, form: Draft) -> Words:
    try:
        match = resolve(form.path)
    except Resolver404:  # the program is newer than the form
        raise Http404 from None
    return rule_of(match.func).describe(child, form.typed, form.sent_at, **match.kwargs)


def _around(request: AuthedRequest, child: Child, now: datetime) -> dict[str, Any]:
    """What stands around it for the family, and for the staff."""
    if child.family_role:
        return page_context(request, child, now) | {"layout": "base.html"}
    team = team_for(request, child.care_team_id)
    return staff_context(request, team, now) | {"layout": "tracker/clinic/desk.html", "patient": child}


def _page_before(request: HttpRequest) -> str:
    """The page that the form was on, if the browser says so: its own address may only take what a form sends."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    return urlsplit(before).path or "/"
