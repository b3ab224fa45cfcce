"""What the web server runs. Refuses to serve without a secret, or with keys that are not those of the database."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DATABASE_WAITS"] = "2"  # somebody stands before each page

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

from config import celery  # noqa: F401  (known before the first ring)

django.setup()
_ = get_resolver().url_patterns  # every view is imported now: nobody waits for it later

# _wrapped: asking for an empty SECRET_KEY is itself an error, with less to say.
if len(getattr(settings._wrapped, "SECRET_KEY", "")) < 40:  # type: ignore[misc]  # a name of Django's inside
    raise ImproperlyConfigured(
        "Nothing is served without a secret: set SECRET_KEY or SECRET_KEY_FILE (40 characters or more), "
        "or run `python manage.py setup`, which makes one."
    )
if pipe := os.environ.get("SETUP_PIPE"):
    os.read(int(pipe), 1)  # ./start sets up meanwhile, and closes its end when that is through
application = get_wsgi_application()
import_string("tracker.operations.encryption_keys.refuse_foreign_database")()
