"""`manage.py encryption`: which keys this database was written under, a new one, and what to do when one is lost."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tracker.lib.encryption import key_ids, new_key
from tracker.operations.encryption_keys import abandon_key, noted_keys

NO_SUCH_KEY = "Say which key: one that this database was written under, and that is not here."


class Command(BaseCommand):
    help = "status: ids of the keys. new: prints a key, to be put first in ENCRYPTION_KEYS. abandon ID: it is lost."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["status", "new", "abandon"])
        parser.add_argument("key", nargs="?", default="")

    def handle(self, *args: object, what: str, key: str, **options: object) -> None:
        if what == "new":
            self.stdout.write(new_key())
        elif what == "status":
            self._status()
        else:
            self._abandon(key)

    def _status(self) -> None:
        here = key_ids()
        for noted in noted_keys().order_by("since"):
            state = "in use" if noted.replaced_at is None else f"replaced on {noted.replaced_at:%Y-%m-%d}"
            self.stdout.write(f"{noted}: {state}{'' if str(noted) in here else ', NOT HERE'}")
        self.stdout.write(f"ENCRYPTION_KEYS: {', '.join(here) or 'none'}")

    def _abandon(self, key: str) -> None:
        lost = [str(noted) for noted in noted_keys() if str(noted) not in key_ids()]
        if key not in lost:
            raise CommandError(f"{NO_SUCH_KEY} {', '.join(lost)}".strip())
        people = abandon_key(identifier=key, now=timezone.now())
        self.stdout.write(
            f"{people} people have to set up their second step anew. Logs that waited for a login are lost; "
            "their pages say so."
        )
