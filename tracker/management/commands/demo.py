"""`manage.py demo`: fills an empty database with the families of tracker/demo and prints who can log in."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from tracker.core.pages import day_label
from tracker.models import User
from tracker.site.demo.story import PASSWORD, read_families, read_teams, tell


@contextmanager
def quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


class Command(BaseCommand):
    help = "Fills an empty database with invented families; only where DEMO is on."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("This site is not a demo: DEMO is off.")
        if User.objects.exists():
            raise CommandError("There are people in this database already.")
        now = timezone.now()
        with quiet("tracker.lib.task_queue"):  # the broker starts later, and the sweep finds what lies there
            children = tell(now)
        self.stdout.write(f"Demo logins, all with the password {PASSWORD}:")
        for child, family in zip(children, read_families(), strict=True):
            first, second, helper = (person["email"] for person in family["people"])
            with timezone.override(child.zone):
                label = day_label(child, now)
            self.stdout.write(f"  {first:18} {child.nickname}: {label}")
        self.stdout.write(f"  {second:18} a second parent; a helper is {helper}")
        for team in read_teams():
            nurse = team["nurses"][0]["email"]
            self.stdout.write(f"  {nurse:18} nurse of {team['name']}; its lead is {team['lead']['email']}")
        self.stdout.write(f"The codes that nurses are asked for: {settings.SITE_URL}{reverse('demo-codes')}")
        self.stdout.write(f"Every mail of the demo: {settings.SITE_URL}{reverse('outbox')}")
