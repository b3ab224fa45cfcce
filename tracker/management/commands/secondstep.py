"""`manage.py secondstep ADDRESS`: says yes to what a lead asked, where the team has no second lead."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.accounts.addresses import person_with
from tracker.accounts.second_steps import open_resets, reset_second_step, reset_without_lead
from tracker.core.refused import Refused


class Command(BaseCommand):
    help = "Resets the second step of a member of the staff, for whom a lead asked in the last 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument(
            "--only-lead",
            action="store_true",
            help="for the only lead of a team: nobody else can ask. Speak to them first",
        )

    def handle(self, *args: object, address: str, only_lead: bool, **options: object) -> None:
        person, now = person_with(address), timezone.now()
        if person is None:
            raise CommandError("Nobody signs in with this address.")
        asked = open_resets(person, now)
        try:
            if asked:
                reset_second_step(asked=asked[0], by=None, now=now)
            elif only_lead:
                reset_without_lead(person=person, now=now)
            else:
                raise CommandError("No lead has asked for this in the last 24 hours.")
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("Reset. They were written to, and set it up anew at the next sign-in.")
