"""`manage.py sbom`: what this site is made of, as CycloneDX 1.6. The same files give the same text."""

import json
import re
import uuid
from importlib import metadata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)", re.MULTILINE)
OF_OTHERS = re.compile(
    r"^\| `\S+` \| (?P<name>\w+) (?P<version>[\d.]+),.*?\| (?P<licence>[\w.-]+) \(", re.MULTILINE
)
LONGEST = 100  # characters of a licence's name: some packages put its whole text there


class Command(BaseCommand):
    help = "Prints a software bill of materials: what requirements.lock installs, and what others made that lies here."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(json.dumps(bill(), indent=2, ensure_ascii=False))


def bill() -> dict[str, Any]:
    lock = (settings.BASE_DIR / "requirements.lock").read_text()
    others = (settings.BASE_DIR / "tracker/static/tracker/vendor/README.md").read_text()
    parts = [
        *(
            part("pypi", row["name"], row["version"], licence_of(row["name"]))
            for row in LOCKED.finditer(lock)
        ),
        *(
            part("npm", row["name"].lower(), row["version"], row["licence"])
            for row in OF_OTHERS.finditer(others)
        ),
    ]
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
