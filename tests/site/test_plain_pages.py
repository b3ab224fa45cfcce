"""The pages for when little works: at night they are as dark as the others."""

import pytest
from django.test import RequestFactory

from tracker.lib.plain_pages import plain_page


@pytest.mark.parametrize("template", ["500.html", "503.html", "tracker/logs/busy.html", "account/busy.html"])
@pytest.mark.parametrize("look", ["light", "dark", "night"])
def test_a_plain_page_has_the_look_that_was_chosen(template: str, look: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = look
    page = plain_page(request, template, 503)
    assert page.status_code == 503
    assert f'data-theme="{look}"' in page.content.decode().partition("<head")[0]


def test_a_plain_page_takes_no_look_that_there_is_not() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = '"><script>'
    head = plain_page(request, "500.html", 500).content.decode().partition("<head")[0]
    assert "data-theme" not in head
