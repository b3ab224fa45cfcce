"""A team's alerts as a table for a spreadsheet: a row an alert, nothing that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.clinic.queries.figures import rules_in
from tracker.lib.csv_cells import cell
from tracker.models import Alert


class _Echo:
    """A file for csv.writer that gives the line back: a long table is sent as it is made."""

    def write(self, line: str) -> str:
        return line


def lines(alerts: Iterable[Alert]) -> Iterator[str]:
    """Times with their offset, so that no spreadsheet guesses."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_heads())  # with the mark, Excel reads it as UTF-8
    for alert in alerts:
        yield writer.writerow([cell(value) for value in _row(alert)])


def _heads() -> list[str]:
    return [
        _("Child"),
        _("Record number"),
        _("Urgency"),
        _("Raised"),
        _("Taken"),
        _("Closed"),
        _("By"),
        _("Outcome"),
        _("Note"),
        _("Rules"),
    ]


def _row(alert: Alert) -> list[str]:
    times = (alert.raised_at, alert.first_taken, alert.resolved_at)
    said = [timezone.localtime(at).isoformat(timespec="seconds") if at else "" for at in times]
    return [
        alert.child.nickname,
        alert.child.record_number,
        alert.urgency,
        *said,
        str(alert.resolved_by or ""),
        alert.get_outcome_display(),
        alert.resolution_note,
        " ".join(sorted(rules_in(alert.rules))),
    ]
