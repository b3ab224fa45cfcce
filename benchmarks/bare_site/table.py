"""The bare site's own table, beside the site's."""

from django.db import connection
from django.utils import timezone

from benchmarks.bare_site import ROWS
from benchmarks.bare_site.models import Row


def make() -> None:
    """With the hundred rows that are shown."""
    with connection.schema_editor() as schema:
        schema.create_model(Row)
    Row.objects.bulk_create(Row(text=f"row {number}", at=timezone.now()) for number in range(ROWS))
