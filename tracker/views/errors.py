"""Error pages. They need no database and no template that could fail, and each shows a number to call."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><main>
<h1>{title}</h1>
<p>{text}</p>
<p><strong>{call}</strong></p>
<p>{emergency} <a href="tel:112">112</a> / <a href="tel:911">911</a></p>
</main></body>
</html>
"""


def page(title: str, text: str, status: int) -> HttpResponse:
    call, emergency = _("Worried? Call the number on your card."), _("Emergency:")
    return HttpResponse(
        format_html(PAGE, title=title, text=text, call=call, emergency=emergency), status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(_("This could not be read"), _("Go back and try again."), 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(_("This is not yours to open"), _("Ask the child's parents to invite you."), 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        _("This page was open too long"),
        _("Nothing was saved. Go back, load the page again, then send it."),
        403,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(_("This page is not here"), _("The link may be old. Start again from the first page."), 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(_("Something broke on our side"), _("What you sent may not be saved."), 500)
