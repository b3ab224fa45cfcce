from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0025_child_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='clock',
            field=models.CharField(blank=True, db_default='', max_length=2),
        ),
    ]
