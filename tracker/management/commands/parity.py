"""`manage.py parity N`: that the rules on the phone say the same as Python's. For those who change the rules.

Asks both the worked cases, every boundary of every number of the knowledge, N requests by chance and N numbers as
somebody types them. Needs what ./test needs (the checkout's tests, and node from the browser's driver), no database.
"""

import importlib
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Asks the rules in Python and on the phone the same; exit code 1 where an answer differs."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="how many requests by chance")
        parser.add_argument("--seed", type=int, default=None, help="draws the same ones again")

    def handle(self, *args: Any, number: int, seed: int | None, **options: Any) -> None:
        try:
            proof = importlib.import_module("tests.parity.proof")
        except ImportError as error:
            raise CommandError(f"the tests of the checkout are not here ({error})") from error
        if code := proof.prove(number, seed, sys.stdout):
            sys.exit(code)
