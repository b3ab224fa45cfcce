"""Names in strings are resolved here, so that a move breaks a test and never a page."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.module_loading import import_string

from config.celery import app
from tests.test_house import CODE, TEMPLATES, relative

SOURCE = {relative(file): file.read_text() for file in CODE}
PAGES = {relative(file): file.read_text() for file in TEMPLATES}
DOTTED = re.compile(r"^(?:tracker|config)(?:\.\w+)+$")


def dotted(value: Any) -> Iterator[str]:
    """Every module or object of ours that a setting names."""
    if isinstance(value, str):
        yield from [value] if DOTTED.match(value) else []
    elif isinstance(value, dict):
        for part in value.values():
            yield from dotted(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from dotted(part)


def resolves(name: str) -> bool:
    try:
        import_string(name)
    except ImportError:
        try:
            import_module(name)
        except ImportError:
            return False
    return True


NAMED_BY_SETTINGS = sorted(
    {name for key in dir(settings) if key.isupper() for name in dotted(getattr(settings, key))}
    - {entry["task"] for entry in app.conf.beat_schedule.values()}
    - {
        "config.wsgi.application",
        settings.AUTH_USER_MODEL,
    }  # wsgi asks the database: tests/config/test_start.py serves it
)


@pytest.mark.parametrize("name", NAMED_BY_SETTINGS)
def test_what_a_setting_names_is_there(name: str) -> None:
    assert resolves(name)


def test_the_settings_name_something() -> None:
    assert len(NAMED_BY_SETTINGS) > 15


def test_what_the_code_names_in_strings_is_there() -> None:
    quoted = {
        name for text in SOURCE.values() for name in re.findall(r'"((?:tracker|config)(?:\.\w+)+)"', text)
    }
    app.loader.import_default_modules()
    known = {
        *app.tasks,
        *(model._meta.label for model in apps.get_models()),
        "config.wsgi",
        "config.wsgi.application",
    }
    assert not {name for name in quoted - known if not resolves(name)}


def test_every_task_that_is_asked_for_is_registered() -> None:
    app.loader.import_default_modules()
    asked = {name for text in SOURCE.values() for name in re.findall(r'"(tracker\.tasks\.\w+)"', text)}
    assert len(asked) >= 6
    assert asked <= set(app.tasks)


def test_every_route_that_is_named_is_there() -> None:
    known = set(get_resolver().reverse_dict) | {
        f"{space}:{name}"
        for space, (_prefix, resolver) in get_resolver().namespace_dict.items()
        for name in resolver.reverse_dict
    }
    named = {name for text in PAGES.values() for name in re.findall(r"{% url ['\"]([\w:-]+)['\"]", text)}
    named |= {
        name
        for text in SOURCE.values()
        for name in re.findall(r"\b(?:reverse|see_other|redirect)\(\s*\"([\w:-]+)\"", text)
    }
    assert len(named) > 60
    assert not {name for name in named if name not in known}


def test_every_template_that_is_named_is_there() -> None:
    named = {
        name
        for text in [*SOURCE.values(), *PAGES.values()]
        for name in re.findall(r"[\"'](tracker/[\w/.-]+\.(?:html|txt))[\"']", text)
    }
    assert len(named) > 150
    for name in named:
        get_template(name)


def test_every_handler_is_there() -> None:
    for status in (400, 403, 404, 500):
        assert callable(get_resolver().resolve_error_handler(status))


def test_every_command_loads() -> None:
    ours = [name for name, app_label in get_commands().items() if app_label == "tracker"]
    assert len(ours) >= 12
    for name in ours:
        load_command_class("tracker", name)
