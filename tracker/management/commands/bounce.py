"""`manage.py bounce < mail`: a mail server hands over what came back, one mail a call.

`manage.py bounce --mailbox` reads the mailbox that BOUNCES_URL names, as the worker does each minute.
"""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.messaging.bounces import take_back
from tracker.messaging.bounces_mailbox import LARGEST, read_mailbox


class Command(BaseCommand):
    help = "Reads a report of a mail that came back, or a complaint, from standard input or from the mailbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mailbox", action="store_true", help="those in the mailbox of BOUNCES_URL")

    def handle(self, *args: object, mailbox: bool, **options: object) -> None:
        """A single mail fails never: the mail server would send the report back in its turn."""
        if mailbox:
            self.stdout.write(from_mailbox())
            return
        is_done = take_back(sys.stdin.buffer.read(LARGEST), now=timezone.now())
        self.stdout.write("The way is marked as dead." if is_done else "Nothing to do.")


def from_mailbox() -> str:
    if settings.BOUNCES is None:
        raise CommandError("No mailbox is named: set BOUNCES_URL.")
    count = read_mailbox(now=timezone.now())
    if count is None:
        raise CommandError("The mailbox could not be read; the log says why.")
    return f"{count} came back."
