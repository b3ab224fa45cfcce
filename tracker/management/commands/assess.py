"""`manage.py assess [FILE] [--batch]`: one request, or one a line. Needs no database, broker or login."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from therapies.cli import run_assess, run_batch


class Command(BaseCommand):
    help = "Answers assessment requests (JSON) from a file or the standard input."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--batch", action="store_true", help="a request a line, a response a line")

    def handle(self, *args: Any, file: Path | None, batch: bool, **options: Any) -> None:
        try:
            source = file.open("rb") if file else sys.stdin.buffer
        except OSError as error:
            raise CommandError(f"request: cannot be read ({error.strerror})", returncode=2) from error
        with source:
            code = (
                run_batch(source, sys.stdout) if batch else run_assess(source.read(), sys.stdout, sys.stderr)
            )
        if code:
            sys.exit(code)
