"""Every route of the site, each with a name."""

from django.urls import path

from tracker.views import demo_codes, health, how, privacy

urlpatterns = [
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/duty", health.duty, name="health_duty"),
    # Trust: one's own data
    path("children/<uuid:child_id>/export/", privacy.export, name="export"),
    path("children/<uuid:child_id>/erase/", privacy.erase, name="erase"),
    path("account/erase/", privacy.erase_account, name="erase-account"),
    path("demo/codes/", demo_codes.demo_codes, name="demo-codes"),
]
