"""Four views: says hello, inserts a row, shows a hundred, shows the fifty children of a team who logged last."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path
from django.utils import timezone

from benchmarks.bare_site import CHILDREN, ROWS
from benchmarks.bare_site.models import Child, Row

HEAD = '<!doctype html><html lang="en"><title>Rows</title>'
SMALL = (
    HEAD
    + '<meta name="viewport" content="width=device-width">'
    + "<p>One request, and nothing after it.</p>" * 60
)
HUNDRED = Template(
    HEAD
    + "<table>{% for row in rows %}<tr><td>{{ row.pk }}</td><td>{{ row.text }}</td><td>{{ row.at }}</td></tr>"
    "{% endfor %}</table></html>"
)
FIFTY = Template(
    HEAD
    + "<ul>{% for child in children %}<li>{{ child.nickname }} {{ child.last_log_at }}</li>{% endfor %}</ul></html>"
)


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def page(request: HttpRequest) -> HttpResponse:
    """Of one request: as heavy as our first page."""
    return HttpResponse(SMALL)


def insert(request: HttpRequest) -> HttpResponse:
    Row.objects.create(text=request.POST["text"], at=timezone.now())
    return HttpResponse(status=204)


def rows(request: HttpRequest) -> HttpResponse:
    return HttpResponse(HUNDRED.render(Context({"rows": Row.objects.order_by("pk")[:ROWS]})))


def children(request: HttpRequest, team: Any) -> HttpResponse:
    newest = Child.objects.filter(care_team=team).order_by("-last_log_at")[:CHILDREN]
    return HttpResponse(FIFTY.render(Context({"children": newest})))


urlpatterns = [
    path("health/live", hello),
    path("page", page),
    path("row", insert),
    path("rows", rows),
    path("children/<uuid:team>", children),
]
