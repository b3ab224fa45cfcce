"""`manage.py catalogue [--rules [THERAPY ...]]`: the whole knowledge as JSON, or what an evaluator needs of it.

Needs no database, broker or login.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from therapies.cli import run_catalogue, run_rules


class Command(BaseCommand):
    help = "Prints the vocabulary, the sources, the therapies and their red flags as JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rules",
            nargs="*",
            metavar="THERAPY",
            help="only what an evaluator needs, as short as JSON can be; of all therapies without a name",
        )

    def handle(self, *args: Any, rules: list[str] | None, **options: Any) -> None:
        if rules is None:
            run_catalogue(sys.stdout)
        elif code := run_rules(rules, sys.stdout, sys.stderr):
            sys.exit(code)
