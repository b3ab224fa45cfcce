"""One style sheet for every page, made of the parts that people write."""

from pathlib import Path

from django.contrib.staticfiles import finders

from tests.support.fixtures_infra import BASE
from tracker.lib import style_sheet

STATIC = BASE / "tracker" / "static"


def test_every_part_is_in_it_in_the_order_in_which_they_overrule_each_other(settings, tmp_path):
    settings.VAR = tmp_path
    finder = style_sheet.OneStyleSheet()
    text = Path(finder.find(style_sheet.WHOLE)).read_text()
    places = [text.index((STATIC / part).read_text()) for part in style_sheet.PARTS]
    assert places == sorted(places)
    assert finder.find("tracker/app.css") == []
    assert [path for path, _ in finder.list(None)] == [style_sheet.WHOLE]


def test_it_is_written_anew_where_a_part_has_changed_and_only_there(settings, tmp_path, monkeypatch):
    settings.VAR = tmp_path
    finder = style_sheet.OneStyleSheet()
    before = finder.write(style_sheet.WHOLE).stat().st_mtime_ns
    assert finder.write(style_sheet.WHOLE).stat().st_mtime_ns == before
    monkeypatch.setattr(style_sheet, "PARTS", ("tracker/app.css",))
    assert finder.write(style_sheet.WHOLE).read_text() == (STATIC / "tracker" / "app.css").read_text()


def test_the_site_finds_it(settings, tmp_path):
    settings.VAR = tmp_path
    finders.get_finder.cache_clear()
    assert finders.find(style_sheet.WHOLE) == str(tmp_path / "styles" / style_sheet.WHOLE)
    finders.get_finder.cache_clear()


def test_no_page_asks_for_a_part():
    for template in (BASE / "templates").rglob("*.html"):
        assert not [part for part in style_sheet.PARTS if part in template.read_text()], template
