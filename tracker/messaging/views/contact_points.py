"""How one person is reached: this browser, a mobile number, e-mail. For families and staff alike."""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from tracker.core.access import access_way
from tracker.core.pages import AuthedRequest
from tracker.core.redirects import see_other
from tracker.lib import time_zones
from tracker.messaging.channels import push
from tracker.messaging.contact_points import (
    PATIENCE,
    add_browser,
    browsers_ended_at,
    choose_for_reminders,
    forget_way,
    known_ways,
    set_mobile,
)
from tracker.messaging.delivery import queue_test
from tracker.messaging.forms import BrowserForm, MobileForm
from tracker.messaging.own_browser import own_browser, remember_own_browser
from tracker.messaging.push_checks import note_received
from tracker.models import Channel, ContactPoint


class Way(NamedTuple):
    """One row of the page."""

    name: str
    address: str
    channel: str
    point: ContactPoint | None  # none: the e-mail address, of which nothing is known yet

    @property
    def is_silent(self) -> bool:
        """A browser that has not answered for a day."""
        since = self.point.unheard_since if self.point else None
        return since is not None and since <= timezone.now() - PATIENCE

    @property
    def may_go(self) -> bool:
        return self.channel != Channel.EMAIL


@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: AuthedRequest) -> HttpResponse:
    """Several small forms, told apart by their button."""
    if request.method != "POST":
        return shown(request, mobile_form(request))
    now, asked = timezone.now(), request.POST.get("save", "")
    if asked == "mobile":
        form = mobile_form(request, request.POST)
        if not form.is_valid():
            return shown(request, form)
        set_mobile(person=request.user, number=form.cleaned_data["number"], now=now)
        messages.success(request, _("Saved. Send yourself a test message."))
    elif asked == "test":
        queue_test(recipient=request.user.pk, now=now)
        messages.success(
            request, _("A test message is on its way to you. Open it: then we know that it arrives.")
        )
    else:
        verb, _blank, channel = asked.partition("-")
        if channel in Channel.values and verb in ("on", "off"):
            choose_for_reminders(person=request.user, channel=channel, wanted=verb == "on", now=now)
    return see_other("reach")


def mobile_form(request: AuthedRequest, sent: Any = None) -> MobileForm:
    return MobileForm(sent, country=time_zones.country_of(request.user.time_zone))


def shown(request: AuthedRequest, form: MobileForm) -> HttpResponse:
    ways = [
        Way(str(Channel(channel).label), address, channel, point)
        for channel, address, point in known_ways(request.user)
    ]
    context: dict[str, Any] = {
        "ways": ways,
        "ended_at": browsers_ended_at(request.user, timezone.now()),
        "form": form,
        "push_key": push.public_key(),
    }
    return render(request, "tracker/messaging/contact_points.html", context)


@require_POST
def push_subscribe(request: AuthedRequest) -> HttpResponse:
    """What push.js sends once the browser has said yes."""
    form = BrowserForm(request.POST)
    if form.is_valid() and push.is_allowed(form.cleaned_data["endpoint"]):
        keys = {name: form.cleaned_data[name] for name in ("p256dh", "auth")}
        endpoint = form.cleaned_data["endpoint"]
        now, before = timezone.now(), own_browser(request)
        point = add_browser(person=request.user, endpoint=endpoint, keys=keys, now=now, before=before)
        messages.success(request, _("This phone gets notifications now. Send yourself a test message."))
        response = see_other("reach")
        remember_own_browser(response, point)
        return response
    messages.error(request, _("This browser cannot be reached with notifications. Use e-mail or SMS."))
    return see_other("reach")


@login_not_required
@csrf_exempt  # a service worker sends it: it has no page. What it brings along is signed, and opens nothing
@require_POST
def push_received(request: HttpRequest) -> HttpResponse:
    """A browser has shown a notification. The same answer to everybody."""
    note_received(receipt=request.POST.get("receipt", ""), now=timezone.now())
    return HttpResponse(status=204)


@require_POST
def forget(request: AuthedRequest, point_id: UUID) -> HttpResponse:
    forget_way(point=access_way(request.user, point_id))
    return see_other("reach")
