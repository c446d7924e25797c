from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("capture", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="attempts",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often the sweep tried to digest it."
            ),
        ),
    ]
