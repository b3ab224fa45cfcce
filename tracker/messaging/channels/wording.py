"""The fixed texts. No name, symptom, drug or hospital leaves the house; a half-asleep reader tells them apart."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.models import Cause, Kind, Message


def headline(message: Message) -> str:
    """In the language that is active."""
    if message.kind == Kind.ANSWER:
        return _("Nightlight: your team has answered")
    if message.kind in (Kind.CALLBACK, Kind.NUDGE):
        return _("Nightlight: urgent, open now")
    if message.kind == Kind.ROTA:
        return _("Nightlight: a shift without anybody on")
    if message.kind == Kind.LOST_WAY:
        return _("Nightlight: notifications do not reach you")
    if message.reminder and message.reminder.cause == Cause.HOME:
        return _("Nightlight: a short question")
    if message.reminder and message.reminder.cause == Cause.MOVED:
        return _("Nightlight: something has changed")
    if message.kind != Kind.ALERT:
        return _("Nightlight: time for a log")
    if message.together > 1:
        return _("Nightlight: %(n)s alerts, open now") % {"n": message.together}
    if message.level or message.round > 1:
        return _("Nightlight: still nobody, open now")
    return _("Nightlight: urgent, open now")


def link(message: Message) -> str:
    """Where it leads once its recipient is logged in."""
    return settings.SITE_URL + reverse("message", args=[message.pk])
