"""Papers: data as JSON into templates of Typst. Nothing that a person typed is ever read as Typst's language.

The PDFs are tagged and follow PDF/UA-1: Typst refuses to make one in which a picture has no words.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.home_care.documents.card import Card, Given, Statement
from tracker.lib.telephone import Telephone
from tracker.models.doses import EVERY_DAY

logger = logging.getLogger(__name__)
PAPER = Path(__file__).parent / "paper"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


def make_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The paper. A letter for which this machine has no font costs it the seal of PDF/UA, never the paper."""
    given = {"data": json.dumps({"language": get_language() or "en", **data}, ensure_ascii=False)}
    compiler = typst.Compiler(str(PAPER / template), root=str(PAPER), font_paths=_fonts(), sys_inputs=given)
    try:
        return _bytes(compiler.compile(format="pdf", pdf_standards="ua-1"))
    except typst.TypstError:
        logger.warning("pdf_without_ua")
        return _bytes(compiler.compile(format="pdf"))


def _bytes(made: object) -> bytes:
    """The pages of a PDF are one file."""
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def card_pdf(
    *,
    card: Card,
    numbers: Sequence[Any],
    day_label: str,
    emergency_number: Telephone | None,
    is_emergency: bool = False,
) -> bytes:
    """The emergency card on one page."""
    data = card_data(card, numbers, day_label, emergency_number)
    if is_emergency:  # the ambulance first, as on every page
        data["numbers"] = [data["numbers"][-1], *data["numbers"][:-1]]
    return make_pdf("card.typ", data)


def card_data(
    card: Card, numbers: Sequence[Any], day_label: str, emergency_number: Telephone | None
) -> dict[str, Any]:
    """What stands on it, every word in the reader's language."""
    emergency = {
        "label": _("Emergency services"),
        "number": str(emergency_number or "112 / 911"),
        "hours": "",
    }
    return {
        "title": _("Emergency card"),
        "banner": _("EMERGENCY CARD"),
        "footer": _(
            "Made %(when)s, from what the family entered. Nightlight is no diagnosis and watches nobody."
        )
        % {"when": when_text(card.made_at)},
        "who": who(card),
        "therapy": therapy_name(card.therapy),
        "day": day_label,
        "dates": [(kind, when_text(at)) for kind, at in (card.therapy.dates if card.therapy else ())],
        "first": list(map(_statement, card.first)),
        "numbers": [
            *({"label": n.label, "number": str(n.number), "hours": n.hours} for n in numbers),
            emergency,
        ],
        "dangers": [_danger(one) for one in card.dangers],
        "do_not": list(map(_statement, card.do_not)),
        "do": list(map(_statement, card.do)),
        "medicines": [{"name": m.name, "dose": m.dose, "when": label_times(m)} for m in card.medicines],
        "fever_medicine": fever_medicine_text(card),
        "earlier": [given_text(one) for one in card.earlier],
        "sources": list(card.sources),
        "words": _card_words(card),
    }


def who(card: Card) -> str:
    """ "Juno, 8 years": the nickname that the family uses."""
    if card.age is None:
        return card.child.nickname
    return _("%(name)s, %(age)d years") % {"name": card.child.nickname, "age": card.age}


def label_times(medicine: Any) -> str:
    """When a label says to give it."""
    if medicine.as_needed:
        return _("As needed, at least %(hours)d hours apart.") % {"hours": medicine.gap_hours}
    times = ", ".join(medicine.times)
    return times if medicine.days == EVERY_DAY else f"{', '.join(medicine.weekdays)}: {times}"


def fever_medicine_text(card: Card) -> str:
    if card.fever_medicine is None:
        return ""
    return _("Fever medicine given at %(time)s: it can hide a fever.") % {
        "time": date_format(localtime(card.fever_medicine.given_at), "H:i")
    }


def when_text(at: Any) -> str:
    return date_format(localtime(at), "j F Y, H:i")


def _card_words(card: Card) -> dict[str, str]:
    return {
        "fever": _("Fever (%(from)s or more) needs the care team at once, day or night.")
        % {"from": card.fever_from},
        "call": _("Whom to call"),
        "cause": _("What this therapy can cause"),
        "begins": _("When:"),
        "time": _("Days explain, they rule nothing out: reactions have begun weeks and months later."),
        "not": _("What not to do, until the care team says so"),
        "do": _("What to do"),
        "medicines": _("Medicines, as the family typed them"),
        "none": _("None typed in."),
        "unknown": _("Nothing could be read about this therapy. Call the care team."),
        "earlier": earlier_words(),
        "sources": _("Sources"),
        "checked": " ".join((_reviewed(card), _("The care team's word comes first."))),
    }


def earlier_words() -> str:
    return _("Earlier therapies whose late effects can still come")


def _reviewed(card: Card) -> str:
    if card.reviewed_by:
        return _("Reviewed by %(name)s.") % {"name": card.reviewed_by}
    return _("Not yet reviewed by a clinician.")


def _statement(one: Statement) -> dict[str, Any]:
    return {"text": one.text, "refs": list(one.refs)}


def _danger(one: Any) -> dict[str, Any]:
    when = _statement(one.when) if one.when else None
    return {"name": one.name, "term": one.term, "signs": _statement(one.signs), "when": when}


def therapy_name(given: Given | None) -> str:
    if given is None:
        return _("No therapy is typed in.")
    return f"{given.name} ({given.brand})" if given.brand else given.name


def given_text(given: Given) -> str:
    """A therapy with its dates on one line."""
    dates = ", ".join(f"{kind} {date_format(localtime(at), 'j F Y')}" for kind, at in given.dates)
    return f"{therapy_name(given)}: {dates}" if dates else therapy_name(given)
