"""Scores of a re-scoring are lines of history, no verdicts of their own."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# Each score that stands gets to know the verdict it is from.
BY_WHAT = """
UPDATE leads_leadscore s SET by_verdict = v.id, by_model = v.model_id, by_playbook = v.playbook_version
FROM (SELECT DISTINCT ON (lead_id) lead_id, id, model_id, playbook_version
      FROM qualification_verdict ORDER BY lead_id, id DESC) v
WHERE v.lead_id = s.lead_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0006_score_beside_the_lead"),
        ("qualification", "0003_verdict_words_version"),
    ]

    operations = [
        migrations.RunSQL(BY_WHAT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ScoredAgain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("method", models.CharField(help_text="scorecard, blend or model", max_length=32)),
                ("playbook_version", models.PositiveIntegerField()),
                ("score", models.PositiveSmallIntegerField()),
                ("was", models.PositiveSmallIntegerField(help_text="The score before.", null=True)),
                ("fit", models.PositiveSmallIntegerField()),
                ("intent", models.PositiveSmallIntegerField()),
                ("probability", models.FloatField()),
                ("flags", models.JSONField(default=list, help_text="What went wrong on the way.")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scored_again",
                        to="leads.lead",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="qualification.scoringmodel",
                    ),
                ),
                (
                    "verdict",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="qualification.verdict",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["lead", "-id"], name="scored_again_newest")],
            },
        ),
    ]
