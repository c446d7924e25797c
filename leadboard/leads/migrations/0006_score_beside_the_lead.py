"""What a lead scores moves into a row beside it, so that a re-scoring never touches the leads."""

import django.db.models.deletion
from django.db import migrations, models

COLUMNS = "score, fit, intent, probability, reasons, scored_at"
THERE = f"""
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE leads_leadscore SET (fillfactor = 70);
INSERT INTO leads_leadscore (lead_id, {COLUMNS})
SELECT id, {COLUMNS} FROM leads_lead WHERE score IS NOT NULL OR scored_at IS NOT NULL OR reasons <> '[]';
"""  # noqa: S608 - constants only
BACK = f"""
UPDATE leads_lead l SET ({COLUMNS}) = ROW ({", ".join(f"s.{name}" for name in COLUMNS.split(", "))})
FROM leads_leadscore s WHERE s.lead_id = l.id;
SET CONSTRAINTS ALL IMMEDIATE;
"""  # noqa: S608 - constants only


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_fit_and_intent")]

    operations = [
        migrations.CreateModel(
            name="LeadScore",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("fit", models.PositiveSmallIntegerField(null=True)),
                ("intent", models.PositiveSmallIntegerField(null=True)),
                ("probability", models.FloatField(null=True)),
                (
                    "reasons",
                    models.JSONField(
                        db_default=models.Value([], models.JSONField()),
                        default=list,
                        help_text="[{words, points}], strongest first.",
                    ),
                ),
                ("scored_at", models.DateTimeField(null=True)),
                ("by_verdict", models.BigIntegerField(null=True)),
                ("by_model", models.BigIntegerField(null=True)),
                ("by_playbook", models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.RunSQL(THERE, BACK),
        migrations.RemoveIndex(model_name="lead", name="lead_board_score"),
        *(
            migrations.RemoveField(model_name="lead", name=name)
            for name in ("score", "fit", "intent", "probability", "reasons", "scored_at")
        ),
        migrations.AddIndex(
            model_name="leadscore",
            index=models.Index(
                models.OrderBy(models.F("score"), descending=True, nulls_last=True),
                models.OrderBy(models.F("lead"), descending=True),
                name="score_order",
            ),
        ),
    ]
