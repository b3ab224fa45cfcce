"""Routes that other pages link to and that are not built yet, so that a page can be shown before its neighbours are."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, path, reverse

from config.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401

CHILD = "c/<uuid:child_id>"
NAMES = {
    **{
        name: f"later/{CHILD}/{name}/"
        for name in (
            "today",
            "log-new",
            "logs",
            "log-nothing-new",
            "log-neuro",
            "days",
            "more",
            "family",
            "invite",
            "treatment",
            "settings",
            "pause",
            "card",
            "duty",
            "doses",
            "reminders",
            "summary",
            "pump",
            "drill",
        )
    },
    **{
        name: f"later/<uuid:row_id>/{name}/"
        for name in (
            "log",
            "answer",
            "log-correct",
            "log-confirm",
            "called",
            "membership-end",
            "invitation-revoke",
            "treatment-withdraw",
        )
    },
    **{name: f"later/{name}/" for name in ("begin", "check", "theme", "home", "board", "outbox")},
}


@login_not_required
def later(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse("later")


def _is_missing(name: str, route: str) -> bool:
    kwargs = {}
    if "<uuid:" in route:
        kwargs = {route.split("<uuid:")[1].split(">")[0]: "00000000-0000-4000-8000-000000000000"}
    try:
        reverse(name, urlconf="config.urls", args=list(kwargs.values()))
    except NoReverseMatch:
        return True
    return False


urlpatterns = [
    *urlpatterns,
    *(path(route, later, name=name) for name, route in NAMES.items() if _is_missing(name, route)),
]
