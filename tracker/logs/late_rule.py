"""Which forms wait for a login, and by which rule. What is done with them stands in late_forms.py."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from tracker.logs import unsaved
from tracker.logs.late_words import Words

View = Callable[..., HttpResponse]
CONFLICT = 409  # somebody was faster: the page says so, and the form has had its answer


@dataclass(frozen=True)
class Rule:
    """Who may send a form, what it says in words, and the signs that are in it, if it is a log by another name."""

    to: str
    describe: Callable[..., Words]
    answers: Callable[[QueryDict], dict[str, Any] | None] | None = None


def kept_when_late(rule: Rule) -> Callable[[View], View]:
    """Marks a view whose POST waits for the login where its session has ended. Its form carries {% form_of %}."""

    def mark(view: View) -> View:
        @wraps(view)
        def marked(request: HttpRequest, **which: Any) -> HttpResponse:
            response = view(request, **which)
            if response.status_code < 400 or response.status_code == CONFLICT:
                unsaved.drop(request.session, request.POST.get(unsaved.NUMBER, ""))
            return response

        marked.rule = rule  # type: ignore[attr-defined]
        return marked

    return mark


def rule_of(view: Callable[..., Any]) -> Rule:
    """Of a view that is marked."""
    rule: Rule = view.rule  # type: ignore[attr-defined]
    return rule
