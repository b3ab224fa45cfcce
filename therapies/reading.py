"""Parts of the knowledge that are read by rules of their own, beside what holds for every table."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from therapies.model import FirstAid, Infusion, Schedule

MOST_LINES = 3
"""Of first aid for one sign."""
_ADDRESS, NO_ADDRESS = re.compile(r"https?://\S+"), "no public address"
_DATE, UNDATED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?"), "undated"
Built = TypeVar("Built")


class File(Protocol):
    @property
    def content(self) -> dict[str, Any]: ...

    def error(self, near: Any, message: str) -> Exception: ...


Read = TypeVar("Read", bound=File, contravariant=True)
AnyFile = TypeVar("AnyFile", bound=File)


class Reader(Protocol[Read]):
    """What reads a table into a value of the model, and checks the signs that it names."""

    def build(
        self, shape: type[Built], given: Mapping[str, Any], file: Read, therapy: str = "", name: str = ""
    ) -> Built: ...

    def check_signs(self, codes: Iterable[str], name: str, file: Read) -> None: ...


def first_aid(reader: Reader[AnyFile], file: AnyFile) -> Iterable[FirstAid]:
    """By sign, each once and with a source; in an emergency nobody reads more than a few lines."""
    seen = set[str]()
    for table in file.content["first_aid"]:
        signs, lines = table.get("signs", []), table.get("lines", [])
        name = next(iter([*lines, *signs]), "first_aid")
        reader.check_signs([*signs, *table.get("instead_of", [])], name, file)
        if twice := seen & {*signs}:
            raise file.error(name, f"{min(twice)} stands twice")
        if not signs or not 0 < len(lines) <= MOST_LINES:
            raise file.error(name, f"needs a sign and 1 to {MOST_LINES} lines")
        seen |= {*signs}
        yield reader.build(FirstAid, table, file, name=name)


def schedule(reader: Reader[AnyFile], file: AnyFile) -> Schedule:
    """A split dose begins with day 0; a day without a span of its own is exact."""
    table = file.content["schedule"]
    if "infusions" not in table:
        return reader.build(Schedule, table, file)
    for one in table["infusions"]:
        if "day" not in one:
            raise file.error("infusions", "day is missing")
        for key, value in one.items():
            if type(value) is not int:
                raise file.error("infusions", f"{key} cannot be {value!r}")
    spans = [{"first_day": one["day"], "last_day": one["day"]} | one for one in table["infusions"]]
    infusions = [reader.build(Infusion, one, file, name="infusions") for one in spans]
    days = [day for one in infusions for day in (one.first_day, one.day, one.last_day)]
    if not days or days[0] != 0 or days != sorted(days) or table.get("given") != "once":
        raise file.error("infusions", "are days after the first, in their order, of cells")
    return reader.build(Schedule, {**table, "infusions": infusions}, file)


def document(table: dict[str, Any], file: File) -> dict[str, Any]:
    """A source has an address and a date; where none was found, it says so, and why."""
    wanted = (("address", _ADDRESS, NO_ADDRESS, ""), ("revised", _DATE, UNDATED, None))
    absent: dict[str, Any] = {}
    for key, shape, not_found, value in wanted:
        given = str(table.get(key, ""))
        if given == not_found and table.get("why"):
            absent[key] = value
        elif given == not_found:
            raise file.error(table["id"], f"{not_found}, and no why")
        elif key in table and not shape.fullmatch(given):
            raise file.error(table["id"], f"{key} cannot be {given!r}")
    return table | absent
