"""How we decide: public pages, from the same data as the answers. Their addresses name neither drug nor sign."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from therapies.catalogue import load
from therapies.explaining import address, cases_about, subjects, therapy_at
from therapies.model import RedFlag, Therapy
from therapies.overview import overview
from therapies.wording import Names, Phrase, levels_in_words


@login_not_required
@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """What is known, in which release, reviewed by whom; the therapies."""
    knowledge = load()
    links = [(address(therapy.id), therapy) for therapy in knowledge.therapies.values()]
    return render(request, "tracker/site/how.html", {"knowledge": knowledge, "therapies": links})


@login_not_required
@require_safe
def how_therapy(request: HttpRequest, place: str) -> HttpResponse:
    """One therapy: how it is given, what it can cause, what is watched for, and how urgent that can become."""
    therapy = _therapy(place)
    by_area: dict[str, list[Any]] = {area.code: [] for area in load().areas}
    for subject in subjects(therapy):
        by_area[subject.area].append((address(subject.code), subject))
    areas = [(area.name, by_area[area.code]) for area in load().areas]
    return render(
        request,
        "tracker/site/how_therapy.html",
        {"knowledge": load(), "therapy": therapy, "place": place, "areas": areas} | _overview(therapy),
    )


@login_not_required
@require_safe
def how_sign(request: HttpRequest, place: str, sign: str) -> HttpResponse:
    """One sign with one therapy: each red flag with its conditions and sources, and the worked cases."""
    therapy = _therapy(place)
    subject = next((item for item in subjects(therapy) if address(item.code) == sign), None)
    if subject is None:
        raise Http404
    flags = [(flag, list(_levels(flag))) for flag in subject.flags]
    return render(
        request,
        "tracker/site/how_sign.html",
        {
            "knowledge": load(),
            "therapy": therapy,
            "place": place,
            "subject": subject,
            "flags": flags,
            "cases": cases_about(therapy, subject),
        },
    )


def _therapy(place: str) -> Therapy:
    therapy = therapy_at(place)
    if therapy is None:
        raise Http404
    return therapy


def _overview(therapy: Therapy) -> dict[str, Any]:
    about = overview(therapy)
    return {"about": about, "is_old": about.is_due(timezone.now().date())}


def _levels(flag: RedFlag) -> Iterable[tuple[str, list[str]]]:
    """Urgency by urgency: the conditions of which one must hold, each as one sentence; empty: always."""
    for urgency, conditions in levels_in_words(flag, load()):
        said = [_("; and ").join(map(_said, phrases)) for phrases in conditions]
        yield urgency, [] if "" in said else said


def _said(phrase: Phrase) -> str:
    text, values = phrase
    spoken = {
        key: _(" or ").join(map(_, value.texts)) if isinstance(value, Names) else value
        for key, value in values.items()
    }
    return _(text) % spoken
