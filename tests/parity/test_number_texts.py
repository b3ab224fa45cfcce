"""A number's text, as JSON may have it: read as far by the phone as by Python, and shown with the same digits."""

import json
from pathlib import Path
from random import Random

from tests.parity.node import phone_answers, python_answer
from therapies.request import loads
from therapies.rules_bundle import dumps, rules_bundle

_ASKED = '{"therapy": "blinatumomab", "context": {"baseline_weight_kg": 20.50}, "reports": [{"hours_ago": %s, %s}]}'
_POWERS = (
    "",
    "",
    "e0",
    "E1",
    "e+1",
    "e-1",
    "e-2",
    "e2",
    "e-17",
    "e8",
    "e9",
    "e10",
    "e-9",
    "e-10",
    "e20",
    "e400",
    "e-400",
)
_FAR = "99999999999999999999"


def test_a_numbers_text_is_read_alike(tmp_path: Path) -> None:
    place = tmp_path / "rules.json"
    place.write_text(dumps(rules_bundle()), "utf-8")
    texts = [*_number_texts(400, 20261201)]
    asked = [_ASKED % (hours, f'"weight_kg": {kg}, "temperature": {{"value": {kg}}}') for hours, kg in texts]
    as_typed = [
        json.loads(one, parse_float=str, parse_int=str) for one in asked
    ]  # texts, as a phone has them
    said = phone_answers([{"ask": [one]} for one in as_typed], place)
    wanted = [python_answer({"ask": [loads(one)]}) for one in asked]
    assert [text for text, one, other in zip(texts, said, wanted, strict=True) if one != other] == []
    assert len({json.dumps(one) for one in said}) > len(said) // 3  # they do tell numbers apart


def _number_texts(number: int, seed: int) -> list[tuple[str, str]]:
    """Hours and a weight that is a temperature too: most near what is real, some beyond any float or Decimal."""
    chance = Random(seed)
    absurd = [
        (hours, kg + power + _FAR)
        for hours in ("0", "-0.0", f"1e{_FAR}", f"-1e-{_FAR}")
        for kg in ("0", "-0.0", "1", "-38.50")
        for power in ("e", "E+", "e-")
    ]
    return absurd + [(_text(chance, 60), _text(chance, 45)) for _ in range(number)]


def _text(chance: Random, most: int) -> str:
    decimals = "".join(
        chance.choice("0000123456789") for _ in range(chance.choice((0, 1, 1, 2, 3, 15, 16, 30)))
    )
    sign = "-" if chance.random() < 0.1 else ""
    return f"{sign}{chance.randint(0, most)}{'.' * bool(decimals)}{decimals}{chance.choice(_POWERS)}"
