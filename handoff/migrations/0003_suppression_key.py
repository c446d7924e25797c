from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("handoff", "0002_programs")]

    operations = [
        migrations.CreateModel(
            name="SuppressionKey",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("key", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_suppression_key")
                ]
            },
        ),
        migrations.AlterField(
            model_name="send",
            name="answer",
            field=models.CharField(
                blank=True, help_text="Code of a polite answer in the playbook.", max_length=40
            ),
        ),
    ]
