"""`manage.py simulate`: how often would a nurse be called, and is everything found, and every worsening told?"""

import json
import sys
from argparse import FileType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from therapies.fever import DEFAULT_RULE, FEVER_RULES
from therapies.model import URGENCIES
from therapies.request import SENSITIVITIES
from therapies.simulation import COUNTED, Figures, simulate

WIDTH = 30


class Command(BaseCommand):
    help = "Simulates children over weeks and prints what a nurse is told per child-week, per urgency and per rule."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--children", type=int, default=1000)
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--fever", choices=FEVER_RULES, default=DEFAULT_RULE)
        parser.add_argument("--sensitivity", choices=SENSITIVITIES, default=SENSITIVITIES[0])
        parser.add_argument("--json", action="store_true", help="figures as JSON, to be compared with later")
        parser.add_argument("--against", type=FileType("r"), help="figures of another run, to compare with")

    def handle(self, *args: Any, children: int, days: int, seed: int, **options: Any) -> None:
        policy = {key: options[key] for key in ("fever", "sensitivity")}
        total = Figures()
        for done, figures in enumerate(simulate(children, days, seed, policy), start=1):
            total.add(figures)
            self._progress(done, children)
        found = total.as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(found | {"policy": policy}, indent=1))
        else:
            self._print(found, json.load(options["against"]) if options["against"] else None)
        if found["missed"]:
            raise CommandError(
                f"{len(found['missed'])} documented signs were not found, first: {found['missed'][0]}"
            )
        if found["untold"]:
            raise CommandError(
                f"{len(found['untold'])} worsenings were not told, first: {found['untold'][0]}"
            )

    def _progress(self, done: int, children: int) -> None:
        if sys.stderr.isatty() or done == children:
            bar = "#" * (WIDTH * done // children)
            self.stderr.write(f"\r[{bar:{WIDTH}}] {done}/{children}", ending="" if done < children else "\n")

    def _print(self, found: dict[str, Any], before: dict[str, Any] | None) -> None:
        write = self.stdout.write
        write(f"knowledge {found['knowledge_version']}: {found['children']} children, {found['logs']} logs")
        write(f"documented signs found: {found['signs_found']} of {found['signs_told']}")
        write(f"worsenings told: {found['worsenings'] - len(found['untold'])} of {found['worsenings']}")
        write(
            "\nper child-week" + "".join(f"{name:>12}" for name in COUNTED) + "  (by urgency alone: before)"
        )
        for urgency in URGENCIES[:3]:
            write(_line(urgency, found, before, "alerts_per_child_week"))
        write("\nper rule")
        for rule in found["rules_per_child_week"]:
            write(_line(rule, found, before, "rules_per_child_week"))


def _line(name: str, found: dict[str, Any], before: dict[str, Any] | None, key: str) -> str:
    counted = "".join(f"{found[key][name][what]:12.4f}" for what in COUNTED)
    was = f"  told was {before[key].get(name, {}).get('told', 0):.4f}" if before else ""
    return f"  {name:20} {counted[7:]}{was}"
