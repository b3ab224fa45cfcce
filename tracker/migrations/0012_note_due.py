from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0009_closing'),
    ]

    operations = [
        migrations.AddField(
            model_name='assessment',
            name='note_due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('note_due_at__isnull', False)), fields=['note_due_at'], name='notes_to_be_answered'),
        ),
    ]
