"""The app as beat needs it: the schedule, and no task's code. Beat sends by name, and holds a third less memory so."""

import os

from config.celery import app

os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # they read every page; the workers' own start looks at them
app.conf.include = []
