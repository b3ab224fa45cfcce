"""What `manage.py check` asks of this site beyond Django's own questions."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.utils import timezone

from therapies.catalogue import KnowledgeError, load
from tracker.audit.chain import SHORTEST_KEY
from tracker.lib import legal_pages


@register
def knowledge_loads(**_: Any) -> list[CheckMessage]:
    """The site would run without it and tell every family to call; that must not go live unseen."""
    try:
        load()
    except KnowledgeError as error:
        return [Error(f"The knowledge does not load: {error}", id="nightlight.E001")]
    return []


@register
def sources_were_looked_at(**_: Any) -> list[CheckMessage]:
    """A document that nobody opened for long is named."""
    try:
        sources = load().sources.values()
    except KnowledgeError:
        return []
    today = timezone.now().date()
    return [
        Info(f"The source {source.id} was last looked at on {source.checked}.", id="nightlight.I001")
        for source in sources
        if source.is_due(today)
    ]


@register(Tags.security)
def house_is_private(**_: Any) -> list[CheckMessage]:
    """The folder holds the secret key, and the database where no other is named."""
    if settings.VAR.exists() and settings.VAR.stat().st_mode & 0o077:
        hint = f"chmod 700 {settings.VAR}"
        return [
            Warning(
                "Others on this machine can look into the site's folder.", hint=hint, id="nightlight.W001"
            )
        ]
    return []


@register(Tags.security, deploy=True)
def record_can_be_sealed(**_: Any) -> list[CheckMessage]:
    """Without its key nobody could tell whether the record of who did what was changed."""
    if len(settings.AUDIT_KEY) < SHORTEST_KEY:
        hint = "Set AUDIT_KEY or AUDIT_KEY_FILE, or run `python manage.py setup`."
        return [Error("The record has no key to be sealed with.", hint=hint, id="nightlight.E003")]
    return []


@register(Tags.security, deploy=True)
def mail_leaves_the_house(**_: Any) -> list[CheckMessage]:
    """A login code that lies in a file reaches nobody."""
    if settings.EMAIL_BACKEND == "tracker.messaging.channels.outbox.EmailBackend":
        return [Warning("Mail is only written to files.", hint="Set EMAIL_URL.", id="nightlight.W002")]
    return []


@register(Tags.security, deploy=True)
def proxies_are_counted(**_: Any) -> list[CheckMessage]:
    """The web server speaks plain HTTP: where no proxy is believed, each page of an https site leads to itself."""
    if settings.HTTPS and not settings.PROXIES:
        hint = "Set PROXIES to how many stand in front of the web server; one is usual."
        return [
            Error("SITE_URL is https, and no proxy is believed that it was.", hint=hint, id="nightlight.E004")
        ]
    return []


@register(Tags.security, deploy=True)
def hospital_says_who_it_is(**_: Any) -> list[CheckMessage]:
    """Who signs up must be able to read whom they give a child's health to."""
    hint = f"Copy deploy/legal/ to {settings.LEGAL_DIR} and fill it in."
    return [
        Warning(f"The page {name}.txt {fault}, so it is not shown.", hint=hint, id="nightlight.W003")
        for name, fault in legal_pages.faults().items()
    ]


@register(Tags.security, deploy=True)
def somebody_is_told_of_holes(**_: Any) -> list[CheckMessage]:
    if settings.SECURITY_CONTACT:
        return []
    hint = "Set SECURITY_CONTACT, like mailto:security@hospital.example."
    return [Warning("Nobody is named to whom a hole can be told.", hint=hint, id="nightlight.W004")]
