"""The browser of the tests sees what it should; a page that breaks a rule fails its test."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from playwright.sync_api import expect

from tests.support.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)


def broken(request):
    return HttpResponse(
        "<html><body><p style='color:red'>x</p><script>1</script><img src='/x.png'></body></html>"
    )


broken.login_required = False
urlpatterns = [path("broken", broken, name="broken")]


def test_a_phone_reads_an_answer(page, live_server):
    page.goto(f"{live_server.url}/health/live")
    assert "live" in page.content()
    assert page.viewport_size == {"width": 360, "height": 740}


def test_a_page_works_without_scripts(open_page, live_server):
    page = open_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/not/here")
    expect(page.get_by_role("link", name="112").first).to_be_visible()


def test_a_broken_policy_and_a_stranger_are_noticed(browser, live_server):
    from tests.support import fixtures_infra

    complaints: list[str] = []
    context = browser.new_context()
    context.on("console", lambda message: fixtures_infra.complain_about_policy(message.text, complaints))
    with override_settings(ROOT_URLCONF=__name__):
        page = context.new_page()
        page.goto(f"{live_server.url}/broken")
        assert any("style" in complaint for complaint in complaints)
        assert any("script" in complaint for complaint in complaints)
        assert any(line.startswith("image-alt") for line in violations(page))
    context.close()
    fixtures_infra.complain_about_strangers("https://elsewhere.example/", complaints)
    assert "a request to another site: https://elsewhere.example/" in complaints


def test_an_error_page_is_accessible(page, live_server):
    page.goto(f"{live_server.url}/not/here")
    assert violations(page) == []
