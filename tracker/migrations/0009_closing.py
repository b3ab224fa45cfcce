from django.db import migrations, models

from tracker.models import append_only

REMADE = ("tracker_alert", "tracker_alertevent")
NO_REASON = "No reason was asked for then."


def say_that_no_reason_was_asked_for(apps, schema_editor):
    """Of false alarms from before one was: the database wants words there from now on."""
    Alert = apps.get_model("tracker", "Alert")
    without = Alert.objects.filter(outcome="false-alarm", resolution_note="").exclude(urgency="today")
    without.update(resolution_note=NO_REASON)


def keep(apps, schema_editor):
    append_only.keep(schema_editor, REMADE)


def put_back(apps, schema_editor):
    append_only.put_back(schema_editor, REMADE)


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0008_course'),
    ]

    operations = [
        migrations.RunPython(keep, put_back),
        migrations.RemoveConstraint(
            model_name='alert',
            name='outcome_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='alertevent',
            name='alert_verb_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='one_message_each',
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='a_message_has_its_cause',
        ),
        migrations.AddField(
            model_name='alert',
            name='decision_opened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='tried_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='try_again_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='note',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='alertevent',
            name='outcome',
            field=models.CharField(blank=True, choices=[('advised-by-phone', 'Advised by phone'), ('clinic-today', 'Comes to the clinic today'), ('emergency-room', 'Sent to the emergency room'), ('admitted', 'Admitted'), ('false-alarm', 'False alarm'), ('reviewed', 'Read it, called nobody'), ('could-not-reach', 'Could not reach the family'), ('family-called', 'The family has called'), ('family-over', 'The family says that it is over')], db_default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='alert',
            name='outcome',
            field=models.CharField(blank=True, choices=[('advised-by-phone', 'Advised by phone'), ('clinic-today', 'Comes to the clinic today'), ('emergency-room', 'Sent to the emergency room'), ('admitted', 'Admitted'), ('false-alarm', 'False alarm'), ('reviewed', 'Read it, called nobody'), ('could-not-reach', 'Could not reach the family'), ('family-called', 'The family has called'), ('family-over', 'The family says that it is over')], max_length=20),
        ),
        migrations.AlterField(
            model_name='alertevent',
            name='verb',
            field=models.CharField(choices=[('raised', 'Raised'), ('joined', 'Another log, no worse'), ('taken-in', 'Became part of a worse one'), ('called', 'The family called'), ('told', 'The first were told'), ('taken', 'Taken'), ('lapsed', 'Nobody holds it any more: open again'), ('offered', 'Offered to another nurse'), ('handed-over', 'Handed over'), ('escalated', 'The next level was told'), ('not-reached', 'Called the family and reached nobody'), ('resolved', 'Closed'), ('opened', 'The family opened the decision'), ('undone', 'Took the closing back'), ('reopened', 'Opened it again')], max_length=12),
        ),
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('alert', 'alert'), ('callback', 'request to call the team'), ('answer', "the team's answer"), ('reminder', 'reminder'), ('test', 'test message'), ('sign-in', 'mail about signing in'), ('canary', 'canary')], max_length=8),
        ),
        migrations.RunPython(say_that_no_reason_was_asked_for, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'advised-by-phone', 'clinic-today', 'emergency-room', 'admitted', 'false-alarm', 'reviewed', 'could-not-reach', 'family-called', 'family-over'])), name='outcome_is_known'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('try_again_at', None), models.Q(('taken_by__isnull', False), ('tried_at__isnull', False)), _connector='OR'), name='what_is_tried_again_is_held'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('decision_opened_at', None), ('resolved_at__isnull', False), _connector='OR'), name='what_is_opened_was_decided'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'false-alarm'), _negated=True), ('urgency', 'today'), ('resolution_note__gt', ''), _connector='OR'), name='urgent_false_alarms_have_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'reviewed'), _negated=True), ('urgency', 'today'), _connector='OR'), name='urgent_alerts_end_with_a_call'),
        ),
        migrations.AddConstraint(
            model_name='alertevent',
            constraint=models.CheckConstraint(condition=models.Q(('verb__in', ['raised', 'joined', 'taken-in', 'called', 'told', 'taken', 'lapsed', 'offered', 'handed-over', 'escalated', 'not-reached', 'resolved', 'opened', 'undone', 'reopened'])), name='alert_verb_is_known'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('kind', 'alert', 'recipient', 'channel', 'level', 'round'), name='one_message_each'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alert__isnull', False), ('child__isnull', False), ('kind__in', ('alert', 'callback', 'answer')), ('reminder', None)), models.Q(('alert', None), ('child__isnull', False), ('kind', 'reminder'), ('reminder__isnull', False)), models.Q(('alert', None), ('child', None), ('kind__in', ('test', 'canary', 'sign-in')), ('reminder', None)), _connector='OR'), name='a_message_has_its_cause'),
        ),
        migrations.RunPython(put_back, keep),
    ]
