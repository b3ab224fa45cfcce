"""The language of the pages: a person's own, and on this phone that of the pages before the login."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tracker.core.pages import is_authed
from tracker.core.redirects import back
from tracker.families.actions.begin import tell_about_oneself
from tracker.lib.language import keep


@login_not_required
@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps it and goes back. A page that lay open for weeks can still be read in another language."""
    wanted, response = request.POST.get("language", ""), back(request)
    if wanted in dict(settings.LANGUAGES):
        keep(response, wanted, is_secure=request.is_secure())
        if is_authed(request):
            tell_about_oneself(by=request.user, language=wanted)
    return response
