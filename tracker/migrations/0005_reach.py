from django.db import migrations, models

from tracker import append_only

FROZEN_OF_AN_ALERT = ("id", "child_id", "log_id", "urgency", "raised_at")


def install_again(apps, schema_editor):
    """SQLite copies a table for a new constraint, and loses its triggers. PostgreSQL keeps them."""
    if schema_editor.connection.vendor == "sqlite":
        append_only.install(schema_editor, "tracker_call")
        append_only.install(schema_editor, "tracker_alert", frozen=FROZEN_OF_AN_ALERT)



class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0004_accounts'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, install_again),
        migrations.RemoveConstraint(
            model_name='alert',
            name='outcome_is_known',
        ),
        migrations.AddField(
            model_name='alert',
            name='escalation_set_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='advice',
            field=models.CharField(default='unasked', blank=True, max_length=12),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='alert',
            name='outcome',
            field=models.CharField(blank=True, choices=[('advised-by-phone', 'Advised by phone'), ('clinic-today', 'Comes to the clinic today'), ('emergency-room', 'Sent to the emergency room'), ('admitted', 'Admitted'), ('false-alarm', 'False alarm'), ('could-not-reach', 'Could not reach the family'), ('family-called', 'The family has called'), ('family-over', 'The family says that it is over')], max_length=20),
        ),
        migrations.AlterField(
            model_name='alertevent',
            name='verb',
            field=models.CharField(choices=[('raised', 'Raised'), ('joined', 'Another log, no worse'), ('taken-in', 'Became part of a worse one'), ('called', 'The family called'), ('told', 'The first were told'), ('taken', 'Taken'), ('lapsed', 'Nobody holds it any more: open again'), ('offered', 'Offered to another nurse'), ('handed-over', 'Handed over'), ('escalated', 'The next level was told'), ('resolved', 'Closed')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('resolved_at', None), ('taken_in_by', None)), fields=['escalation_set_at'], name='alerts_set_ahead'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'advised-by-phone', 'clinic-today', 'emergency-room', 'admitted', 'false-alarm', 'could-not-reach', 'family-called', 'family-over'])), name='outcome_is_known'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('advice__in', ('', 'unasked')), models.Q(('advice__in', ['come-in', 'stay-home']), ('reached', True)), _connector='OR'), name='advice_is_known_and_came_from_somebody'),
        ),
        migrations.RunPython(install_again, migrations.RunPython.noop),
    ]
