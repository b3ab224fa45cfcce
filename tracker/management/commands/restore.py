"""`manage.py restore FILE`: a backup into the empty database of a site that does not run."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.actions import Refused
from tracker.actions.backing_up import restore


class Command(BaseCommand):
    help = "Fills an empty, migrated database from a backup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, **options: Path) -> None:
        try:
            count = restore(options["file"], now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{count} rows. Messages that waited were dropped; open alerts are told again.")
