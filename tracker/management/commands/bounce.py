"""`manage.py bounce < mail`: a mail server hands over what came back, one mail a call."""

import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.messaging.bounces import take_back

LARGEST = 1_000_000  # bytes; a report holds headers and at most our own short mail


class Command(BaseCommand):
    help = "Reads a report of a mail that came back, or a complaint, from standard input."

    def handle(self, *args: object, **options: object) -> None:
        """Fails never: the mail server would send the report back in its turn."""
        is_done = take_back(sys.stdin.buffer.read(LARGEST), now=timezone.now())
        self.stdout.write("The way is marked as dead." if is_done else "Nothing to do.")
