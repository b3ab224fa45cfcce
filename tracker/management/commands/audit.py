"""`manage.py audit verify`: whether the record is still the one that was sealed. `audit accept`: after a known loss."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.audit.chain import accept_head
from tracker.audit.verify import Fault, verify

WORDS = {
    "changed": "{row} is not what was sealed.",
    "removed": "{row} was removed.",
    "inserted": "{row} was put in long after the time it states.",
    "unexplained": "{row} is closed, and no event says by whom.",
    "forged": "{row} names rows as erased, and was not written by this site.",
    "cut": "The end of the chain is not the one that was kept outside the database.",
    "headless": "The file that says how far the chain goes (AUDIT_HEAD) is missing.",
}
ROWS = {"auditevent": "Audit event", "alertevent": "Alert event", "closing": "The closing of alert"}
A_LINK_IS_MISSING = "A link of the chain was removed."
ACCEPT = (
    "Nothing is sealed from here on. Find out why. After a loss that you know of, such as a backup that was put back "
    "without the file: `python manage.py audit accept` begins again from here, and says so in the record."
)


class Command(BaseCommand):
    help = "Checks the sealed record. Fails when it was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "accept"])

    def handle(self, *args: object, what: str, **options: object) -> None:
        if what == "accept":
            accept_head(now=timezone.now())
            self.stdout.write("The chain goes on from its last link. The record says so.")
            return
        report = verify()
        self.stdout.write(f"{report.sealed} rows are sealed.")
        if report.tail:
            self.stdout.write(f"Rows not sealed yet: {report.tail}.")
        for fault in report.faults:
            self.stdout.write(sentence(fault))
        if report.count > len(report.faults):
            self.stdout.write(f"{report.count} in all; the first {len(report.faults)} are named.")
        if {fault.what for fault in report.faults} & {"cut", "headless"}:
            self.stdout.write(ACCEPT)
        if report.count:
            raise CommandError("The record was tampered with.")
        self.stdout.write("Nothing was changed, removed or put in.")


def sentence(fault: Fault) -> str:
    if fault.what == "removed" and not fault.kind:
        return A_LINK_IS_MISSING
    return WORDS[fault.what].format(row=f"{ROWS.get(fault.kind, fault.kind.capitalize())} {fault.key}")
