"""How many notes of a folder are asked about: `python -m tests.tools.measure_notes FOLDER [--figures]`.

The folder has dangers.csv (note, and the codes of which any may be asked about) and harmless.csv (note). With
`--figures` no note is shown: whoever has read what the words are judged by tunes to it, even without wanting to.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from therapies.catalogue import load
from therapies.notes import Mention, mentions

ALSO = {"temperature_low": "temperature"}
"""Other names that notes were given, and the code that stands for them."""


@dataclass
class Measured:
    """What was asked about and what was not. A question that a "no" precedes is counted apart."""

    asked: Counter[str] = field(default_factory=Counter)
    dangers: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    below: list[tuple[str, str]] = field(default_factory=list)
    harmless: int = 0
    disturbed: list[tuple[str, str]] = field(default_factory=list)
    denied: list[tuple[str, str]] = field(default_factory=list)

    @property
    def share_asked(self) -> float:
        return 1 - len(self.missed) / max(1, self.dangers.total())

    @property
    def share_asked_at_once(self) -> float:
        return self.share_asked - len(self.below) / max(1, self.dangers.total())

    @property
    def share_disturbed(self) -> float:
        return len(self.disturbed) / max(1, self.harmless)


def measure(dangers: Iterable[dict[str, str]], harmless: Iterable[dict[str, str]]) -> Measured:
    """What the search makes of them."""
    found, book = Measured(), load().danger_words
    for row in dangers:
        codes = {ALSO.get(code, code) for code in row["codes"].split("|")}
        said = mentions(row["note"], book)
        right = [mention for mention in said if mention.code in codes]
        found.dangers[row["codes"]] += 1
        found.asked[row["codes"]] += bool(right)
        if not right:
            found.missed.append((row["codes"], row["note"], _codes(said)))
        elif all(mention.negated for mention in right):
            found.below.append((row["codes"], row["note"]))
    for row in harmless:
        found.harmless += 1
        said = mentions(row["note"], book)
        if any(not mention.negated for mention in said):
            found.disturbed.append((row["note"], _codes(said)))
        elif said:
            found.denied.append((row["note"], _codes(said)))
    return found


def rows(file: Path) -> list[dict[str, str]]:
    """The notes of a file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _codes(said: Iterable[Mention]) -> str:
    return " ".join(("no " if mention.negated else "") + mention.code for mention in said)


def _figures(found: Measured) -> Iterator[str]:
    total, asked = found.dangers.total(), found.asked.total()
    yield f"dangers: {total}, asked about: {asked} ({found.share_asked:.0%}), of them below: {len(found.below)}"
    for codes, number in sorted(found.dangers.items()):
        if found.asked[codes] < number:
            yield f"  {codes}: {found.asked[codes]} of {number}"
    disturbed, denied = len(found.disturbed), len(found.denied)
    yield f"harmless: {found.harmless}, asked about: {disturbed} ({found.share_disturbed:.0%}), below: {denied}"


def _notes(found: Measured) -> Iterator[str]:
    yield from (f"missed       {codes} <- {note} [{said}]" for codes, note, said in found.missed)
    yield from (f"asked below  {codes} <- {note}" for codes, note in found.below)
    yield from (f"harmless     {said} <- {note}" for note, said in found.disturbed)
    yield from (f"harmless no  {said} <- {note}" for note, said in found.denied)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    measured = measure(rows(folder / "dangers.csv"), rows(folder / "harmless.csv"))
    print("\n".join([*_figures(measured), *([] if "--figures" in sys.argv else _notes(measured))]))
