"""How numbers, times and codes are written. Formatting only: nothing is decided here."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from uuid import UUID, uuid4

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from therapies.model import Instruction
from therapies.response import Flag
from tracker.assessment import wording
from tracker.assessment.wording import degrees
from tracker.lib import bidi, language, telephone
from tracker.lib import legal_pages as legal_texts
from tracker.lib.hours import date_format
from tracker.lib.rendered import rendered
from tracker.logs import unsaved

register = template.Library()
for words in (wording.urgency_word, wording.syndrome, wording.syndrome_term, bidi.isolated, bidi.ltr):
    register.filter(words)

NOBODY = str(UUID(int=0))
THEMES = ("light", "dark", "night")
SHAPES = {"emergency": "octagon-alert", "now": "triangle-alert", "today": "clock", "note": "square-pen"}


@register.simple_tag(takes_context=True)
def form_of(context: Mapping[str, Any], child: Any) -> SafeString:
    """Whose form it is, signed: it is known again after its session has ended."""
    person = getattr(context.get("request"), "user", None)
    signed = unsaved.form_of(child, person) if person and person.is_authenticated else ""
    return format_html('<input type="hidden" name="{}" value="{}">', unsaved.FIELD, signed)


@register.simple_tag
def form_number() -> SafeString:
    """The number of one form: sent twice, it is saved once."""
    return format_html('<input type="hidden" name="client_uuid" value="{}">', uuid4())


SEVERITIES = {
    "mild": gettext_lazy("mild"),
    "moderate": gettext_lazy("moderate"),
    "severe": gettext_lazy("severe"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture from the one set. It always stands beside a word, so it says nothing to a screen reader."""
    return _icon(_sprite("tracker/icons.svg"), name)


@register.simple_tag
def sign_picture(code: str) -> SafeString:
    """The pictogram of a sign, beside its name; nothing for a code that is no sign of the catalogue."""
    known = wording.vocabulary()
    return _icon(_sprite("tracker/signs.svg"), code) if known and code in known.symptoms else SafeString()


@register.simple_tag
def pictured(code: str) -> SafeString:
    """The name of a sign or an observation, after its pictogram where it has one."""
    picture = sign_picture(code)
    return format_html("{}\u00a0{}", picture, sign(code)) if picture else format_html("{}", sign(code))


_sprite = cache(static)  # its address holds for as long as the process: a board asks for it a hundred times


@lru_cache(maxsize=500)
def _icon(sprite: str, name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.simple_tag
def own_name(code: str) -> str:
    """A language as those who speak it call it."""
    file = language.about(code)
    return file.name if file else code


@register.simple_tag
def typed_in(code: str) -> str:
    """The name of the language in which somebody typed; nothing where it is the reader's own, or nobody knows it."""
    return own_name(code) if code and code != get_language() else ""


@register.simple_tag
def language_file() -> Any:
    """What the file of the page's language says about itself: a draft, or who has read it."""
    return language.about(get_language())


@register.simple_tag
def legal_pages() -> list[tuple[str, str]]:
    """Name and title of what the hospital says about itself, as far as it has written it."""
    return legal_texts.shown()


@register.simple_tag
def reason(flag: Flag) -> SafeString:
    """Why one red flag fired, with its sources. Kept by what it says: the same few stand on every answer."""
    return _reason(json.dumps(flag, default=str, sort_keys=True), get_language())


@register.simple_tag
def until_reached(instructions: Iterable[Instruction]) -> SafeString:
    """What to do and not to do until the team is reached, with sources: the same few texts for each therapy."""
    return _until_reached(tuple(instructions), get_language())


@lru_cache(maxsize=100)
def _until_reached(instructions: tuple[Instruction, ...], language: str | None) -> SafeString:
    return rendered("tracker/assessment/_do_not.html", {"instructions": instructions})


@lru_cache(maxsize=2000)
def _reason(flag: str, language: str | None) -> SafeString:
    return rendered("tracker/assessment/_reason.html", {"flag": json.loads(flag)})


@register.filter
def listed(items: Iterable[Any]) -> str:
    """One after the other, with the comma of the page's language."""
    return pgettext("between the items of a list", ", ").join(map(str, items))


@register.filter
def of(address: str, row_id: UUID) -> str:
    """The address of `row` that NOBODY stands in: one look into the routes instead of one for each row of a list."""
    return address.replace(NOBODY, str(row_id))


@register.filter
def theme(cookie: str | None) -> str:
    """The look that was chosen, or nothing: then the phone's own choice holds."""
    return cookie if cookie in THEMES else ""


@register.filter
def telephone_of(text: str) -> telephone.Telephone | None:
    """The number of a column: to show it, and as .link to dial it."""
    return telephone.of(text)


@register.filter
def urgency_shape(urgency: str) -> str:
    """The icon of an urgency: each has a shape of its own, so that colour never stands alone."""
    return SHAPES.get(urgency, SHAPES["now"])


@register.filter
def week_key(week: Iterable[Mapping[str, Any]]) -> str:
    """What the shapes of a week mean, of those that are in it; nothing where nothing was logged."""
    days = list(week)
    drawn = {day["urgency"] for day in days if day["logs"]}
    meant = {
        "emergency": _("Octagon: emergency."),
        "now": _("Triangle: call now."),
        "today": _("Circle: call today."),
        "note": _("Square: noted."),
    }
    said = [words for urgency, words in meant.items() if urgency in drawn]
    said += [_("Dashed: nothing logged.")] if drawn and not all(day["logs"] for day in days) else []
    said += [_("Phone: you called.")] if any(day["called"] for day in days) else []
    return " ".join(said)


@register.filter
def severity(code: str) -> str:
    return str(SEVERITIES.get(code, ""))


@register.filter
def sign(code: str) -> str:
    """The plain name of a symptom or an observation. What is neither stands for a rule that could not be asked."""
    if code == "symptoms":
        return _("Signs")
    name = wording.name_of(code)
    return name if name != code else _("all that you entered")


@register.filter
def celsius(value: Decimal | None, unit: str = "C") -> str:
    """A temperature in °C, written in the family's unit: `{{ 38.4|celsius:"F" }}` is 101.1 °F."""
    if value is None:
        return ""
    number = Decimal(str(value)) if unit == "C" else Decimal(str(value)) * 9 / 5 + 32
    return degrees(number, unit)


@register.filter
def other_unit(unit: str) -> str:
    return "F" if unit == "C" else "C"


@register.filter
def hours_ago(hours: float) -> str:
    """As the rules count it, in words: 2.0003 is "2 hours ago", 0.05 "less than an hour ago"."""
    return wording.hours_ago(hours)


@register.filter
def ago(then: datetime | None, now: datetime) -> str:
    """As people say it: "2 hours ago", "yesterday", "5 November". The exact time stands beside it."""
    if then is None:
        return ""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 18:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    days = (timezone.localtime(now).date() - timezone.localtime(then).date()).days
    if days < 2:
        return _("yesterday") if days else _("today")
    if days < 7:
        return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
    return date_format(timezone.localtime(then), "DATE_FORMAT")
