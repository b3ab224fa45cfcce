from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0016_ward_stays'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='board_view',
            field=models.CharField(blank=True, db_default='', max_length=5),
        ),
        migrations.AddField(
            model_name='user',
            name='unit',
            field=models.CharField(blank=True, db_default='', max_length=1),
        ),
    ]
