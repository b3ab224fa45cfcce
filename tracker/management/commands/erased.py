"""`manage.py erased new`: a new list of who was erased, where the old one is lost."""

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tracker.accounts.erased_list import begin_list_anew


class Command(BaseCommand):
    help = (
        "Begins a new list of who was erased, from what the database knows. Only where the old one is lost."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["new"])

    def handle(self, *args: object, **options: object) -> None:
        begin_list_anew(now=timezone.now())
        self.stdout.write(
            "Begun. Children and people who were erased after this database was copied are in it again: "
            "erase them by hand, before their families get a reminder."
        )
