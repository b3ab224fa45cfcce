"""`manage.py setup` on a fresh folder, and again."""

import os
import stat
import subprocess
import sys

import polib
import pytest
from django.core.management import BaseCommand

from tests.support.fixtures_infra import BASE
from tracker.lib.translations import compile_translations
from tracker.management.commands import setup

TRANSLATION = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n\nmsgid "Call"\nmsgstr "Llame"\n'


@pytest.fixture
def run_setup(tmp_path):
    """Runs it with its own folder, as ./start does."""

    def run() -> None:
        env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        subprocess.run(
            [sys.executable, "manage.py", "setup"],
            cwd=BASE,
            env=env | {"VAR_DIR": str(tmp_path / "var")},
            check=True,
        )

    return run


def test_setup_makes_a_private_house_and_a_second_run_changes_nothing(run_setup, tmp_path):
    var = tmp_path / "var"
    run_setup()
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "secret_key").stat().st_mode) == 0o600
    assert len((var / "secret_key").read_text()) > 50
    assert stat.S_IMODE((var / "encryption_keys").stat().st_mode) == 0o600
    assert (var / "static" / "staticfiles.json").exists()
    before = {path: path.stat().st_mtime_ns for path in var.rglob("*") if path.is_file()}
    key = (var / "secret_key").read_text()
    run_setup()
    assert (var / "secret_key").read_text() == key
    untouched = [path for path in before if "sqlite3" not in path.name]
    assert {path: path.stat().st_mtime_ns for path in untouched} == {path: before[path] for path in untouched}


def test_a_command_before_setup_says_what_to_do(tmp_path):
    """Not forty lines of a traceback to somebody who is putting a backup back at night."""
    env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env |= {"VAR_DIR": str(tmp_path), "AUDIT_KEY": "k" * 50, "SECRET_KEY": "k" * 50}
    command = [sys.executable, "manage.py", "audit", "verify"]
    done = subprocess.run(command, cwd=BASE, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no tables yet. Run `python manage.py setup` first." in done.stderr
    assert "Traceback" not in done.stderr


def test_no_secret_is_written_where_the_environment_has_one(settings, tmp_path):
    settings.SECRET_KEY = "from the environment"
    setup.make_secret("SECRET_KEY", tmp_path / "secret_key")
    assert not (tmp_path / "secret_key").exists()


def test_translations_are_compiled_when_they_changed(tmp_path):
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, compiled = folder / "django.po", folder / "django.mo"
    source.write_text(TRANSLATION)
    compile_translations([tmp_path])
    assert polib.mofile(str(compiled)).find("Call").msgstr == "Llame"
    before = compiled.stat().st_mtime_ns
    compile_translations([tmp_path])
    assert compiled.stat().st_mtime_ns == before
    os.utime(source, (compiled.stat().st_mtime + 5,) * 2)
    compile_translations([tmp_path])
    assert compiled.stat().st_mtime_ns > before


@pytest.fixture
def demo(monkeypatch):
    """A demo command that counts its calls."""
    calls: list[str] = []

    class Demo(BaseCommand):
        def handle(self, *args: object, **options: object) -> None:
            calls.append("filled")
            self.stdout.write("mother@family.example / night")

    monkeypatch.setattr(setup, "get_commands", lambda: {"demo": Demo()})
    monkeypatch.setattr("django.core.management.get_commands", lambda: {"demo": Demo()})
    return calls


@pytest.mark.django_db
def test_the_demo_fills_an_empty_site_and_its_logins_are_kept(demo, settings, tmp_path):
    settings.DEMO = True
    assert setup.wants_demo()
    setup.fill_demo(tmp_path / "logins")
    assert demo == ["filled"]
    assert "mother@family.example" in (tmp_path / "logins").read_text()


@pytest.mark.django_db
def test_the_demo_leaves_a_site_with_people_alone(demo, settings, django_user_model):
    settings.DEMO = True
    django_user_model.objects.create_user(email="mother@family.example", password="a quiet night")
    assert not setup.wants_demo()


@pytest.mark.django_db
def test_no_demo_where_it_is_switched_off(demo, settings):
    settings.DEMO = False
    assert not setup.wants_demo()
