"""The site's database and nothing else of it: no middleware, no sessions, no apps."""

from config.settings import ALLOWED_HOSTS, DATABASES, LANGUAGES, LOGGING, SECRET_KEY, TIME_ZONE, USE_TZ

__all__ = ["ALLOWED_HOSTS", "DATABASES", "LANGUAGES", "LOGGING", "SECRET_KEY", "TIME_ZONE", "USE_TZ"]

ROOT_URLCONF = "benchmarks.bare_site.urls"
MIDDLEWARE: list[str] = []
INSTALLED_APPS = ["benchmarks.bare_site"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # Django's own: the limit comes in no turn
    DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
