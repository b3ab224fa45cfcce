"""Routes of reminders and of the ways in which somebody is reached."""

from django.urls import path

from tracker.messaging.views import contact_points, outbox, reminders

urlpatterns = [
    path("children/<uuid:child_id>/reminders/", reminders.reminders, name="reminders"),
    path("reach/", contact_points.reach, name="reach"),
    path("reach/push/", contact_points.push_subscribe, name="push-subscribe"),
    path("reach/received/", contact_points.push_received, name="push-received"),
    path("reach/<uuid:point_id>/forget/", contact_points.forget, name="way-forget"),
    path("m/<uuid:message_id>/off/", reminders.switch_off, name="reminders-off"),
    path("outbox/", outbox.outbox, name="outbox"),
]
