"""The visit summary as a paper and as a table, every word in the reader's language."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.alerts import queries as alert_queries
from tracker.assessment import wording
from tracker.assessment.wording import urgency_word
from tracker.home_care.documents.card import Given
from tracker.home_care.documents.charts import curve_svg, heat_svg, in_unit
from tracker.home_care.documents.pdf import earlier_words, given_text, make_pdf, therapy_name, when_text
from tracker.home_care.documents.summary import Advice, Summary
from tracker.lib.bidi import isolated
from tracker.lib.charts import Curve, HeatMap
from tracker.lib.csv_cells import cell
from tracker.lib.hours import date_format
from tracker.logs.queries import LogRow
from tracker.models import Alert, Call, Outcome
from tracker.models.users import display_name


def summary_pdf(
    found: Summary, *, therapy: Given | None, day_label: str, earlier: Sequence[Given] = ()
) -> bytes:
    return make_pdf("summary.typ", summary_data(found, therapy, day_label, earlier))


def summary_data(
    found: Summary, therapy: Given | None, day_label: str, earlier: Sequence[Given] = ()
) -> dict[str, Any]:
    """What stands on the paper."""
    name = isolated(found.child.nickname)
    return {
        "title": _("Visit summary"),
        "heading": _("Visit summary: %(name)s") % {"name": name},
        "footer": _(
            "Made %(when)s, from what the family entered. Nightlight is no diagnosis and watches nobody."
        )
        % {"when": when_text(found.made_at)},
        "period": _("%(first)s to %(last)s") % {"first": _long(found.first), "last": _long(found.last)},
        "therapy": therapy_name(therapy),
        "day": day_label,
        "dates": [(kind, when_text(at)) for kind, at in (therapy.dates if therapy else ())],
        "earlier": [given_text(one) for one in earlier],
        "questions": [question.text for question in found.questions],
        "told": [(_moment(one.at), _told(one)) for one in found.told],
        "curve": _curve(found.curve, found.child.units),
        "heats": [_heat(heat) for heat in found.heats],
        "alerts": [_alert(alert) for alert in found.alerts],
        "doses": [
            (_moment(d.given_at), f"{d.name}, {d.dose}", display_name(d.given_by)) for d in found.doses
        ],
        "logs": [_log(row) for row in found.rows],
        "words": _words(),
    }


def summary_csv(found: Summary) -> str:
    """One line a log, oldest first. Times carry their offset; nothing runs as a formula."""
    text = io.StringIO()
    text.write("\ufeff")  # else a spreadsheet takes UTF-8 for something else
    table = csv.writer(text)
    table.writerow(
        (
            *("seen_at", "saved_at", "logged_by", "urgency", "temperature", "unit", "route"),
            *("fever_medicine", "signs", "answers", "weight_kg", "worried", "note", "corrected"),
        )
    )
    for row in reversed(found.rows):
        table.writerow([cell(value) for value in _line(row)])
    return text.getvalue()


def _line(row: LogRow) -> list[object]:
    report = row.report
    reading = report.get("temperature") or {}
    return [
        localtime(row.observed_at).isoformat(timespec="minutes"),
        localtime(row.received_at).isoformat(timespec="minutes"),
        row.by,
        row.urgency,
        reading.get("value", report.get("raw", {}).get("temperature", "")),
        reading.get("unit", ""),
        reading.get("route", ""),
        {True: "yes", False: "no"}.get(report.get("antipyretic_given", ""), ""),
        "; ".join(wording.signs(report, how_long=True)),
        "; ".join(f"{name}: {answer}" for name, answer in wording.answers(report)),
        report.get("weight_kg", ""),
        "yes" if row.worried else "",
        row.note,
        "yes" if row.corrected_by else "",
    ]


def _words() -> dict[str, Any]:
    return {
        "earlier": earlier_words(),
        "questions": _("Questions for this visit"),
        "no_questions": _("None written down."),
        "told": _("What the care team told us"),
        "told_header": [_("When"), _("What they said")],
        "temperature": _("Temperature"),
        "no_temperature": _("No temperature was measured in these days."),
        "curve_key": _(
            "Dashed line: fever. Large dots: at or above it. Every reading stands in the list of logs."
        ),
        "signs": _("Signs by day"),
        "no_signs": _("No sign was logged in these days."),
        "heat_key": _("1 mild, 2 moderate, 3 severe or not said. Dashed: nothing logged."),
        "alerts": _("Alerts, and what followed"),
        "no_alerts": _("None in these days."),
        "alerts_header": [_("When"), _("Urgency"), _("What followed")],
        "medicines": _("Medicines given"),
        "doses_header": [_("When"), _("Medicine"), _("By")],
        "logs": _("Every log"),
        "logs_header": [_("When"), _("Temperature"), _("What was seen"), _("Answer")],
        "nothing": _("Nothing in these days."),
    }


def _curve(curve: Curve, unit: str) -> dict[str, Any] | None:
    """The picture with what it says, in words."""
    if curve.last is None:
        return None
    highest = max(curve.points, key=lambda point: point.celsius)
    n = len(curve.points)
    words = ngettext("%(n)d reading.", "%(n)d readings.", n) % {"n": n}
    told = _("Highest: %(highest)s, %(day)s. Last: %(last)s, %(then)s.") % {
        "highest": in_unit(highest.celsius, unit),
        "day": _moment(highest.at),
        "last": in_unit(curve.last.celsius, unit),
        "then": _moment(curve.last.at),
    }
    return {"svg": curve_svg(curve, unit), "alt": f"{_('Temperature')}: {words} {told}"}


def _heat(heat: HeatMap) -> dict[str, Any]:
    first, last = heat.days[0][1], heat.days[-1][1]
    worst = {row.name: max(cell.level or 0 for cell in row.cells) for row in heat.rows}
    degree = {1: _("mild"), 2: _("moderate"), 3: _("severe or not said")}
    told = "; ".join(f"{name}: {degree[level]}" for name, level in worst.items())
    heading = _("%(first)s to %(last)s") % {"first": _long(first), "last": _long(last)}
    alt = _("At its worst in these days: %(told)s") % {"told": told}
    return {"svg": heat_svg(heat), "alt": alt, "heading": heading}


def _alert(alert: Alert) -> tuple[str, str, str]:
    told = [_call(call) for call in alert.calls.all()]
    if alert.resolved_at:
        who = display_name(alert.resolved_by)
        told.append(alert_queries.outcome_afterwards(alert.outcome))
        told.append(_("Closed %(when)s by %(who)s.") % {"when": _moment(alert.resolved_at), "who": who})
    else:
        told.append(_("Still open."))
    if alert.outcome != Outcome.FAMILY_CALLED:  # then the note is what the call says already
        told.append(alert.resolution_note)
    return _moment(alert.raised_at), urgency_word(alert.urgency), " ".join(filter(None, told))


def _call(call: Call) -> str:
    told = call.in_words if call.reached else _("nobody answered")
    return _("Called %(when)s: %(told)s.") % {"when": _moment(call.called_at), "told": told.rstrip(".")}


def _log(row: LogRow) -> tuple[str, str, str, str]:
    seen = [*row.signs, *([_("worried")] if row.worried else [])]
    seen += [f"“{row.note}”"] if row.note else []
    seen += [_("(corrected later)")] if row.corrected_by else []
    when = f"{_moment(row.observed_at)}, {row.by}" if row.by else _moment(row.observed_at)
    return when, row.temperature, ", ".join(seen) or "-", urgency_word(row.urgency)


def _told(one: Advice) -> str:
    return f"{one.question} {one.words}" if one.question else one.words


def _moment(at: Any) -> str:
    return date_format(localtime(at), "j M, H:i")


def _long(day: date) -> str:
    return date_format(day, "j F Y")
