from django.db import migrations, models

from tracker.models import append_only

REMADE = ("tracker_alert", "tracker_alertevent")


def keep(apps, schema_editor):
    append_only.keep(schema_editor, REMADE)


def put_back(apps, schema_editor):
    append_only.put_back(schema_editor, REMADE)


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0013_blood_counts'),
    ]

    operations = [
        migrations.RunPython(keep, put_back),
        migrations.RemoveConstraint(
            model_name='alertevent',
            name='alert_verb_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='a_message_has_its_cause',
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='cause_is_known',
        ),
        migrations.AddField(
            model_name='alert',
            name='asked_where_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='expected_by',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='home_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='there_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alert',
            name='worse_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='alertevent',
            name='verb',
            field=models.CharField(choices=[('raised', 'Raised'), ('joined', 'Another log, no worse'), ('worse', 'Another log, worse'), ('taken-in', 'Became part of a worse one'), ('called', 'The family called'), ('told', 'The first were told'), ('taken', 'Taken'), ('lapsed', 'Nobody holds it any more: open again'), ('offered', 'Offered to another nurse'), ('handed-over', 'Handed over'), ('told-holder', 'Whoever holds it was told of the worse log'), ('escalated', 'The next level was told'), ('not-reached', 'Called the family and reached nobody'), ('resolved', 'Closed'), ('opened', 'The family opened the decision'), ('undone', 'Took the closing back'), ('reopened', 'Opened it again'), ('there', 'They are there'), ('home', 'At home again'), ('asked-where', 'They did not come; the family is asked')], max_length=12),
        ),
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('alert', 'alert'), ('callback', 'request to call the team'), ('nudge', 'request to call about a further log'), ('answer', "the team's answer"), ('reminder', 'reminder'), ('test', 'test message'), ('sign-in', 'mail about signing in'), ('canary', 'canary')], max_length=8),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='cause',
            field=models.CharField(choices=[('time', 'at its time'), ('snoozed', 'asked for later'), ('look-again', 'look again after a call'), ('dose', 'a planned dose'), ('line', 'bag, needle or dressing'), ('silence', 'a day without a log'), ('where', 'told to come in, and nobody knows that they came'), ('numbers', 'the numbers, once a month')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('asked_where_at', None), ('expected_by__isnull', False), ('home_at', None), ('there_at', None)), fields=['expected_by'], name='families_expected'),
        ),
        migrations.AddIndex(
            model_name='alertevent',
            index=models.Index(condition=models.Q(('verb__in', ('worse', 'joined'))), fields=['at'], name='further_logs_of_alerts'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked_where_at', None), ('expected_by', None), ('home_at', None), ('there_at', None)), ('resolved_at__isnull', False), _connector='OR'), name='who_comes_in_was_told_to'),
        ),
        migrations.AddConstraint(
            model_name='alertevent',
            constraint=models.CheckConstraint(condition=models.Q(('verb__in', ['raised', 'joined', 'worse', 'taken-in', 'called', 'told', 'taken', 'lapsed', 'offered', 'handed-over', 'told-holder', 'escalated', 'not-reached', 'resolved', 'opened', 'undone', 'reopened', 'there', 'home', 'asked-where'])), name='alert_verb_is_known'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alert__isnull', False), ('child__isnull', False), ('kind__in', ('alert', 'callback', 'nudge', 'answer')), ('reminder', None)), models.Q(('alert', None), ('child__isnull', False), ('kind', 'reminder'), ('reminder__isnull', False)), models.Q(('alert', None), ('child', None), ('kind__in', ('test', 'canary', 'sign-in')), ('reminder', None)), _connector='OR'), name='a_message_has_its_cause'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['time', 'snoozed', 'look-again', 'dose', 'line', 'silence', 'where', 'numbers'])), name='cause_is_known'),
        ),
        migrations.RunPython(put_back, keep),
    ]
