import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from tracker.models import append_only

FROZEN_OF_A_TRANSFER = ("id", "child_id", "left_id", "joins_id", "offered_at", "offered_by_id")


def install(apps, schema_editor):
    append_only.install(schema_editor, "tracker_stayevent")
    append_only.install(schema_editor, "tracker_transfer", frozen=FROZEN_OF_A_TRANSFER)


def remove(apps, schema_editor):
    append_only.remove(schema_editor, "tracker_stayevent")
    append_only.remove(schema_editor, "tracker_transfer")


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0015_rota'),
    ]

    operations = [
        migrations.CreateModel(
            name='StayEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('admitted', 'On a ward'), ('still-there', 'Still on a ward'), ('home', 'Home again'), ('died', 'Has died'), ('taken-back', 'That was a mistake: everything is on again'), ('discharged', 'Left the care of the team'), ('transferred', 'Came to another team')], max_length=12)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('offered_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=10)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='cause_is_known',
        ),
        migrations.AlterField(
            model_name='child',
            name='paused_reason',
            field=models.CharField(blank=True, choices=[('hospital', 'In hospital'), ('moved', 'Moved to another team'), ('finished', 'Treatment is finished'), ('not-needed', "We don't need this any more"), ('died', 'Has died')], max_length=12),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='cause',
            field=models.CharField(choices=[('time', 'at its time'), ('snoozed', 'asked for later'), ('look-again', 'look again after a call'), ('dose', 'a planned dose'), ('line', 'bag, needle or dressing'), ('silence', 'a day without a log'), ('where', 'told to come in, and nobody knows that they came'), ('numbers', 'the numbers, once a month'), ('home', 'on a ward: whether they are at home again'), ('moved', 'another team cares for the child, or none')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['time', 'snoozed', 'look-again', 'dose', 'line', 'silence', 'where', 'numbers', 'home', 'moved'])), name='cause_is_known'),
        ),
        migrations.AddField(
            model_name='stayevent',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stayevent',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stay_events', to='tracker.child'),
        ),
        migrations.AddField(
            model_name='stayevent',
            name='joined',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.careteam'),
        ),
        migrations.AddField(
            model_name='stayevent',
            name='left',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.careteam'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transfers', to='tracker.child'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transfer',
            name='joins',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='tracker.careteam'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='left',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.careteam'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='offered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='stayevent',
            index=models.Index(fields=['child', '-at'], name='stays_of_a_child'),
        ),
        migrations.AddIndex(
            model_name='stayevent',
            index=models.Index(fields=['at'], name='stays_to_seal'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['offered_at'], name='transfers_to_seal'),
        ),
        migrations.AddConstraint(
            model_name='stayevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['admitted', 'still-there', 'home', 'died', 'taken-back', 'discharged', 'transferred'])), name='stay_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('child',), name='one_offer_a_child'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='transfer_end_is_paired'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(('ended_at__isnull', False), ('outcome__in', ['accepted', 'declined', 'withdrawn'])), _connector='OR'), name='a_transfer_that_ended_has_an_outcome'),
        ),
        migrations.RunPython(install, remove),
    ]
