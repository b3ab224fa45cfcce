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
        parser.add_argument(
            "--without-erased-list",
            action="store_true",
            help="the list of who was erased is lost: they are back, and have to be erased again by hand",
        )

    def handle(self, *args: object, file: Path, without_erased_list: bool, **options: object) -> None:
        try:
            count = restore(file, now=timezone.now(), without_list=without_erased_list)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{count} rows. Messages that waited were dropped; open alerts are told again.")
