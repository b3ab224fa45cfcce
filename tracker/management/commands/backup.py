"""`manage.py backup FILE`: the whole database in one file, while the site runs."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tracker.operations.backups import back_up, needs


class Command(BaseCommand):
    help = "Writes the whole database into one file. It is as secret as the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, **options: Path) -> None:
        self.stdout.write(f"{back_up(options['file'], now=timezone.now())} rows.")
        needed = needs()
        keys = ", ".join(needed["encryption keys"])
        self.stdout.write(
            f"Keep elsewhere what it needs to be restored: the encryption key {keys}, "
            f"the audit key {needed['audit key']}, and {settings.ERASED} in its newest state "
            f"(the list {needed['erased list']})."
        )
