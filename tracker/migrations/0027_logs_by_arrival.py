from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0026_clock'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='symptomlog',
            index=models.Index(fields=['received_at', 'child'], name='logs_by_arrival_and_child'),
        ),
        migrations.RemoveIndex(model_name='symptomlog', name='logs_by_arrival'),
    ]
