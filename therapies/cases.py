"""The worked cases: situations, each a sentence, with the answer that the rules must give. They are tests
and explanation at once.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from therapies.catalogue import CASES, load
from therapies.response import Response

_KEYS = {
    "name",
    "therapies",
    "context",
    "policy",
    "now",
    "earlier",
    "hours_ago",
    "urgency",
    "flags",
    "not_flags",
    "unanswered",
    "confirm",
    "could_not_check",
}


@dataclass(frozen=True)
class Case:
    """One situation. `flags` (ids, or "id:urgency") must fire, `not_flags` must not; None: not said."""

    name: str
    therapy: str
    request: Mapping[str, Any]
    urgency: str
    flags: tuple[str, ...] = ()
    not_flags: tuple[str, ...] = ()
    unanswered: tuple[str, ...] | None = None
    confirm: tuple[str, ...] | None = None
    could_not_check: tuple[str, ...] | None = None

    def differences(self, response: Response) -> list[str]:
        """What in a response is not as the case says."""
        fired = {flag["id"] for flag in response["flags"]}
        fired |= {f"{flag['id']}:{flag['urgency']}" for flag in response["flags"]}
        told = {
            "unanswered": response["unanswered"],
            "confirm": [asked["field"] for asked in response["needs_confirmation"]],
            "could_not_check": response["could_not_check"],
        }
        found = [] if response["urgency"] == self.urgency else [f"the urgency is {response['urgency']}"]
        found += [f"{flag} did not fire" for flag in self.flags if flag not in fired]
        found += [f"{flag} fired" for flag in self.not_flags if flag in fired]
        for key, got in told.items():
            wanted = getattr(self, key)
            if wanted is not None and list(wanted) != got:
                found.append(f"{key} is {got}")
        return found


def read_cases(folder: Path = CASES) -> Iterator[Case]:
    """Every case of every file, once for each therapy that it is about. Raises ValueError for an unknown
    key.
    """
    for path in sorted(folder.glob("*.toml")):
        for table in tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)["case"]:
            if unknown := set(table) - _KEYS:
                raise ValueError(f"{path.name}: {table['name']}: unknown {', '.join(sorted(unknown))}")
            for therapy in table.get("therapies", _therapies_of(path)):
                yield _case(table, therapy)


def _therapies_of(path: Path) -> list[str]:
    """The therapies that a file of this name is about: one, those of a class, or all."""
    known = load().therapies
    if path.stem in known:
        return [path.stem]
    return [t.id for t in known.values() if path.stem != "after-car-t" or t.kind == "car-t"]


def _case(table: Mapping[str, Any], therapy: str) -> Case:
    reports = [report(table.get("now", {}), table.get("hours_ago", 0))]
    reports += [report(item, item["hours_ago"]) for item in table.get("earlier", [])]
    request = {"therapy": therapy, "reports": reports}
    request |= {key: table[key] for key in ("context", "policy") if key in table}
    told = {key: tuple(table[key]) for key in ("unanswered", "confirm", "could_not_check") if key in table}
    return Case(
        name=table["name"],
        therapy=therapy,
        request=request,
        urgency=table["urgency"],
        flags=tuple(table.get("flags", ())),
        not_flags=tuple(table.get("not_flags", ())),
        **told,
    )


def report(short: Mapping[str, Any], hours_ago: Any) -> dict[str, Any]:
    """A report from its short form: a temperature in °C as a number, signs as {code: severity or details}."""
    full = {key: value for key, value in short.items() if key not in ("signs", "hours_ago")}
    if isinstance(full.get("temperature"), int | Decimal):
        full["temperature"] = {"value": full["temperature"], "unit": "C"}
    if short.get("signs") != "not asked":
        full["symptoms"] = [_sign(code, told) for code, told in short.get("signs", {}).items()]
    return {"hours_ago": hours_ago, **full}


def _sign(code: str, told: Any) -> dict[str, Any]:
    if isinstance(told, Mapping):
        return {"code": code, **told}
    return {"code": code} if told == "unknown" else {"code": code, "severity": told}
