from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.checks import WARNING

from therapies.catalogue import KnowledgeError, load
from therapies.model import CHECKED_EVERY_DAYS
from tracker.operations import checks


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_knowledge_that_does_not_load_is_named(monkeypatch):
    def fail() -> None:
        raise KnowledgeError("blinatumomab.toml", 12, "no source")

    monkeypatch.setattr(checks, "load", fail)
    (error,) = checks.knowledge_loads()
    assert "blinatumomab.toml:12" in error.msg


def test_the_knowledge_of_this_house_loads():
    assert checks.knowledge_loads() == []


def test_a_source_that_nobody_opened_for_a_year_is_named_and_stops_nothing(clock):
    checked = [source.checked for source in load().sources.values()]
    clock.move_to(datetime.combine(min(checked), time(), UTC) + timedelta(days=CHECKED_EVERY_DAYS))
    assert checks.sources_were_looked_at() == []
    clock.shift(timedelta(days=1))
    assert len(checks.sources_were_looked_at()) == checked.count(min(checked))
    clock.move_to(datetime.combine(max(checked), time(), UTC) + timedelta(days=CHECKED_EVERY_DAYS + 1))
    found = checks.sources_were_looked_at()
    assert len(found) == len(load().sources)
    assert not any(message.is_serious(WARNING) for message in found)


@pytest.mark.parametrize(
    ("mode", "found"), [(0o700, []), (0o750, ["nightlight.W001"]), (0o701, ["nightlight.W001"])]
)
def test_a_house_that_others_can_look_into_is_told(settings, tmp_path, mode, found):
    settings.VAR = tmp_path / "var"
    settings.VAR.mkdir()
    settings.VAR.chmod(mode)
    assert ids(checks.house_is_private()) == found


def test_a_site_without_a_mail_server_is_told_before_it_goes_live(settings):
    settings.EMAIL_BACKEND = "tracker.messaging.channels.outbox.EmailBackend"
    assert ids(checks.mail_leaves_the_house()) == ["nightlight.W002"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.mail_leaves_the_house() == []


def test_a_site_whose_record_has_no_key_is_told_before_it_goes_live(settings):
    settings.AUDIT_KEY = "short"
    assert ids(checks.record_can_be_sealed()) == ["nightlight.E003"]
    settings.AUDIT_KEY = "k" * 40
    assert checks.record_can_be_sealed() == []
