from django.db import migrations, models

# Fired clocks leave dead entries at the head of the partial index that every look begins at.
VACUUM_OFTEN = """
ALTER TABLE handoff_clock SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)
"""
VACUUM_AS_USUAL = "ALTER TABLE handoff_clock RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)"


class Migration(migrations.Migration):
    dependencies = [("handoff", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PeriodicRun",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("trouble", models.TextField(blank=True)),
            ],
        ),
        migrations.RunSQL(VACUUM_OFTEN, VACUUM_AS_USUAL),
    ]
