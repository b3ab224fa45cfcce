from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0002_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["about", "at"], name="audit_about_a_row"),
        )
    ]
