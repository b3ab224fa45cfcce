"""Every route of the site, each with a name."""

from django.urls import path

from tracker.views import begin, health, home, how, more, outbox

urlpatterns = [
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
    # The family: the beginning, and what is seldom changed.
    path("", home.home, name="home"),
    path("begin/", begin.begin, name="begin"),
    path("begin/<str:step>/", begin.begin_step, name="begin-step"),
    path("children/<uuid:child_id>/more/", more.more, name="more"),
    path("outbox/", outbox.outbox, name="outbox"),
    # Whether the site is well.
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/duty", health.duty, name="health_duty"),
]
