"""Every route of the site: one list a room."""

from django.urls import include, path

urlpatterns = [
    path("", include("tracker.accounts.urls")),
    path("", include("tracker.clinic.urls")),
    path("", include("tracker.families.urls")),
    path("", include("tracker.home_care.urls")),
    path("", include("tracker.logs.urls")),
    path("", include("tracker.messaging.urls")),
    path("", include("tracker.site.urls")),
]
