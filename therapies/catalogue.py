"""Reads data/*.toml, refuses what is broken by file and line, and hands out the whole knowledge as one
value.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from therapies import reading
from therapies.checks import unread_keys, unread_signs, wrong_argument
from therapies.conditions import NEED_A_SIGN, OPERATORS
from therapies.fever import BANDS, FEVER_RULES, fever_lines, lines_in
from therapies.model import (
    ASK_FIRST,
    CALL_AGAIN,
    LISTED_AS,
    SEVERITIES,
    SYNDROMES,
    URGENCIES,
    Area,
    Catalogue,
    Choice,
    Citation,
    Condition,
    Effect,
    Fact,
    Instruction,
    Observation,
    Onset,
    Principle,
    RedFlag,
    Review,
    Source,
    Symptom,
    Therapy,
    Unit,
)
from therapies.notes.phrases import Phrasebook
from therapies.notes.reading import read_phrasebook

DATA = Path(__file__).parent / "data"
CASES = Path(__file__).parent / "cases"
_COMMON = ("observations", "sources", "every-therapy", "danger-words", "first-aid")
_LINE = re.compile(r"line (\d+)")
_FLAG_ID = re.compile(r'"([A-Z]+-[A-Z]+-\d+)[:"]')
Built = TypeVar("Built")
FOR_LIFE = "for life"
_OWN: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "name", "brand", "kind", "say"), (str,)),
    "minimum_age": (int,),
    "late_effects_days": (int, type(None)),
    "near_hospital_days": (int,),
    "neuro_check": (bool,),
}
_LISTS = ("includes", "schedule", "red_flag", "effect", "instruction", "onset", "given")


class KnowledgeError(Exception):
    """A knowledge file that must not be used. Says where: file, line, what."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = file, line, message


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """The knowledge of this release. Raises KnowledgeError; a failure is not remembered."""
    return read(DATA, CASES)


def read(data: Path, cases: Path) -> Catalogue:
    """The knowledge in a folder. Every flag must be found by a worked case in `cases`."""
    files = {path.stem: _File(path) for path in sorted(data.glob("*.toml"))}
    for name in _COMMON:
        if name not in files:
            raise KnowledgeError(f"{name}.toml", 1, "is missing")
    common = files["every-therapy"].content
    worked = {flag for path in cases.glob("*.toml") for flag in _FLAG_ID.findall(path.read_text("utf-8"))}
    reader = _Reader(files, worked)
    classes = {name for file in files.values() for name in file.content.get("includes", [])}
    own = [file for name, file in files.items() if name not in _COMMON and name not in classes]
    therapies = {therapy.id: therapy for therapy in map(reader.named, own)}
    for key in unread_keys(reader.observations, reader.definitions, therapies.values()):
        raise files["observations"].error(key, "is read by no rule")
    return Catalogue(
        version=f"{common['version']}-{_digest(data)}",
        review=reader.build(Review, common["review"], files["every-therapy"]),
        areas=reader.areas,
        observations=reader.observations,
        symptoms=reader.symptoms,
        sources=reader.sources,
        therapies=therapies,
        definitions=reader.definitions,
        danger_words=reader.danger_words(files["danger-words"]),
        two_of_today=reader.build(Principle, common["two_of_today"], files["every-therapy"]),
        first_aid=tuple(reading.first_aid(reader, files["first-aid"])),
        messages=common["messages"],
    )


class _File:
    """One TOML file that knows on which line something stands."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self.text = path.read_text("utf-8")
            self.content = tomllib.loads(self.text, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            found = _LINE.search(str(error))
            raise KnowledgeError(self.name, int(found[1]) if found else 1, str(error)) from error

    def error(self, near: Any, message: str) -> KnowledgeError:
        position = max(self.text.find(f'"{near}"'), self.text.find(f"\n{near} =") + 1)
        return KnowledgeError(self.name, self.text.count("\n", 0, position) + 1, f"{near}: {message}")


class _Reader:
    """Turns the tables of the files into the model and checks every name that they use."""

    def __init__(self, files: Mapping[str, _File], worked: set[str]) -> None:
        self.files, self.worked, self.seen = files, worked, set[str]()
        self.therapies = {file.content.get("id") for file in files.values()}
        vocabulary, listed = files["observations"], files["sources"]
        documents = [reading.document(table, listed) for table in listed.content["source"]]
        self.sources: dict[str, Source] = self._by("id", Source, documents, listed)
        self.areas = tuple(self._by("code", Area, vocabulary.content["area"], vocabulary).values())
        self.observations: dict[str, Observation] = self._by(
            "code", Observation, vocabulary.content["observation"], vocabulary
        )
        self.symptoms: dict[str, Symptom] = self._by(
            "code", Symptom, vocabulary.content["symptom"], vocabulary
        )
        for code in self.symptoms.keys() & self.observations.keys():
            raise vocabulary.error(code, "is an observation and a symptom")
        for source in self.sources.values():
            if type(source.checked) is not date:
                raise listed.error(source.id, "was checked on no date")
        shared = files["every-therapy"]
        self.definitions: dict[str, tuple[Condition, ...]] = dict.fromkeys(shared.content["definitions"], ())
        for name, conditions in shared.content["definitions"].items():
            self.definitions[name] = self._conditions(conditions, name, (), shared)
        self._fever_rules(self.definitions["fever"], shared)

    def _fever_rules(self, fever: Iterable[Condition], file: _File) -> None:
        """The lines that a page names as a rule's are those that its fever is measured by."""
        plain = [one for one in fever if one.keys() <= {"temperature", "earlier_temperature", "policy"}]
        plain = [one for one in plain if "route" not in one.get("temperature", {})]
        always = [one for one in plain if "policy" not in one]
        for rule in FEVER_RULES:
            own = [one for one in plain if one.get("policy") == {"fever": rule}]
            if lines_in(own or always) != set(fever_lines(rule)):
                raise file.error("fever", f"is not what the rule {rule} says")

    def named(self, file: _File) -> Therapy:
        """The therapy of a file. What is wrong in a file that it shares is said with its name."""
        try:
            return self.therapy(file)
        except KnowledgeError as error:
            if error.file == file.name:
                raise
            name = file.content.get("id", file.name)
            raise KnowledgeError(error.file, error.line, f"{error.message} (for {name})") from error

    def therapy(self, file: _File) -> Therapy:
        content, own = file.content, self._own(file)
        parts = [
            file,
            *(self.files[name] for name in content.get("includes", [])),
            self.files["every-therapy"],
        ]
        self.seen = set()
        instructions = tuple(self._all(Instruction, "instruction", parts, content["id"]))
        for name in (CALL_AGAIN, ASK_FIRST):
            if name not in {instruction.id for instruction in instructions}:
                raise file.error(content["id"], f"has no instruction {name}")
        therapy = Therapy(
            **own,
            red_flags=tuple(self._all(RedFlag, "red_flag", parts, content["id"])),
            effects=tuple(self._all(Effect, "effect", parts, content["id"])),
            schedule=reading.schedule(self, file),
            instructions=instructions,
            onsets=tuple(self._onsets(file)),
            given=tuple(self._all(Fact, "given", parts, content["id"])),
        )
        for sign in unread_signs(self.symptoms, therapy):
            raise self.files["observations"].error(sign, f"is read by no rule of {therapy.id}")
        return therapy

    def _own(self, file: _File) -> dict[str, Any]:
        """What only the therapy's own file says, each key of its type."""
        given = {key: value for key, value in file.content.items() if key not in _LISTS}
        if given.get("late_effects_days") == FOR_LIFE:
            given["late_effects_days"] = None
        for key in given:
            if key not in _OWN:
                raise file.error(key, "unknown key")
        for key, types in _OWN.items():
            if key not in given:
                raise file.error(given.get("id", file.name), f"{key} is missing")
            if type(given[key]) not in types or (isinstance(given[key], int) and given[key] < 0):
                raise file.error(key, f"cannot be {given[key]!r}")
        return given

    def _onsets(self, file: _File) -> Iterable[Onset]:
        for table in file.content.get("onset", []):
            if table["syndrome"] not in SYNDROMES:
                raise file.error(table["text"], f"unknown syndrome {table['syndrome']}")
            yield self.build(Onset, table, file)

    def danger_words(self, file: _File) -> Phrasebook:
        """The words of all languages: a family may write in any of them."""
        try:
            book = read_phrasebook(file.content)
            book.check()
        except ValueError as error:
            raise file.error(str(error), "cannot be searched for") from error
        for danger in book.dangers:
            observation = self.observations.get(danger.code)
            choices = {choice.code for choice in observation.choices} if observation else {""}
            if danger.answer not in choices:
                raise file.error(danger.code, f"has no answer {danger.answer}")
            self._codes([danger.code], {**self.symptoms, **self.observations}, danger.code, file)
        return book

    def _all(self, shape: type[Built], key: str, parts: Iterable[_File], therapy: str) -> Iterable[Built]:
        for file in parts:
            for table in file.content.get(key, []):
                if therapy in self._only(table, file, therapy):
                    yield self._checked(shape, table, file, therapy)

    def _only(self, table: Mapping[str, Any], file: _File, therapy: str) -> list[str]:
        """The therapies that a table of a shared file is about."""
        only: list[str] = table.get("only", [therapy])
        for name in only:
            if name not in self.therapies:
                raise file.error(name, "unknown therapy")
        return only

    def _checked(self, shape: type[Built], table: dict[str, Any], file: _File, therapy: str) -> Built:
        given = {key: value for key, value in table.items() if key != "only"}
        name = given.get("id", "?")
        if name in self.seen:
            raise file.error(name, "stands twice")
        self.seen.add(name)
        if "syndrome" in given and given["syndrome"] not in SYNDROMES:
            raise file.error(name, f"unknown syndrome {given['syndrome']}")
        self._codes(given.get("in_emergency_with", ()), {**self.symptoms, **self.observations}, name, file)
        if shape is RedFlag:
            given = self._red_flag(given, file)
        elif shape is Effect:
            given = self._effect(given, file)
        return self.build(shape, given, file, therapy)

    def _red_flag(self, given: dict[str, Any], file: _File) -> dict[str, Any]:
        name, signs = given["id"], tuple(given.get("signs", ()))
        self._codes(signs, self.symptoms, name, file)
        if len(set(signs)) < len(signs):
            raise file.error(name, "names a sign twice")
        if given.get("counts_from", SEVERITIES[0]) not in SEVERITIES:
            raise file.error(name, f"counts_from is one of {', '.join(SEVERITIES)}")
        levels = tuple(
            (urgency, self._conditions(given.pop(urgency), name, signs, file))
            for urgency in URGENCIES
            if urgency in given
        )
        if not levels:
            raise file.error(name, "has no urgency")
        if name not in self.worked:
            raise file.error(name, "is found by no worked case")
        return given | {"signs": signs, "levels": levels}

    def _effect(self, given: dict[str, Any], file: _File) -> dict[str, Any]:
        name, code, finding = given["id"], given.get("code"), given.get("finding")
        if (code is None) == (finding is None):
            raise file.error(name, "needs a code or a finding")
        if given["listed_as"] not in LISTED_AS:
            raise file.error(name, f"unknown list {given['listed_as']}")
        observed = (code,) if code is not None else tuple(given.get("observed_as", ()))
        self._codes(observed, {**self.symptoms, **self.observations}, name, file)
        return {"code": None, "finding": None, **given, "observed_as": observed}

    def _conditions(
        self, tables: Any, name: str, signs: tuple[str, ...], file: _File
    ) -> tuple[Condition, ...]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise file.error(name, "conditions are a list of tables")
        for table in tables:
            for operator, argument in table.items():
                self._operator(operator, argument, name, signs, file)
        return tuple(tables)

    def _operator(self, operator: str, argument: Any, name: str, signs: tuple[str, ...], file: _File) -> None:
        if operator not in OPERATORS:
            raise file.error(name, f"unknown operator {operator}")
        if operator in NEED_A_SIGN and not signs:
            raise file.error(name, f"{operator} is about a sign, and there is none")
        if wrong := wrong_argument(operator, argument):
            raise file.error(name, wrong)
        if operator in ("with", "with_severe"):
            self._codes(argument, self.symptoms, name, file)
        if operator == "answer":
            self._codes(argument, self.observations, name, file)
        if operator == "is" and argument not in self.definitions:
            raise file.error(name, f"unknown definition {argument}")

    def check_signs(self, codes: Iterable[str], name: str, file: _File) -> None:
        self._codes(codes, self.symptoms, name, file)

    def _codes(self, codes: Iterable[str], known: Mapping[str, Any], name: str, file: _File) -> None:
        for code in codes:
            if code not in known:
                raise file.error(name, f"unknown code {code}")

    def build(
        self, shape: type[Built], given: Mapping[str, Any], file: _File, therapy: str = "", name: str = ""
    ) -> Built:
        """One model value; unknown and missing keys are refused, a `sources` list becomes citations."""
        name = name or given.get("id") or given.get("code") or file.name
        known = {field.name: field for field in fields(shape)}  # type: ignore[arg-type]
        for key in given:
            if key not in known:
                raise file.error(name, f"unknown key {key}")
        for key, field in known.items():
            if field.default is MISSING and field.default_factory is MISSING and key not in given:
                raise file.error(name, f"{key} is missing")
        values = {key: _tuples(value) for key, value in given.items()}
        if "sources" in given:
            values["sources"] = self._citations(given["sources"], name, file, therapy)
        return shape(**values)

    def _citations(self, cited: Any, name: str, file: _File, therapy: str) -> tuple[Citation, ...]:
        found = []
        for item in cited:
            if item["id"] not in self.sources:
                raise file.error(name, f"unknown source {item['id']}")
            if not therapy or therapy in self._only(item, file, therapy):
                found.append(Citation(self.sources[item["id"]], item["locator"]))
        if not found:
            raise file.error(name, "has no source")
        return tuple(found)

    def _by(
        self, key: str, shape: type[Built], tables: Iterable[dict[str, Any]], file: _File
    ) -> dict[str, Built]:
        found: dict[str, Built] = {}
        for table in tables:
            if table[key] in found:
                raise file.error(table[key], "stands twice")
            found[table[key]] = self.build(shape, table | self._nested(table, file), file)
        return found

    def _nested(self, table: Mapping[str, Any], file: _File) -> dict[str, Any]:
        """Choices, routes and units as the model's own values."""
        lists = {key: table[key] for key in ("choices", "routes") if key in table}
        found: dict[str, Any] = {
            key: [self.build(Choice, item, file) for item in items] for key, items in lists.items()
        }
        if "units" in table:
            found["units"] = [self._unit(item, file) for item in table["units"]]
        return found

    def _unit(self, item: Mapping[str, Any], file: _File) -> Unit:
        if item.get("code") not in BANDS or "plausible" in item:
            raise file.error(
                item.get("code", "?"), f"is a unit with a band of its own, or none of {', '.join(BANDS)}"
            )
        return self.build(Unit, {**item, "plausible": BANDS[item["code"]]}, file)


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _digest(data: Path) -> str:
    content = b"".join(path.read_bytes() for path in sorted(data.glob("*.toml")))
    return hashlib.sha256(content).hexdigest()[:8]
