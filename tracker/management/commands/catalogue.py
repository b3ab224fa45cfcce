"""`manage.py catalogue`: the whole knowledge as JSON. Needs no database, broker or login."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from therapies.cli import run_catalogue


class Command(BaseCommand):
    help = "Prints the vocabulary, the sources, the therapies and their red flags as JSON."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        run_catalogue(sys.stdout)
