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
        migrations.AddField("message", "sealed", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AlterField(
            "message",
            "kind",
            models.CharField(
                choices=[
                    ("alert", "alert"),
                    ("reminder", "reminder"),
                    ("test", "test message"),
                    ("sign-in", "mail about signing in"),
                    ("canary", "canary"),
                ],
                max_length=8,
            ),
        ),
        migrations.RemoveConstraint("message", "a_message_has_its_cause"),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                condition=models.Q(kind="alert", child__isnull=False, alert__isnull=False, reminder=None)
                | models.Q(kind="reminder", child__isnull=False, alert=None, reminder__isnull=False)
                | models.Q(kind__in=("test", "canary", "sign-in"), child=None, alert=None, reminder=None),
                name="a_message_has_its_cause",
            ),
        ),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                condition=models.Q(sealed="")
                | (models.Q(kind="sign-in") & models.Q(sent_at=None, failed_at=None, dropped_at=None)),
                name="no_secret_outlives_its_mail",
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
