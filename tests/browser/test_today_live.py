"""Today on a phone that lies open: what the other parent does comes by itself, and nothing moves under a finger."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.support.personas import answers, join, person
from tracker.logs.actions.record import record_log
from tracker.models import Child, Role

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 12_000  # milliseconds: two of its looks


def the_other_parent_logs(child: Child, **seen: object) -> None:
    father, now = person("father"), timezone.now()
    join(father, Role.PARENT, child=child, by=child.memberships.get().user)
    record_log(
        child=child,
        caregiver=father,
        answers=answers(**seen),
        observed_at=now,
        client_uuid=uuid4(),
        now=now,
    )


def test_a_log_of_the_other_parent_appears_and_a_field_in_use_stays(
    home: Callable[..., Page], juno: Child
) -> None:
    page = home()
    page.evaluate("document.querySelector('[data-part=last]').innerHTML = '<textarea id=typing></textarea>'")
    page.locator("#typing").press_sequentially("half a wo")
    the_other_parent_logs(juno, temperature=38.9)
    now = page.locator("[data-part=now]")
    expect(now.locator(".care-title")).to_contain_text("Call your care team now", timeout=SOON)
    assert now.get_attribute("aria-live") == "polite"
    expect(page.locator("#typing")).to_have_value("half a wo")
    expect(page.locator("#typing")).to_be_focused()
    page.locator("#typing").fill("")
    page.locator("#typing").blur()
    expect(page.locator("[data-part=last]")).to_contain_text("38.9 °C", timeout=SOON)


def test_a_lost_connection_is_said(home: Callable[..., Page], juno: Child) -> None:
    page = home()
    page.route("**/children/**", lambda route: route.abort())
    expect(page.locator("main [data-lost]")).to_contain_text("What stands here may be old", timeout=SOON)
    page.unroute("**/children/**")
    expect(page.locator("main [data-lost]")).to_be_hidden(timeout=SOON)
