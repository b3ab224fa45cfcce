"""`manage.py audit verify`: whether the record of who did what is still the one that was sealed."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.actions.sealing import Fault, verify

WORDS = {
    "changed": "Event {event} is not what was sealed.",
    "removed": "Event {event} was removed.",
    "inserted": "Event {event} was put in long after the time it states.",
    "cut": "The end of the chain is not the one that was kept outside the database.",
}
A_LINK_IS_MISSING = "A link of the chain was removed."


class Command(BaseCommand):
    help = "Checks the sealed record of who did what. Fails when it was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: object, **options: object) -> None:
        report = verify()
        self.stdout.write(f"{report.sealed} events are sealed.")
        if report.tail:
            first, last = report.tail[0], report.tail[-1]
            self.stdout.write(f"Not sealed yet: {len(report.tail)} events, {first} to {last}.")
        for fault in report.faults:
            self.stdout.write(sentence(fault))
        if report.faults:
            raise CommandError("The record was tampered with.")
        self.stdout.write("Nothing was changed, removed or put in.")


def sentence(fault: Fault) -> str:
    if fault.what == "removed" and fault.event is None:
        return A_LINK_IS_MISSING
    return WORDS[fault.what].format(event=fault.event)
