"""Routes of what belongs to no one feature: the entrance, Today, how we decide, health."""

from django.urls import path

from tracker.site.views import (
    demo_codes,
    health,
    home,
    how,
    language,
    legal,
    message,
    metrics,
    more,
    phone,
    style,
    theme,
    today,
)

urlpatterns = [
    path("children/<uuid:child_id>/", today.today, name="today"),
    path("language/", language.language, name="language"),
    path("theme/", theme.theme, name="theme"),
    path("style/", style.style, name="style"),
    path("style/<slug:part>/", style.style_part, name="style-part"),
    path("how/", how.how, name="how"),
    path("how/<str:place>/", how.how_therapy, name="how-therapy"),
    path("how/<str:place>/<str:sign>/", how.how_sign, name="how-sign"),
    path("legal/<slug:page>/", legal.legal, name="legal"),
    path(".well-known/security.txt", legal.security, name="security"),
    path("robots.txt", legal.robots, name="robots"),
    path("m/<uuid:message_id>/", message.message, name="message"),
    path("", home.home, name="home"),
    path("children/<uuid:child_id>/more/", more.more, name="more"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("health/duty", health.duty, name="health_duty"),
    path("pocket/", phone.pocket, name="pocket"),
    path("unsent/", phone.unsent, name="unsent"),
    path("kit/<str:version>/", phone.kit, name="kit"),
    path("call/", phone.call, name="call"),
    path("log/", phone.log_now, name="log-now"),
    path("sw.js", phone.service_worker, name="service-worker"),
    path("demo/codes/", demo_codes.demo_codes, name="demo-codes"),
]
