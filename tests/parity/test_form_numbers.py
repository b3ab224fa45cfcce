"""What is typed into the log form is read by the phone as by the site: a number, nothing, or what nobody can read."""

import json
import subprocess
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable

from tests.parity.node import MODULE
from tests.parity.questions import typed_numbers
from therapies.catalogue import load
from therapies.rules_bundle import dumps, rules_bundle
from tracker.logs.forms.fields import NumberField, TemperatureField

_READS = Path(__file__).with_name("form_numbers.mjs")
_FORM = MODULE.parents[1] / "offline" / "report.js"
# digits of which rows stand side by side; a mark that turns digits round; what nobody sees
_ODD = ("\U0001d7db\U0001d7df.\U0001d7dd", "\u202d38.0", "\u200b", "38.5\ufe0f", "\xa038,5 \u2103", "\u00b0")


def test_what_is_typed_is_read_as_the_site_reads_it(tmp_path: Path) -> None:
    place = tmp_path / "rules.json"
    place.write_text(dumps(rules_bundle()), "utf-8")
    typed = [*_ODD, *(question["typed"].strip() for question in typed_numbers(800, 20261201))]
    lines = "".join(json.dumps(one) + "\n" for one in typed)
    command = [compute_driver_executable()[0], _READS, _FORM, place]
    ran = subprocess.run(command, input=lines.encode(), capture_output=True, check=True, timeout=60)
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(one, s, w) for one, s in zip(typed, said, strict=True) if s != (w := _at_the_site(one))] == []
    assert {bool(one["raw"]) for one in said} == {True, False}


def _at_the_site(text: str) -> dict[str, Any]:
    told = {"temperature": text, "unit": "", "route": ""}
    degrees = TemperatureField(load().observations["temperature"].units, (), "").clean(told) or {}
    weight = NumberField(required=False).clean(text)
    unread = {"temperature": "raw" in degrees, "weight_kg": isinstance(weight, str)}
    value = degrees.get("value")
    return {
        "value": None if value is None else f"{value:f}",
        "unit": degrees.get("unit"),
        "weight": None if weight is None or isinstance(weight, str) else f"{weight:f}",
        "raw": [name for name, is_unread in unread.items() if is_unread],
    }
