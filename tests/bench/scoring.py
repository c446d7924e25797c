"""What one score and a whole re-scoring cost, beside the estimator alone on rows that are ready for it."""

import os
import subprocess
import sys
import time

from leadboard import embedded
from tests.bench import rescored
from tests.bench.figures import Figure

OUTCOMES, BATCH, SINGLES, WHOLE = 4_000, 20_000, 300, 60


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
    rescored.measure(is_bought=True)
    rescored.measure()


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
