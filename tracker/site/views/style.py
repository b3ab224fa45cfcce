"""The style page: every part in every state, as the pages themselves draw it. Open to all; asks no database."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tracker.lib.rendered import rendered
from tracker.site.demo.style_parts import BAR, PARTS, ZONE, State

LOOKS = ("light", "dark", "night")


@login_not_required
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """The first part; from each page all others are one link away."""
    return style_part(request, next(iter(PARTS)))


@login_not_required
@require_safe
def style_part(request: HttpRequest, part: str) -> HttpResponse:
    """One part in its states, in the look and the language that the address names: ?look=night&language=ar."""
    if part not in PARTS:
        raise Http404
    look = request.GET.get("look", "")
    look = look if look in LOOKS else LOOKS[0]
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZONE):
        context = _around(part, look, language) | {"states": [(s.title, drawn(s)) for s in PARTS[part]]}
        return render(request, "tracker/site/style/part.html", context)


def drawn(state: State) -> str:
    """The template of the pages themselves."""
    return rendered(state.template, state.given())


def _around(part: str, look: str, language: str) -> dict[str, Any]:
    chosen = {"look": look, "language": language}
    return {
        "part": part,
        "is_bar": PARTS[part][0].template == BAR,
        "parts": list(PARTS),
        "look": look,
        "way": urlencode(chosen),
        "looks": [(one, urlencode(chosen | {"look": one})) for one in LOOKS],
        "languages": [(one, urlencode(chosen | {"language": one})) for one, _name in settings.LANGUAGES],
    }
