"""The limits: two views that do nothing but insert a row, and show a hundred, behind this site's middleware."""

from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path
from django.utils import timezone

from config.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401

ROWS = 100
PAGE = Template(
    "<!doctype html><html lang=en><title>Rows</title><table>{% for row in rows %}"
    "<tr><td>{{ row.pk }}</td><td>{{ row.text }}</td><td>{{ row.at }}</td></tr>{% endfor %}</table></html>"
)


class Row(models.Model):
    """A table that stands only while the benchmark runs."""

    text = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        app_label = "benchmarks"

    def __str__(self) -> str:
        return self.text


def fill() -> None:
    with connection.schema_editor() as schema:
        schema.create_model(Row)
    Row.objects.bulk_create(Row(text=f"row {number}", at=timezone.now()) for number in range(ROWS))


def row(request: HttpRequest) -> HttpResponse:
    Row.objects.create(text=request.POST["text"], at=timezone.now())
    return HttpResponse(status=204)


def rows(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.render(Context({"rows": Row.objects.order_by("pk")[:ROWS]})))


urlpatterns = [
    *urlpatterns,
    path("bare/row/", row, name="bare-row"),
    path("bare/rows/", rows, name="bare-rows"),
]
