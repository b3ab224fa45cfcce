import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0014_episodes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('care_team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='tracker.careteam')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('from_day', models.DateField()),
                ('until_day', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='Rota',
            fields=[
                ('care_team', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='tracker.careteam')),
                ('day_from', models.TimeField(default=datetime.time(7, 0))),
                ('night_from', models.TimeField(default=datetime.time(19, 0))),
                ('version', models.PositiveIntegerField(default=0)),
                ('looks_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('care_team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='tracker.careteam')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField()),
                ('part', models.CharField(choices=[('day', 'day'), ('night', 'night')], max_length=5)),
                ('place', models.PositiveSmallIntegerField(choices=[(0, 'Here'), (1, 'First'), (2, 'Second')])),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='a_message_has_its_cause',
        ),
        migrations.AddField(
            model_name='message',
            name='care_team',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='tracker.careteam'),
        ),
        migrations.AddField(
            model_name='message',
            name='gathered_in',
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('alert', 'alert'), ('callback', 'request to call the team'), ('nudge', 'request to call about a further log'), ('answer', "the team's answer"), ('reminder', 'reminder'), ('rota', 'nobody is on'), ('test', 'test message'), ('sign-in', 'mail about signing in'), ('canary', 'canary')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('care_team__isnull', False)), fields=['care_team'], name='messages_about_a_rota'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('gathered_in', None), ('kind', 'alert'), ('sent_at__isnull', False)), fields=['recipient', 'sent_at'], name='alerts_sent_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alert__isnull', False), ('child__isnull', False), ('kind__in', ('alert', 'callback', 'nudge', 'answer')), ('reminder', None)), models.Q(('alert', None), ('child__isnull', False), ('kind', 'reminder'), ('reminder__isnull', False)), models.Q(('alert', None), ('care_team__isnull', False), ('child', None), ('kind', 'rota'), ('reminder', None)), models.Q(('alert', None), ('child', None), ('kind__in', ('test', 'canary', 'sign-in')), ('reminder', None)), _connector='OR'), name='a_message_has_its_cause'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.CheckConstraint(condition=models.Q(('day_from__lt', models.F('night_from'))), name='a_night_follows_a_day'),
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(fields=['care_team', 'until_day'], name='absences_of_a_team'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('from_day__lte', models.F('until_day'))), name='an_absence_begins_before_it_ends'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(fields=['care_team', 'day'], name='turns_of_a_day'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(condition=models.Q(('place', 0), _negated=True), fields=('care_team', 'day', 'part', 'place'), name='one_first_and_one_second'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(condition=models.Q(('place', 0)), fields=('care_team', 'day', 'part', 'person'), name='here_once_a_shift'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(('part__in', ['day', 'night'])), name='part_is_known'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', [0, 1, 2])), name='place_is_known'),
        ),
    ]
