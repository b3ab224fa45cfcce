from django.db import migrations, models

from tracker.models import append_only

REMADE = ("tracker_symptomlog",)


def keep(apps, schema_editor):
    append_only.keep(schema_editor, REMADE)


def put_back(apps, schema_editor):
    append_only.put_back(schema_editor, REMADE)


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0020_staff_access'),
    ]

    operations = [
        migrations.AddField(
            model_name='careteam',
            name='language',
            field=models.CharField(db_default='en', default='en', max_length=10),
        ),
        migrations.RunPython(keep, put_back),
        migrations.AddField(
            model_name='symptomlog',
            name='language',
            field=models.CharField(blank=True, db_default='', max_length=10),
        ),
        migrations.RunPython(put_back, keep),
    ]
