"""Sign by sign: each one that the documents name has a red flag at its urgency, or a reason why not."""

import tomllib
from pathlib import Path

import pytest

from therapies.cases import read_cases
from therapies.model import URGENCIES
from therapies.rules import assess

SIGNS = tomllib.loads(Path(__file__).with_name("signs.toml").read_text("utf-8"))["sign"]


@pytest.fixture(scope="module")
def reached():
    """The urgencies that each flag reaches in the worked cases."""
    found: dict[str, set[str]] = {}
    for case in read_cases():
        for flag in assess(case.request)["flags"]:
            found.setdefault(flag["id"], set()).add(flag["urgency"])
    return found


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign["name"])
def test_a_documented_sign_is_a_red_flag_or_says_why_not(sign, reached):
    if "flags" not in sign:
        assert sign["left_out"]
        return
    urgencies = set().union(*(reached[flag] for flag in sign["flags"]))
    assert min(urgencies, key=URGENCIES.index) in URGENCIES[: URGENCIES.index(sign["urgency"]) + 1]
