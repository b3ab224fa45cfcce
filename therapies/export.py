"""The whole knowledge as plain JSON types: `manage.py catalogue`, and what another program evaluates."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from therapies.catalogue import load
from therapies.model import Catalogue, Therapy


def export() -> dict[str, Any]:
    """The whole knowledge as plain JSON types: enough to evaluate the red flags elsewhere."""
    catalogue = load()
    return {
        "version": catalogue.version,
        "review": asdict(catalogue.review),
        "sources": [plain(asdict(source)) for source in catalogue.sources.values()],
        "areas": [plain(asdict(area)) for area in catalogue.areas],
        "observations": _exported_observations(catalogue),
        "definitions": plain(dict(catalogue.definitions)),
        "two_of_today": _exported(catalogue.two_of_today),
        "first_aid": [_exported(one) for one in catalogue.first_aid],
        "danger_words": plain(asdict(catalogue.danger_words)),
        "messages": dict(catalogue.messages),
        "therapies": [_exported_therapy(therapy) for therapy in catalogue.therapies.values()],
    }


def _exported_observations(catalogue: Catalogue) -> list[dict[str, Any]]:
    symptoms = [{"kind": "symptom", **plain(asdict(symptom))} for symptom in catalogue.symptoms.values()]
    return [plain(asdict(observation)) for observation in catalogue.observations.values()] + symptoms


def _exported_therapy(therapy: Therapy) -> dict[str, Any]:
    plain = {key: getattr(therapy, key) for key in ("id", "name", "brand", "kind", "say", "minimum_age")}
    return plain | {
        "effects": [_exported(effect) for effect in therapy.effects],
        "red_flags": [_exported(flag) for flag in therapy.red_flags],
        "schedule": _exported(therapy.schedule),
        "instructions": [_exported(instruction) for instruction in therapy.instructions],
        "onsets": [_exported(onset) for onset in therapy.onsets],
        "given": [_exported(fact) for fact in therapy.given],
    }


def _exported(value: Any) -> dict[str, Any]:
    """A model value as JSON types: citations as in a response, levels by urgency."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    found["sources"] = [citation.as_dict() for citation in found["sources"]]
    if "levels" in found:
        found |= dict(found.pop("levels"))
    return {key: plain(item) for key, item in found.items() if key == "sources" or item is not None}


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
