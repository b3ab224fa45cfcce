"""What an answer without a network says of a note that was not searched for danger, or by a draft of its words."""

import json
import subprocess
import sys
import unicodedata

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Page, expect

from tests.offline.conftest import Phone, ready
from tests.offline.network import Network
from tests.parity.node import MODULE
from therapies.notes.words import is_in_another_script
from therapies.rules_bundle import rules_bundle
from tracker.models import Child

UNREAD, DRAFT = "we cannot read this script", "list of danger words in Arabic is a draft"
ASK = """
import { readFileSync } from "node:fs";
const { unreadBy } = await import(process.argv[1]);
const isUnread = unreadBy(JSON.parse(readFileSync(0, "utf8")));
const signs = [...Array(0x110000).keys()].filter((number) => number < 0xd800 || number > 0xdfff);
console.log(JSON.stringify(signs.filter((number) => isUnread(String.fromCodePoint(number)))));
"""


def test_the_same_letters_are_unread_as_at_the_site() -> None:
    """A letter that only a newer Unicode knows may be unread on the phone alone: there it says to call."""
    answer = MODULE.parents[1] / "offline" / "answer.js"
    command = [compute_driver_executable()[0], "--input-type=module", "-e", ASK, answer.as_uri()]
    words = json.dumps(rules_bundle()["notes"]["words"]).encode()
    ran = subprocess.run(command, input=words, capture_output=True, check=True, timeout=60)
    unread = {chr(number) for number in json.loads(ran.stdout)}
    signs = (chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number <= 0xDFFF)
    at_the_site = {sign for sign in signs if is_in_another_script(sign)}
    assert at_the_site - unread == {"\u0345"}  # it stands below a Greek letter, which is unread itself
    assert {unicodedata.category(sign) for sign in unread - at_the_site} <= {"Cn"}
    assert len(at_the_site) > 100_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.hazard("H35")
def test_a_note_that_was_not_searched_says_so_without_a_network(
    phone: Phone, net: Network, juno: Child
) -> None:
    page: Page = phone(juno.memberships.get().user)
    page.context.set_offline(True)
    net.state = "down"
    page.goto(f"/children/{juno.pk}/logs/new/")
    ready(page)
    for note, said in (("он кашляет", UNREAD), ("عنده طفح", DRAFT), ("played all day", "")):
        page.locator("[name=temperature]").fill("36.8")
        page.locator("[name=note]").evaluate("(field, note) => { field.value = note; }", note)
        page.locator(".save-bar button").click()
        card = page.locator(".alone .care")
        expect(card).to_be_visible()
        for notice in (UNREAD, DRAFT):
            expect(card.get_by_text(notice)).to_have_count(1 if notice == said else 0)
        page.get_by_role("button", name="Change what you entered").click()
