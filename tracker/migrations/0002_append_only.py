from django.db import migrations

from tracker.models import append_only

NEVER_CHANGED = (
    "symptomlog",
    "observation",
    "assessment",
    "alertevent",
    "call",
    "auditevent",
    "ownanswers",
    "auditseal",
    "numbercheck",
    "carenote",
)
FROZEN_OF_AN_ALERT = ("id", "child_id", "log_id", "urgency", "raised_at")
FROZEN_OF_A_DOSE = ("id", "child_id", "medicine_id", "name", "dose", "given_at", "given_by_id", "recorded_at")


def install(apps, schema_editor):
    for name in NEVER_CHANGED:
        append_only.install(schema_editor, f"tracker_{name}")
    append_only.install(schema_editor, "tracker_alert", frozen=FROZEN_OF_AN_ALERT)
    append_only.install(schema_editor, "tracker_dosegiven", frozen=FROZEN_OF_A_DOSE)


def remove(apps, schema_editor):
    for name in (*NEVER_CHANGED, "alert", "dosegiven"):
        append_only.remove(schema_editor, f"tracker_{name}")


class Migration(migrations.Migration):
    dependencies = [("tracker", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
