"""The plainest page that a ward's children could have: 50 rows of the table, their names and times."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import urlpatterns as ours
from tracker.core.access import access_care_team
from tracker.models import Child

PAGE = """{% extends "base.html" %}{% block main %}<ul>{% for child in children %}
<li>{{ child.nickname }} {{ child.last_log_at|date:"D H:i" }}</li>{% endfor %}</ul>{% endblock %}"""


def bare(request: HttpRequest, care_team_id: Any) -> HttpResponse:
    team = access_care_team(request.user, care_team_id, to="review")
    children = Child.objects.filter(care_team=team).order_by("-last_log_at")[:50]
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"children": children}, request))


urlpatterns = [*ours, path("bare/<uuid:care_team_id>/", bare, name="bare")]
