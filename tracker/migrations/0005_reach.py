
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from tracker.models import append_only

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
        migrations.CreateModel(
            name='Silence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('reached_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='alert',
            name='outcome_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='cause_is_known',
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
        migrations.AlterField(
            model_name='reminder',
            name='cause',
            field=models.CharField(choices=[('time', 'at its time'), ('snoozed', 'asked for later'), ('look-again', 'look again after a call'), ('dose', 'a planned dose'), ('line', 'bag, needle or dressing'), ('silence', 'a day without a log'), ('numbers', 'the numbers, once a month')], max_length=12),
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
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['time', 'snoozed', 'look-again', 'dose', 'line', 'silence', 'numbers'])), name='cause_is_known'),
        ),
        migrations.AddField(
            model_name='silence',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='silences', to='tracker.child'),
        ),
        migrations.AddField(
            model_name='silence',
            name='reached_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='silence',
            constraint=models.UniqueConstraint(fields=('child', 'since'), name='one_row_a_silence'),
        ),
        migrations.AddConstraint(
            model_name='silence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reached_at__isnull', True), ('reached_by__isnull', True), ('recorded_at__isnull', True)), models.Q(('reached_at__isnull', False), ('reached_by__isnull', False), ('recorded_at__isnull', False)), _connector='OR'), name='reached_is_paired'),
        ),
        migrations.AddConstraint(
            model_name='silence',
            constraint=models.CheckConstraint(condition=models.Q(('reached_at', None), ('reached_at__gte', models.F('since')), _connector='OR'), name='reached_after_it_began'),
        ),
        migrations.RunPython(install_again, migrations.RunPython.noop),
    ]
