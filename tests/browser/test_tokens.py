"""The style sheets keep their promises: readable pairs, one place for every value, a light first load."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.template import engines
from django.test import RequestFactory, override_settings

from tests.browser import gallery
from tracker.logs.forms.log import PICTURES
from tracker.templatetags import nightlight

STATIC = Path(__file__).resolve().parents[2] / "tracker" / "static" / "tracker"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TOKENS = (STATIC / "tokens.css").read_text()
APP = "".join((STATIC / name).read_text() for name in ("app.css", "clinic.css", "home_care.css"))
COLOURS = ("teal", "blue", "violet", "rose", "clay", "gold", "moss", "slate")
URGENCIES = ("emergency", "now", "today", "note")
GROUNDS = ("paper", "card", "quiet")

TEXT = [
    *[(ink, ground) for ink in ("ink", "muted", "link", "danger") for ground in GROUNDS],
    *[(f"{urgency}-ink", urgency) for urgency in URGENCIES],
    *[("dot-ink", colour) for colour in COLOURS],
    *[(f"{level}-ink", level) for level in ("mild", "moderate", "severe", "lamp", "house", "call", "chosen")],
    ("lamp-ink", "lamp-hover"),
    ("house-muted", "house"),
]
SHAPES = [
    *[(f"{urgency}-edge", "paper") for urgency in URGENCIES],
    *[("edge", ground) for ground in ("paper", "card")],
    *[("focus", ground) for ground in ("paper", "card")],
    *[(line, "card") for line in ("curve", "fever-line", "anchor")],
    ("house-focus", "house"),
    ("today-edge", "today"),
    ("note-edge", "note"),
]


def block(start: str) -> str:
    found = re.search(re.escape(start) + r"\s*{(.*?)}", TOKENS, re.DOTALL)
    assert found, start
    return found[1]


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text))


LIGHT = colours(block(":root"))
THEMES = {
    "light": LIGHT,
    "dark": LIGHT | colours(block(':root[data-theme="dark"]')),
    "night": LIGHT | colours(block(':root[data-theme="night"]')),
    "paper": LIGHT | colours(block(":root:is([data-theme], :not([data-theme]))")),
}


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.hazard("H25")
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme, ink, ground):
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_and_edges_can_be_seen(theme, shape, ground):
    assert contrast(THEMES[theme][shape], THEMES[theme][ground]) >= 3


def test_the_phones_own_dark_is_the_dark_that_is_chosen():
    assert block(":root:not([data-theme])").split() == block(':root[data-theme="dark"]').split()


def test_every_look_sets_the_same_colours():
    assert set(colours(block(':root[data-theme="dark"]'))) <= set(LIGHT)
    assert set(colours(block(':root[data-theme="night"]'))) <= set(LIGHT)


def test_no_other_style_sheet_states_a_colour_a_size_or_a_radius():
    rules = re.sub(r"/\*.*?\*/|@media[^{]*", "", APP, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s])|rgb\(|hsl\(|[\d.]+(?:px|rem|pt)\b", rules)


def test_every_token_that_is_used_is_stated():
    bootstrap = (STATIC / "vendor/bootstrap/bootstrap-reboot.min.css").read_text()
    stated = set(re.findall(r"(--[\w-]+):", TOKENS + bootstrap))
    assert set(re.findall(r"var\((--[\w-]+)", APP)) <= stated


def test_every_token_that_is_stated_is_used():
    own = {name for name in re.findall(r"(--[\w-]+):", TOKENS) if not name.startswith("--bs-")}
    assert own <= set(re.findall(r"var\((--[\w-]+)", APP + TOKENS))


def test_the_browsers_frame_has_the_colour_of_the_page():
    base = (TEMPLATES / "base.html").read_text()
    said = re.findall(r'content="(#[0-9a-f]{6})"', base)
    assert said == [THEMES[theme]["paper"] for theme in ("night", "dark", "light", "light", "dark")]


def test_the_sprite_holds_the_icons_that_are_asked_for_and_no_others():
    sprite = (STATIC / "icons.svg").read_text()
    text = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    asked = {*re.findall(r'{% icon "([\w-]+)" %}', text), *PICTURES.values(), *nightlight.SHAPES.values()}
    shown = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    assert asked == shown


def test_the_log_page_weighs_at_most_50_kb_on_a_first_visit(record_property):
    """Everything that a phone with an empty cache loads, compressed as the site sends it at worst (gzip)."""
    request = RequestFactory().get("/")
    template, context = gallery.STATES["log-blinatumomab"]
    with override_settings(**gallery.SETTINGS):
        engine = engines["django"]
        page = engine.get_template(template).render({"request": request} | context(request), request)
        asked = {"/static/tracker/manifest.webmanifest"} | set(
            re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
        )
    parts = {name: Path(str(find(name.removeprefix("/static/")))).read_bytes() for name in asked}
    sizes = {name: len(gzip.compress(content)) for name, content in ({"page": page.encode()} | parts).items()}
    record_property("sizes", str(sizes))
    assert sum(sizes.values()) <= 50_000, sizes
    assert len((STATIC / "app.js").read_bytes()) < 4_000
