"""Every route of the site, each with a name."""

from django.urls import path

from tracker.views import health, how, reminders

urlpatterns = [
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
    # reminders and messages
    path("m/<uuid:message_id>/", reminders.message, name="message"),
    path("m/<uuid:message_id>/off/", reminders.switch_off, name="reminders-off"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/duty", health.duty, name="health_duty"),
]
