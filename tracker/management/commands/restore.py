"""`manage.py restore FILE`: a backup into the empty database of a site that does not run."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.core.refused import Refused
from tracker.operations.backups import LOSABLE, restore


class Command(BaseCommand):
    help = "Fills an empty, migrated database from a backup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--without",
            action="append",
            choices=LOSABLE,
            default=[],
            help="what the backup needs and is lost for good",
        )

    def handle(self, *args: object, file: Path, without: list[str], **options: object) -> None:
        try:
            count = restore(file, now=timezone.now(), without=without)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{count} rows. Messages that waited were dropped; open alerts are told again.")
