"""Time zones by region, and the country that a zone lies in: it gives the emergency number and the unit."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

FEW = 6  # zones that are shown as they are
FAHRENHEIT = frozenset(["BS", "BZ", "FM", "KY", "LR", "MH", "PW", "US", "AS", "GU", "MP", "PR", "UM", "VI"])
"""Where a thermometer from the pharmacy shows °F."""


@cache
def _countries() -> dict[str, str]:
    """Each zone with the country that the time zone database files it under."""
    rows = (line.split("\t") for line in _lines("zone.tab") if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


@cache
def _other_names() -> dict[str, str]:
    """Old names, which browsers still give: Asia/Calcutta for Asia/Kolkata."""
    links = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {link[2]: link[1] for link in links}


def _lines(name: str) -> Iterable[str]:
    return files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8").splitlines()


@cache
def _zones() -> frozenset[str]:
    """What Python looks for on the disk each time that it is asked."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    return name in _zones()


def country_of(zone: str) -> str:
    """ISO 3166-1, or nothing where the zone names no country."""
    known = _countries()
    return known.get(zone) or known.get(_other_names().get(zone, ""), "")


@cache
def likely_zones(country: str) -> list[tuple[str, str]]:
    """The clocks of a country, that of most people first; of a large one those that differ now."""
    zones = [zone for zone, where in _countries().items() if country and where == country]
    if len(zones) > FEW:
        zones = [zone for zone in zones if zone in _different_now()]
    return [(zone, zone.rpartition("/")[2].replace("_", " ")) for zone in zones]


@cache
def _different_now() -> frozenset[str]:
    rows = (line.split("\t") for line in _lines("zonenow.tab") if not line.startswith("#"))
    return frozenset(row[2] for row in rows if len(row) > 2)


@cache
def zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    """For a choice: ("Europe", [("Europe/Berlin", "Berlin"), ...])."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_countries()):
        region, _slash, place = name.partition("/")
        regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [*regions.items(), ("UTC", [("UTC", "UTC")])]


def uses_fahrenheit(country: str) -> bool:
    return country in FAHRENHEIT
