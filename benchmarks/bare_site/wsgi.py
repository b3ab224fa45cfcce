"""What gunicorn runs as the limit."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.bare_site.settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
