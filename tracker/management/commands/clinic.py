"""`manage.py clinic add NAME --lead ADDRESS`: opens a clinic. What is not named is asked for at the terminal."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.core.refused import Refused
from tracker.operations.clinics import numbers_of, open_clinic

QUESTIONS = {
    "number": "The number that families are told to call (--number)",
    "time_zone": "Where the clinic is, like Europe/Berlin (--time-zone)",
}


class Command(BaseCommand):
    help = "Opens a clinic, and writes to its lead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["add"])
        parser.add_argument("name")
        parser.add_argument(
            "--lead", required=True, metavar="ADDRESS", help="whose mail opens the lead's account"
        )
        parser.add_argument(
            "--number", default="", help="called in the clinic's hours; at all hours without --night"
        )
        parser.add_argument("--night", default="", help="called at all other hours")
        parser.add_argument("--time-zone", default="", help="like Europe/Berlin")

    def handle(self, *args: object, name: str, lead: str, **options: str) -> None:
        number, zone = (options[key] or asked(question) for key, question in QUESTIONS.items())
        try:
            numbers = numbers_of(day=number, night=options["night"], time_zone=zone)
            team = open_clinic(name=name, numbers=numbers, lead=lead, by=None, now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{team.name} is open. Families are told to call {team.day_number}.")
        self.stdout.write(f"Its lead was written to, and signs in at {settings.SITE_URL}/ with {lead}.")


def asked(question: str) -> str:
    """By a script nobody can be asked."""
    if not sys.stdin.isatty():
        raise CommandError(f"{question} is missing.")
    return input(f"{question}: ").strip()
