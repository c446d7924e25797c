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
    """Print how many open leads a second are scored again, and scored and stored: verdict, lead, event."""
    from qualification import promotion, rescoring
    from qualification.learning import Candidate
    from qualification.outcomes import Example
    from qualification.portions import open_leads, store_all
    from qualification.score import blend
    from qualification.score.flat import Flat
    from qualification.score.scorer import BlendScorer

    known = [Example(place, row, end) for place, (row, end) in enumerate(zip(rows, won, strict=True))]
    curve = blend.prior_curve()
    voices = blend.mixed(curve, learned.card, learned.share, learned.slope)
    final = Candidate(curve, learned, blend.evidence_of(won), sum(won) / len(won), voices=voices)
    served = promotion.card_of(final, known)["served"]
    scorer, by = BlendScorer(Flat(served["form"]), served), rescoring._judge()[1]._replace(playbook=changed())
    open_already(rows)
    spent = {"read": 0.0, "scored": 0.0, "stored": 0.0}
    after = stored = 0
    while True:
        began = time.perf_counter()
        found = open_leads(after, by, rescoring.PORTION)
        if not found:
            break
        read = time.perf_counter()
        judgements, by = rescoring.judge_all(scorer, by, [one.facts for one in found])
        scored = time.perf_counter()
        stored += store_all(found, judgements, by)
        spent["stored"] += time.perf_counter() - scored
        spent["scored"] += scored - read
        spent["read"] += read - began
        after = found[-1].lead
    print(f"scored again, reasons included\t{stored / spent['scored']}\tleads/s\t\t")
    print(f"scored again and stored with verdict and event\t{stored / sum(spent.values())}\tleads/s\t\t")
    print(f"  of which reading {spent['read'] / stored * 1e6:.0f} us a lead", file=sys.stderr)
    print(f"  of which storing {spent['stored'] / stored * 1e6:.0f} us a lead", file=sys.stderr)


def changed():
    """Return the agreement after a change of its card."""
    from leadboard.playbook import versions
    from leadboard.playbook.models import PlaybookVersion

    text = PlaybookVersion.objects.get(active=True).text
    versions.apply(text.replace("base: 30", "base: 32"))
    return versions.active()


def open_already(rows):
    """Put OPEN leads on the board that were judged before, with these facts."""
    from leadboard.leads.models import Lead, LeadScore
    from qualification.models import Verdict

    for _ in range(OPEN // 10_000):
        made = [
            Lead(name="Open", version=2, source="Web", lead_type="other", band="medium")
            for _ in range(10_000)
        ]
        leads = Lead.objects.bulk_create(made, batch_size=2_000)
        judged = [
            Verdict(
                lead=lead, lead_version=1, enquiry_class="unclear", score=30, band="medium",
                features=rows[lead.pk % len(rows)], method="scorecard", playbook_version=1,
            )
            for lead in leads
        ]  # fmt: skip
        Verdict.objects.bulk_create(judged, batch_size=2_000)
        stands = [
            LeadScore(lead_id=one.lead_id, score=30, fit=30, intent=30, probability=0.1, by_verdict=one.pk,
                      by_playbook=1)
            for one in judged
        ]  # fmt: skip
        LeadScore.objects.bulk_create(stands, batch_size=2_000)


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
