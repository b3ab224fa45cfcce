"""`manage.py mergeclinics LEFT INTO --by ADDRESS`: two wards become one."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.accounts.addresses import person_with
from tracker.core.refused import Refused
from tracker.families.actions.merging import merge_care_teams
from tracker.models import CareTeam


class Command(BaseCommand):
    help = "Moves children, staff, open alerts, rota and days away of one clinic into another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("left", help="the name of the clinic that ends")
        parser.add_argument("into", help="the name of the clinic that stays: its numbers and hours hold")
        parser.add_argument("--by", required=True, metavar="ADDRESS", help="a lead of the one that stays")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, left: str, into: str, by: str, yes: bool, **options: object) -> None:
        ends, stays = (named(name) for name in (left, into))
        person = person_with(by)
        if person is None:
            raise CommandError("Nobody signs in with this address.")
        said = f"Families of {ends.name} will be told to call {stays.day_number or stays.night_number}."
        if not yes and not agreed(said):
            raise CommandError("Nothing was changed.")
        try:
            done = merge_care_teams(left=ends, joins=stays, by=person, now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"{done.children} children, {done.staff} of the staff and {done.alerts} open alerts are with "
            f"{stays.name} now. Their families are told."
        )


def named(name: str) -> CareTeam:
    team = CareTeam.objects.filter(name__iexact=name, kept_by_family=False).first()
    if team is None:
        raise CommandError(f"There is no clinic {name}.")
    return team


def agreed(said: str) -> bool:
    """By a script nobody can be asked."""
    if not sys.stdin.isatty():
        raise CommandError(f"{said} Say --yes.")
    return input(f"{said} This cannot be taken back. Go on? [y/N] ").strip().lower() == "y"
