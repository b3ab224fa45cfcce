from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0024_photos'),
    ]

    operations = [
        migrations.AddField(
            model_name='child',
            name='version',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
