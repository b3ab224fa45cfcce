from django.db import migrations, models


def take_over(apps, schema_editor):
    """Whoever has confirmed an address already is its owner: nothing of theirs is ended."""
    confirmed = apps.get_model("account", "EmailAddress").objects.filter(verified=True)
    users = apps.get_model("tracker", "User").objects.filter(pk__in=confirmed.values("user"))
    users.update(confirmed_at=models.F("joined_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0003_staff"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AddField("user", "confirmed_at", models.DateTimeField(null=True)),
        migrations.AddField("user", "session_round", models.PositiveIntegerField(default=0)),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
