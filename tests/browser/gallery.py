"""Every page in every state, from sample contexts, without a database: for tests and for eyes.

`python -m tests.browser.gallery 8001` shows it on a port. Each route leads to one state.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.test import override_settings
from django.urls import path
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.views.decorators.csrf import csrf_exempt

from tests.browser import samples, samples_more

STATES = samples.STATES | samples_more.STATES
ROUTES = samples.ROUTES + samples_more.ROUTES
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
SETTINGS = {
    "ROOT_URLCONF": "tests.browser.gallery",
    "MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"],
    "SECRET_KEY": "gallery",
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


def state(request: HttpRequest, name: str) -> HttpResponse:
    """One page in one state; in another language by ?language=ar, of a child by another name by ?nickname=Ori."""
    template, context = STATES[name]
    with timezone.override(samples.ZONE), translation.override(request.GET.get("language", "en")):
        shown = {"request": request} | context(request)
        if nickname := request.GET.get("nickname"):
            shown |= _named(shown, nickname)
        response = render(request, template, shown)
    response["Content-Security-Policy"] = CSP
    return response


def _named(context: dict[str, Any], nickname: str) -> dict[str, Any]:
    if not context.get("child"):
        return {}
    child = copy(context["child"])
    child.nickname = nickname
    return {"child": child, "children": [child]}


def index(request: HttpRequest, **_: object) -> HttpResponse:
    """All states, as links."""
    links = format_html_join("", '<li><a href="/state/{}/">{}</a></li>', ((name, name) for name in STATES))
    return HttpResponse(
        format_html('<!doctype html><html lang="en"><title>Gallery</title><ul>{}</ul></html>', links)
    )


@csrf_exempt
def theme(request: HttpRequest) -> HttpResponse:
    """What the site's own view does: keep the look in a cookie and go back."""
    response = HttpResponseRedirect(request.POST.get("next", "/"))
    response.set_cookie("theme", request.POST.get("theme", "auto"))
    return response


def route(where: str, name: str, shows: str) -> object:
    return path(where, lambda request, **_: state(request, shows), name=name)


urlpatterns = [
    path("", index, name="home"),
    path("theme/", theme, name="theme"),
    path("language/", index, name="language"),
    path("state/<slug:name>/", state, name="state"),
    path("legal/<slug:page>/", index, name="legal"),
    *[route(where, name, shows) for where, name, shows in ROUTES],
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""


class _Server(ThreadingMixIn, WSGIServer):
    """A connection that a browser opens and does not use holds up no other."""

    daemon_threads = True


@contextmanager
def served(port: int = 0) -> Iterator[str]:
    """The gallery on a port of its own; gives its address."""
    with override_settings(**SETTINGS):
        server: WSGIServer = make_server(
            "127.0.0.1", port, StaticFilesHandler(WSGIHandler()), _Server, handler_class=_Quiet
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with served(int(sys.argv[1]) if len(sys.argv) > 1 else 8001) as address:
        print(address)
        threading.Event().wait()
