"""The settings as other machines would have them, each in a process of its own, and what every page carries."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model

from tests.support.fixtures_infra import BASE
from tracker.lib.encryption import key_id, new_key

ASK = "import json; from config import settings as s; print(json.dumps({name: getattr(s, name, None) for name in %r}))"
KEY = "k" * 50


@pytest.fixture(autouse=True)
def empty_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has started the site in this folder has a database and keys in its var."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))


def run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "VAR_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command], cwd=BASE, env=kept | env, capture_output=True, text=True
    )


def ask(*names: str, **env: str) -> dict[str, object]:
    done = run("-c", ASK % (names,), **env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_there_is_no_default_secret(tmp_path):
    assert ask("SECRET_KEY", VAR_DIR=str(tmp_path)) == {"SECRET_KEY": ""}


@pytest.mark.parametrize("env", [{}, {"SECRET_KEY": "short"}])
def test_nothing_is_served_without_a_secret(tmp_path, env):
    done = run("-c", "import config.wsgi", VAR_DIR=str(tmp_path), **env)
    assert done.returncode != 0
    assert "Nothing is served without a secret" in done.stderr


def test_nothing_is_served_without_a_key_to_encrypt_with(tmp_path):
    done = run("-c", "import config.wsgi", VAR_DIR=str(tmp_path), SECRET_KEY=KEY)
    assert done.returncode != 0
    assert "Nothing is encrypted without a key" in done.stderr


@pytest.fixture
def var(tmp_path, prepared):
    """A folder whose database is migrated and empty."""
    return prepared(tmp_path)


def serve(var, **env: str) -> subprocess.CompletedProcess[str]:
    return run("-c", "import config.wsgi", VAR_DIR=str(var), SECRET_KEY=KEY, **env)


def test_it_serves_with_its_secrets(tmp_path):
    assert serve(tmp_path, ENCRYPTION_KEYS=new_key()).returncode == 0


@pytest.mark.hazard("H29")
def test_it_does_not_serve_with_another_key_than_the_databases_and_names_both(var):
    """Else nobody with a second step could sign in, and every unsaved log would be lost without a word."""
    right, wrong = new_key(), new_key()
    setup = run("manage.py", "setup", VAR_DIR=str(var), SECRET_KEY=KEY, ENCRYPTION_KEYS=right, DEMO="0")
    assert setup.returncode == 0, setup.stderr
    assert serve(var, ENCRYPTION_KEYS=right).returncode == 0
    assert serve(var, ENCRYPTION_KEYS=f"{wrong},{right}").returncode == 0
    refused = serve(var, ENCRYPTION_KEYS=wrong)
    assert refused.returncode != 0
    assert key_id(right) in refused.stderr
    assert key_id(wrong) in refused.stderr
    assert right not in refused.stderr + refused.stdout
    again = run("manage.py", "setup", VAR_DIR=str(var), SECRET_KEY=KEY, ENCRYPTION_KEYS=wrong, DEMO="0")
    assert again.returncode != 0
    assert key_id(right) in again.stderr


@pytest.mark.hazard("H29")
def test_a_lost_key_is_not_replaced_in_silence(var):
    env = {"VAR_DIR": str(var), "SECRET_KEY": KEY, "DEMO": "0"}
    assert run("manage.py", "setup", **env).returncode == 0
    key = (var / "encryption_keys").read_text()
    (var / "encryption_keys").unlink()
    refused = run("manage.py", "setup", **env)
    assert refused.returncode != 0
    assert f"under the encryption key {key_id(key)}. ENCRYPTION_KEYS holds none." in refused.stderr
    assert not (var / "encryption_keys").exists()


def test_a_database_that_is_away_keeps_nobody_from_being_answered(tmp_path):
    env = {
        "ENCRYPTION_KEYS": new_key(),
        "DATABASE_URL": f"postgresql://nobody@{quote(str(tmp_path), '')}/none",
    }
    assert serve(tmp_path, **env).returncode == 0


REQUEST = (
    '{"therapy": "blinatumomab", "reports": [{"hours_ago": 0, "temperature": {"value": 39, "unit": "C"}}]}'
)


def test_assess_needs_neither_secret_nor_database_nor_broker(tmp_path):
    (tmp_path / "request.json").write_text(REQUEST)
    done = run(
        "manage.py",
        "assess",
        str(tmp_path / "request.json"),
        VAR_DIR="/nonexistent",
        REDIS_URL="redis://[::1]:1",
    )
    assert json.loads(done.stdout)["urgency"] == "now", done.stderr


def test_the_catalogue_needs_neither_secret_nor_database_nor_broker():
    done = run("manage.py", "catalogue", VAR_DIR="/nonexistent", REDIS_URL="redis://[::1]:1")
    assert json.loads(done.stdout)["therapies"], done.stderr


def test_migrations_can_be_checked_without_a_secret(tmp_path):
    done = run("manage.py", "makemigrations", "--check", "--dry-run", VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_https_address_brings_everything_that_https_needs():
    names = (
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "DEMO",
    )
    found = ask(*names, SITE_URL="https://nightlight.example")
    assert list(found.values()) == ["__Host-session", True, True, True, False]
    assert ask("SECURE_HSTS_SECONDS", SITE_URL="https://a.example")["SECURE_HSTS_SECONDS"] >= 31_536_000  # type: ignore[operator]
    assert ask("SECURE_HSTS_SECONDS", SITE_URL="http://a.example")["SECURE_HSTS_SECONDS"] == 0


def test_proxy_headers_are_believed_only_when_proxies_are_counted():
    names = ("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT")
    assert list(ask(*names).values()) == [None, 0]
    assert list(ask(*names, PROXIES="1").values()) == [["HTTP_X_FORWARDED_PROTO", "https"], 1]


def test_debug_is_refused_on_an_https_site():
    done = run("-c", "import config.settings", SITE_URL="https://a.example", DEBUG="1")
    assert "DEBUG" in done.stderr


def test_a_database_url_switches_the_database_and_the_demo_off():
    found = ask("DATABASES", "DEMO", DATABASE_URL="postgresql://night@db.example/light")
    assert found["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"  # type: ignore[index]
    assert found["DEMO"] is False


def test_an_sqlite_url_is_tuned_like_the_default():
    one = ask("DATABASES", DATABASE_URL="sqlite:////srv/night%20light.sqlite3")["DATABASES"]["default"]  # type: ignore[index]
    assert one["NAME"] == "/srv/night light.sqlite3"
    assert one["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_malformed_database_url_is_refused_by_name_without_its_password():
    done = run("-c", "import config.settings", DATABASE_URL="postgrs://night:hunter2@db.example/light")
    assert "DATABASE_URL" in done.stderr
    assert "hunter2" not in done.stderr


def test_every_page_carries_the_policy_and_stays_out_of_caches(client):
    for path in ("/health/live", "/not/here"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.django_db
def test_pages_are_compressed(client):
    page = client.get("/account/login/", headers={"accept-encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/account/password/change/", "/account/email/"])
def test_a_stranger_is_asked_to_log_in(client, path):
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/not/here", "/account/nothing"])
def test_an_error_page_needs_no_database_and_shows_a_number_to_call(client, path):
    page = client.get(path)
    assert page.status_code == 404
    assert re.search(r'href="tel:\d+"', page.content.decode())
    assert "The number on your card" in page.content.decode()


def test_a_failed_csrf_check_shows_a_number_to_call(db):
    from django.test import Client

    page = Client(enforce_csrf_checks=True).post("/account/login/", {})
    assert page.status_code == 403
    assert 'href="tel:' in page.content.decode()


@pytest.fixture
def mother(db):
    return get_user_model().objects.create_user(email="mother@family.example", password="a quiet night")


@pytest.mark.hazard("H24")
def test_a_session_is_renewed_once_a_day_and_lives_ninety_days(client, mother, clock):
    client.force_login(mother)
    first = client.get("/account/email/")
    assert first.cookies["session"]["max-age"] == 90 * 24 * 3600
    assert "session" not in client.get("/account/email/").cookies
    clock.shift(24 * 3600)
    assert "session" in client.get("/account/email/").cookies
    clock.shift(89 * 24 * 3600)
    assert client.get("/account/email/").status_code == 200
    clock.shift(91 * 24 * 3600)
    assert client.get("/account/email/").status_code == 302


def test_an_open_page_does_not_ask_who_it_is(client, django_assert_num_queries, db):
    client.cookies["session"] = "a" * 32
    with django_assert_num_queries(0):
        assert not client.get("/health/live").cookies


@pytest.mark.hazard("H02")
@pytest.mark.parametrize("url", ["", "postgresql://night@db.example/light"])
def test_a_page_waits_two_seconds_for_a_connection_and_a_worker_longer(url):
    asked = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    env = {"DATABASE_URL": url, "SECRET_KEY": "s" * 50, "ENCRYPTION_KEYS": new_key()}
    page = run("-c", f"import config.wsgi; {asked}", **env)
    worker = run("-c", f"import config.celery; {asked}", **env)
    word = "connect_timeout" if url else "timeout"
    assert f"'{word}': 2" in page.stdout
    assert f"'{word}': 20" in worker.stdout


@pytest.mark.parametrize(
    ("part", "reads"),
    [
        (
            "import config.beat as part; part.app.loader.init_worker(); part.app.finalize()",
            ["tracker.models"],
        ),
        (
            "import django; django.setup(); import tracker.management.commands.nightwatch",
            ["tracker.operations.sweep"],
        ),
    ],
)
def test_what_only_watches_reads_no_page_and_no_gateway(part, reads):
    """Each holds a third less memory so; the schedule and the sweep are there all the same."""
    asked = f"{part}; import sys; print(*sys.modules)"
    env = {"SECRET_KEY": "s" * 50, "ENCRYPTION_KEYS": new_key(), "DATABASE_URL": "sqlite://:memory:"}
    read = set(run("-c", asked, DJANGO_SETTINGS_MODULE="config.settings", **env).stdout.split())
    assert read >= set(reads)
    assert not read & {"config.urls", "requests", "pywebpush"}


def test_beat_sends_by_name_what_a_worker_knows():
    from config import celery

    sent = {row["task"] for row in celery.app.conf.beat_schedule.values()}
    celery.app.loader.import_default_modules()
    assert sent <= set(celery.app.tasks)
