"""A push service of our own, and a telephone that is pushed to."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.sinks import Browser, Gateway, gateway
from tracker.management.commands.setup import make_push_key
from tracker.messaging.channels import push


@pytest.fixture
def service(settings: Any, tmp_path: Any) -> Iterator[Gateway]:
    """A push service that the site may use, and a key to sign with."""
    push._key.cache_clear()
    settings.PUSH_KEY_FILE = tmp_path / "push_key.pem"
    make_push_key(settings.PUSH_KEY_FILE)
    settings.PUSH_LEAVES_THE_HOUSE = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with gateway() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found
    push._key.cache_clear()


@pytest.fixture
def telephone() -> Browser:
    return Browser()
