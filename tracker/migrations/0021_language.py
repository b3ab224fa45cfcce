from django.db import migrations, models


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
        migrations.AddField(
            model_name='symptomlog',
            name='language',
            field=models.CharField(blank=True, db_default='', max_length=10),
        ),
    ]
