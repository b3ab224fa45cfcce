"""`manage.py sbom`: what this site is made of, as CycloneDX 1.6. The same files give the same text."""

import json
import uuid
from importlib import metadata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

LONGEST = 100  # characters of a licence's name: some packages put its whole text there


class Command(BaseCommand):
    help = "Prints a software bill of materials: what requirements.lock installs, and what others made that lies here."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(json.dumps(bill(), indent=2, ensure_ascii=False))


def bill() -> dict[str, Any]:
    lock = (settings.BASE_DIR / "requirements.lock").read_text()
    others = (settings.BASE_DIR / "tracker/static/tracker/vendor/README.md").read_text()
    parts = [*map(locked, pinned_lines(lock)), *map(of_others, rows_of(others))]
    site = {"type": "application", "bom-ref": "nightlight", "name": "nightlight"}
    number = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(parts, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {"component": site | {"licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": parts,
        "dependencies": [{"ref": "nightlight", "dependsOn": [found["bom-ref"] for found in parts]}],
    }


def pinned_lines(lock: str) -> list[str]:
    """What begins a package; its hashes stand below it, further in."""
    return [line for line in lock.splitlines() if "==" in line and line[:1].isalnum()]


def locked(line: str) -> dict[str, Any]:
    name, _same, rest = line.partition("==")
    return part("pypi", name, rest.split()[0], licence_of(name))


def rows_of(table: str) -> list[list[str]]:
    """The cells of each row that names a file."""
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line[:3] == "| `"
    ]
    return [row for row in rows if len(row) >= 3]


def of_others(row: list[str]) -> dict[str, Any]:
    """Made elsewhere: `| file | Name 1.2.3, what it is | LICENCE (where it stands) |`."""
    name, version = row[1].split(",")[0].split()[:2]
    return part("npm", name.lower(), version, row[2].split(" (")[0])


def part(kind: str, name: str, version: str, licence: str) -> dict[str, Any]:
    address = f"pkg:{kind}/{name}@{version}"
    about = {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}
    return about | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def licence_of(package: str) -> str:
    """As its makers say; nothing for what only other platforms install."""
    try:
        about = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return ""
    written = about.get_all("License-Expression") or about.get_all("License") or [""]
    return written[0].split("\n")[0][:LONGEST].strip()
