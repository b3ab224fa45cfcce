"""What all tests may ask for. The parts live in modules of their own: fixtures_infra.py has the machinery."""

import os

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's event loop runs in the thread of the test

from tests.support.access_world import world  # noqa: F401
from tests.support.flush import flush_opens_the_gate  # noqa: F401
from tests.support.outside import no_seals_yet  # noqa: F401
