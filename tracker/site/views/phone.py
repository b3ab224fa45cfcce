"""What a phone fetches while it has a network, and what it hands over once it has one again. JSON, for our own scripts.

Each answer names itself: a hotel's login page answers 200, too, and must not be taken for ours.
"""

import json
import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

import brotli
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from tracker.assessment.pocket import milliseconds
from tracker.core.access import children_of
from tracker.core.pages import AuthedRequest, is_authed
from tracker.lib import hours, served_scripts
from tracker.lib.encryption import Unreadable
from tracker.lib.envelopes import open_envelope, public_keys
from tracker.logs.forms.call import CalledForm
from tracker.messaging.channels import push
from tracker.messaging.contact_points import is_lost
from tracker.messaging.own_browser import own_browser
from tracker.models import ContactPoint
from tracker.site.phone.entries import Unknown, accept, read_entry
from tracker.site.phone.kit import kit_text, kit_version, language_of
from tracker.site.phone.pocket import pocket_of

HASHED = (
    *("site.css", "home_care.css", "icons.svg", "signs.svg", "icons/nightlight.svg", "icons/192.png"),
    *("manifest.webmanifest", "clock.js", "app.js", "unsaved.js", "aloud.js"),
)
"""What the kept pages ask for by the name that has their digest."""
MODULES = ("offline", "rules")
"""Folders of scripts that import each other: by their plain names."""
PAGES = ("/call/", "/check/")
A_YEAR = "public, max-age=31536000, immutable"
OURS = {"from": "nightlight"}
SIGN_IN = OURS | {"state": "sign-in"}


@login_not_required
@require_safe
def pocket(request: HttpRequest) -> HttpResponse:
    """The signed-in person's children; to nobody, that nobody is signed in."""
    if not is_authed(request):
        return JsonResponse(SIGN_IN, status=401)
    now = timezone.now()
    _speak(request)
    who = {"state": "signed-in", "person": str(request.user.pk), "token": get_token(request)}
    if "who" in request.GET:
        return JsonResponse(OURS | who)
    key, public = public_keys()[0]
    kept = {
        "now": milliseconds(now),
        "key": key,
        "public": public,
        "kit": kit_version(),
        "language": translation.get_language(),
        "push": _push(request),
        "children": pocket_of(request.user, now),
    }
    return JsonResponse(OURS | who | kept)


@login_not_required
@require_POST
def unsent(request: HttpRequest) -> HttpResponse:
    """One entry, as it lay sealed on the phone. It is deleted there once this has said that it is kept."""
    if not is_authed(request):
        return JsonResponse(SIGN_IN, status=401)
    _speak(request)
    row = _row(request)
    try:
        entry = read_entry(open_envelope(row["key"], row["number"], row["envelope"]))
    except Unreadable:
        return _said(row, "unreadable")
    except Unknown:
        return _said(row, "unknown")
    if entry.author != request.user.pk or str(entry.number) != row["number"]:
        return _said(row, "not-yours")
    taken = accept(entry=entry, person=request.user, now=timezone.now())
    if taken.refused:
        return _said(row, "refused", why=taken.refused, says=taken.says)
    answer = {"urgency": taken.urgency, "stricter": taken.stricter, "address": taken.address}
    return _said(row, "kept", says=taken.says, **answer)


def _push(request: AuthedRequest) -> dict[str, Any] | None:
    """What this browser should be pushed to by, if its person has turned that on here and never off again."""
    known = own_browser(request)
    point = ContactPoint.objects.filter(pk=known, person=request.user).first() if known else None
    if point is None:
        return None
    is_gone = ContactPoint.objects.filter(is_lost(timezone.now()), pk=point.pk).exists()
    digest = sha256(point.address.encode()).hexdigest()
    return {"key": push.public_key(), "endpoint": "" if is_gone else digest}


def _row(request: HttpRequest) -> dict[str, str]:
    """Of what is no row, every part is empty."""
    try:
        sent: Any = json.loads(request.body)
    except ValueError:
        sent = {}
    told = sent if isinstance(sent, dict) else {}
    return {name: str(told.get(name, "")) for name in ("number", "key", "envelope")}


def _said(row: dict[str, str], state: str, **more: Any) -> HttpResponse:
    return JsonResponse(OURS | {"state": state, "number": row["number"], **more})


def _speak(request: AuthedRequest) -> None:
    """An open page asks nobody who it is (PersonsPlace): here the person's language and clock count all the same."""
    if request.user.language in dict(settings.LANGUAGES):
        translation.activate(request.user.language)
    hours.activate(hours.clock_of(request.user))


# ------------------------------------------------------------ what every phone has


@login_not_required
@require_safe
def kit(request: HttpRequest, version: str) -> HttpResponse:
    """The knowledge, of this version alone: a phone checks the digest in the address."""
    language = language_of(version)
    if language is None:
        raise Http404
    with translation.override(language):
        text = kit_text()
    return _packed(request, text, "application/json", A_YEAR)


def _packed(request: HttpRequest, text: str, kind: str, kept: str) -> HttpResponse:
    """In Brotli, where a browser takes it: most do."""
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if re.search(r"\bbr\b(?!;\s*q=0(\.0*)?(,|$))", request.headers.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "br"
        return HttpResponse(_in_brotli(text), content_type=kind, headers=headers)
    return HttpResponse(text, content_type=kind, headers=headers)


@lru_cache(maxsize=16)
def _in_brotli(text: str) -> bytes:
    """A sixth smaller than by gzip, packed once by each process."""
    return bytes(brotli.compress(text.encode(), quality=11))


@login_not_required
@require_safe
def call(request: HttpRequest) -> HttpResponse:
    """Whom to call now. Without a network it stands in for every page that is not kept, and lends its forms."""
    form = CalledForm(now=timezone.now(), zone=timezone.get_current_timezone())
    return render(request, "tracker/site/call.html", {"called_form": form})


@require_safe
def log_now(request: AuthedRequest) -> HttpResponse:
    """The shortcut on the icon: the only child's form, or the choice of whose."""
    own = list(children_of(request.user).values_list("pk", flat=True)[:2])
    return redirect("log-new", own[0]) if len(own) == 1 else redirect("home")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it may speak for the whole site; never from a cache, so that a fault in it can be mended."""
    return _packed(request, worker_text(kit_version()), "text/javascript", "no-cache")


@lru_cache(maxsize=8)
def worker_text(kit: str) -> str:
    """With the list of what it keeps, a version that changes with any of it, and the language of its pages."""
    modules = [name for name in served_scripts.names() if name.split("/")[1] in MODULES]
    plain = [f"/static/{name}" for name in modules]
    shell = [*(static(f"tracker/{name}") for name in HASHED), *plain, f"/kit/{kit}/", *PAGES]
    worker = served_scripts.as_sent("tracker/sw.js")
    texts = map(served_scripts.as_sent, modules)
    version = sha256("".join([worker, *shell, *texts]).encode()).hexdigest()[:12]
    known = {"SHELL": shell, "VERSION": version, "LANGUAGE": translation.get_language()}
    told = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in known.items())
    scripts = [f"/static/tracker/offline/{name}.js" for name in ("store", "send", "renew")]
    return f"{told}importScripts({', '.join(map(json.dumps, scripts))});\n{worker}"
