from django.db import migrations, models
from django.db.models.functions import Cast

from tracker.models import append_only

SEALS = "tracker_auditseal"


def open_seals(apps, schema_editor):
    append_only.remove(schema_editor, SEALS)


def close_seals(apps, schema_editor):
    append_only.install(schema_editor, SEALS)


def name_rows(apps, schema_editor):
    """Every seal from before is of an audit event."""
    apps.get_model("tracker", "AuditSeal").objects.update(row_key=Cast("event_id", models.CharField()))


class Migration(migrations.Migration):
    dependencies = [("tracker", "0005_reach")]

    operations = [
        migrations.RunPython(open_seals, close_seals),
        migrations.AddField("auditseal", "kind", models.CharField(default="auditevent", max_length=12), False),
        migrations.AddField("auditseal", "row_key", models.CharField(default="", max_length=32), False),
        migrations.AddField("auditseal", "nothing_left", models.BooleanField(default=False)),
        migrations.RunPython(name_rows, migrations.RunPython.noop),
        migrations.RemoveField("auditseal", "event"),
        migrations.AddIndex(
            "auditseal", models.Index(fields=("kind", "row_key"), name="seals_of_a_row")
        ),
        migrations.AddIndex("call", models.Index(fields=("recorded_at",), name="calls_to_seal")),
        migrations.AddIndex("carenote", models.Index(fields=("at",), name="notes_to_seal")),
        migrations.AddIndex("numbercheck", models.Index(fields=("at",), name="number_checks_to_seal")),
        migrations.AddIndex("dosegiven", models.Index(fields=("recorded_at",), name="doses_to_seal")),
        migrations.RunPython(close_seals, open_seals),
        migrations.CreateModel(
            "OutsidePart",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("encryption-key", "encryption key"),
                            ("erased-list", "list of who was erased"),
                        ],
                        max_length=20,
                    ),
                ),
                ("identifier", models.CharField(max_length=36)),
                ("since", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "identifier"), name="one_part_an_identifier"),
                    models.UniqueConstraint(
                        fields=("kind",), condition=models.Q(("replaced_at", None)), name="one_part_counts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["encryption-key", "erased-list"])),
                        name="outside_kind_is_known",
                    ),
                ],
            },
        ),
    ]
