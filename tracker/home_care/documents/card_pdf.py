"""The emergency card as a paper."""

from collections.abc import Sequence
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tracker.home_care.documents.card import Card, Statement
from tracker.home_care.documents.pdf import earlier_words, given_text, make_pdf, therapy_name, when_text
from tracker.lib.bidi import isolated
from tracker.lib.hours import clock_text, date_format
from tracker.lib.telephone import Telephone
from tracker.models.doses import EVERY_DAY


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
    """ "Juno, 8 years", of a baby "Juno, 7 months": the nickname that the family uses."""
    return ", ".join(filter(None, (isolated(card.child.nickname), card.age)))


def label_times(medicine: Any) -> str:
    """When a label says to give it."""
    if medicine.as_needed:
        return _("As needed, at least %(hours)d hours apart.") % {"hours": medicine.gap_hours}
    times = ", ".join(map(clock_text, medicine.times))
    return times if medicine.days == EVERY_DAY else f"{', '.join(medicine.weekdays)}: {times}"


def fever_medicine_text(card: Card) -> str:
    if card.fever_medicine is None:
        return ""
    return _("Fever medicine given at %(time)s: it can hide a fever.") % {
        "time": date_format(localtime(card.fever_medicine.given_at), "H:i")
    }


def _card_words(card: Card) -> dict[str, str]:
    return {
        "fever": _("Fever (%(from)s or more) needs the care team at once, day or night.")
        % {"from": card.fever_from},
        "call": _("Whom to call"),
        "cause": _("What this therapy can cause"),
        "begins": _("When:"),
        "until": _("Until help is here:"),
        "time": _("Days only explain. They rule nothing out: reactions have begun weeks and months later."),
        "not": _("What not to do, until the care team says so"),
        "do": _("What to do"),
        "medicines": _("Medicines, as the family typed them"),
        "none": _("None typed in."),
        "unknown": _("Nothing could be read about this therapy. Call the care team."),
        "earlier": earlier_words(),
        "sources": _("Sources"),
        "checked": " ".join((_reviewed(card), _("The care team's word comes first."))),
    }


def _reviewed(card: Card) -> str:
    if card.reviewed_by:
        return _("Reviewed by %(name)s.") % {"name": card.reviewed_by}
    return _("Not yet reviewed by a clinician.")


def _statement(one: Statement) -> dict[str, Any]:
    return {"text": one.text, "refs": list(one.refs)}


def _danger(one: Any) -> dict[str, Any]:
    when = _statement(one.when) if one.when else None
    first_aid = list(map(_statement, one.first_aid))
    return {
        "name": one.name,
        "term": one.term,
        "signs": _statement(one.signs),
        "when": when,
        "first_aid": first_aid,
    }
