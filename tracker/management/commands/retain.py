"""`manage.py retain`: deletes what has been kept long enough. Once a day is enough; the worker asks for it, too."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.operations.retention import retain


class Command(BaseCommand):
    help = "Deletes what has been kept long enough."

    def handle(self, *args: object, **options: object) -> None:
        for name, count in retain(now=timezone.now()).items():
            self.stdout.write(f"{count} {name}")
