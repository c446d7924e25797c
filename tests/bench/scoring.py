"""What one score and a whole re-scoring cost, beside the estimator alone on rows that are ready for it."""

import os
import subprocess
import sys
import time

from leadboard import embedded
from tests.bench.figures import Figure

OUTCOMES, BATCH, SINGLES, WHOLE, OPEN = 4_000, 20_000, 300, 60, 100_000


def seconds(work, times=1):
    """Return the fastest of some runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def measure():
    """Print a line per figure, tab separated; runs in a process of its own with Django set up."""
    import django

    django.setup()
    from django.core.management import call_command

    from qualification.score.columns import plan_columns
    from qualification.score.compile import flat_form
    from qualification.score.flat import Flat
    from qualification.score.learner import learn
    from qualification.score.matrix import matrix_of
    from tests.test_learning import firm

    call_command("migrate", verbosity=0)
    rows, won = firm(OUTCOMES)
    learned = learn(plan_columns(rows), rows, won)
    flat = Flat(flat_form(learned))
    batch = (rows * (BATCH // OUTCOMES + 1))[:BATCH]
    matrix = matrix_of(learned.plan, batch)
    one = seconds(lambda: [flat.log_odds(row) for row in rows[:SINGLES]], 5) / SINGLES * 1e3
    piped = seconds(lambda: learned.log_odds(rows[:1]), 5) * 1e3
    print(f"one lead, model only\t{one}\tms\t{piped}\tthe same model's pipeline")
    all_of_us = BATCH / seconds(lambda: learned.log_odds(batch), 3)
    alone = BATCH / seconds(
        lambda: (learned.linear.decision_function(matrix), learned.trees.decision_function(matrix)), 3
    )
    print(f"batch of {BATCH:,}\t{all_of_us}\tleads/s\t{alone}\tthe estimators alone, matrix ready")
    whole_leads()
    scored_again(learned, rows, won)


def scored_again(learned, rows, won):
    """Print how many open leads a second get new numbers (read, scored, stored with their history and
    committed), beside plain SQL that reads the same facts and writes the same columns; and how many their
    reasons.
    """
    from django.db import connection

    from leadboard.leads.models import LeadScore
    from qualification import rescoring, untold
    from qualification.models import Rescoring

    open_already(live_model(learned, rows, won), rows)
    with connection.cursor() as cursor:
        cursor.execute(AGAIN)
        cursor.execute("VACUUM ANALYZE")
    leads = LeadScore.objects.count()
    floor = leads / seconds(plain_again)
    work = Rescoring.objects.create(playbook_version=changed().version, to_do=leads)
    spent = seconds(lambda: rescoring.go_on(work, time.monotonic() + 600))
    work.refresh_from_db()
    assert work.scored == leads >= OPEN
    beside = "the same facts read and columns written by plain SQL, nothing scored"
    print(f"scored again and stored\t{leads / spent}\tleads/s\t{floor}\t{beside}")
    spent = seconds(lambda: list(iter(Told(untold), None)))
    print(f"  and the reasons of each after that\t{leads / spent}\tleads/s\t\t")


class Told:
    """Tells the reasons of one portion after another, each time it is called."""

    def __init__(self, untold):
        self.untold, self.after = untold, 0

    def __call__(self):
        self.after = self.untold.tell(self.after)
        return self.after


def live_model(learned, rows, won):
    """Return the stored model that judges from now on."""
    from qualification import promotion, store
    from qualification.learning import Candidate
    from qualification.models import ScoringModel
    from qualification.outcomes import Example
    from qualification.score import blend

    known = [Example(place, row, end) for place, (row, end) in enumerate(zip(rows, won, strict=True))]
    curve = blend.prior_curve()
    voices = blend.mixed(curve, learned.card, learned.share, learned.slope)
    final = Candidate(curve, learned, blend.evidence_of(won), sum(won) / len(won), voices=voices)
    card = promotion.card_of(final, known)
    sealed = store.seal(b"bench", card["served"])
    return ScoringModel.objects.create(
        number=1, state="live", content=b"bench", sha256=sealed, outcomes=len(won), card=card
    )


def changed():
    """Return the agreement after a change of its card."""
    from leadboard.playbook import versions
    from leadboard.playbook.models import PlaybookVersion

    text = PlaybookVersion.objects.get(active=True).text
    versions.apply(text.replace("base: 30", "base: 32"))
    return versions.active()


def open_already(model, rows):
    """Put OPEN leads on the board that this model judged before, with these facts."""
    from leadboard.leads.models import Lead, LeadScore
    from leadboard.playbook import policy, versions
    from qualification import store
    from qualification.models import Verdict

    playbook, (scorer, _) = versions.active(), store.live_scorer()
    numbers = scorer.judge_all(playbook, rows)
    bands = [policy.band(playbook, one.score) for one in numbers]
    leads = Lead.objects.bulk_create([
        Lead(name="Open", version=2, source="Web", lead_type="other", band=band, email="p@bench.example",
             message="We need a quote for 40 seats. " * 8)
        for band in bands
    ], batch_size=500)  # fmt: skip
    judged = Verdict.objects.bulk_create([
        Verdict(lead=lead, lead_version=1, enquiry_class="unclear", score=one.score, band=lead.band,
                features=row, method="model", model=model, playbook_version=playbook.version)
        for lead, one, row in zip(leads, numbers, rows, strict=True)
    ], batch_size=500)  # fmt: skip
    LeadScore.objects.bulk_create([
        LeadScore(lead=verdict.lead, score=one.score, fit=one.fit, intent=one.intent, reasons=one.reasons,
                  probability=one.probability, by_verdict=verdict.pk, by_model=model.pk,
                  by_playbook=playbook.version)
        for verdict, one in zip(judged, numbers, strict=True)
    ], batch_size=500)  # fmt: skip
    copied(Lead, uid="gen_random_uuid()", id=MOVED)
    copied(Verdict, id=MOVED, lead_id="lead_id + copy * 1000000")
    copied(LeadScore, lead_id="lead_id + copy * 1000000", by_verdict="by_verdict + copy * 1000000")


MOVED = "id + copy * 1000000"


def copied(model, **changed):
    """Copy the rows of a table until there are OPEN, each copy's keys a million further on."""
    from django.db import connection

    names = [field.column for field in model._meta.concrete_fields]
    taken = ", ".join(changed.get(name, f'"{name}"') for name in names)
    table, columns = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {taken} FROM {table}, generate_series(1, %s) AS copy",
            [OPEN // OUTCOMES - 1],
        )


AGAIN = """
CREATE TABLE again AS
SELECT lead_id, score, fit, intent, probability, now() AS at, by_verdict FROM leads_leadscore;
CREATE UNIQUE INDEX ON again (lead_id);
CREATE INDEX ON again (score, lead_id);
CREATE TABLE again_log (LIKE again);
CREATE INDEX ON again_log (lead_id);
"""
READ = """
SELECT a.lead_id, v.features::text FROM again a JOIN qualification_verdict v ON v.id = a.by_verdict
WHERE a.lead_id > %s ORDER BY a.lead_id LIMIT 5000
"""
WRITE = """
WITH renewed AS (
    UPDATE again SET score = score + 1, probability = probability / 2, at = now()
    WHERE lead_id > %s AND lead_id <= %s RETURNING again.*
)
INSERT INTO again_log SELECT * FROM renewed
"""


def plain_again():
    """Read the facts of OPEN leads and write as many narrow rows with an index, 5,000 at a time."""
    import json

    from django.db import connection

    after = 0
    with connection.cursor() as cursor:
        cursor.execute(READ, [after])
        while rows := cursor.fetchall():
            for row in rows:
                json.loads(row[1])
            cursor.execute(WRITE, [after, rows[-1][0]])
            after = rows[-1][0]
            cursor.execute(READ, [after])


def whole_leads():
    """Print job start to verdict committed, for leads that just came in."""
    from django.core.management import call_command

    from leadboard.leads import lifecycle
    from leadboard.playbook import versions
    from qualification import pipeline

    versions.active()
    call_command("check", verbosity=0)
    taken = []
    for number in range(WHOLE):
        fields = {
            "name": f"Prospect {number}",
            "email": f"p{number}@bench{number}.example",
            "company": f"Bench {number}",
            "title": "COO",
            "source": "Demo form",
            "lead_type": "demo",
            "message": "A quote for 40 seats, please.",
        }
        lead, _ = lifecycle.capture(fields, facts={"source": "Demo form"})
        taken.append(seconds(lambda lead=lead: pipeline.qualify(lead.pk)))
    taken.sort()
    print(f"one lead, job start to verdict committed, p50\t{taken[WHOLE // 2] * 1e3}\tms\t\t")


def run(data):
    """Return the Figures, measured on the running embedded database of `data`."""
    environment = os.environ | {
        "DATABASE_URL": embedded.url(data),
        "LEADBOARD_DATA": str(data),
        "OMP_NUM_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "leadboard.settings",
    }
    code = "from tests.bench.scoring import measure; measure()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") == 4]
    return [
        Figure(name, float(value), unit, float(floor) if floor else None, beside)
        for name, value, unit, floor, beside in rows
    ]
