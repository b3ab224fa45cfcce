"""The module in the browser of a phone, under the site's policy: the worked cases."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.parity.node import as_typed, python_answer
from therapies.cases import read_cases
from therapies.rules_bundle import rules_bundle

pytestmark = pytest.mark.django_db(transaction=True)
_ASK = """async ({address, rules, requests}) => {
  const { assess, prepare } = await import(address);
  prepare(rules);
  return requests.map((request) => assess(request, rules));
}"""


def test_the_worked_cases_in_a_browser(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/not/here")
    asked = [as_typed(case.request) for case in read_cases()]
    told = {"address": "/static/tracker/rules/assess.js", "rules": rules_bundle(), "requests": asked}
    said = page.evaluate(_ASK, told)
    wanted = [python_answer({"ask": [case.request]})["answers"][0] for case in read_cases()]
    assert said == wanted
