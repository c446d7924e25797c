"""A whole re-scoring as the product does it, by the workers of `manage.py jobs`, beside plain SQL that reads
the same facts and writes the same columns.
"""

import contextlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.bench import open_board

ROOT = Path(__file__).parents[2]
OUTCOMES, OPEN, LONGEST = 4_000, 100_000, 600
AGAIN = """
CREATE TABLE again AS
SELECT lead_id, score, fit, intent, probability, now() AS at, by_verdict FROM leads_leadscore;
CREATE UNIQUE INDEX ON again (lead_id);
CREATE INDEX ON again (score, lead_id);
CREATE TABLE again_log (LIKE again);
CREATE INDEX ON again_log (lead_id);
"""
AWAY = """
DROP TABLE again, again_log, bench_facts;
TRUNCATE leads_lead, qualification_scoringmodel CASCADE
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
LEADS = """
INSERT INTO leads_lead (uid, digest, stage, desk, version, name, email, phone, company, title, country,
    website, message, source, campaign, lead_type, extra, basis, do_not_contact, target_account,
    enquiry_class, band, due_kind, due_state)
SELECT gen_random_uuid(), '', 'raw', 'board', 2, 'Open', 'p' || n || '@bench.example', '', '', '', '',
    '', coalesce(facts->>'message', ''), 'Web', '', 'other', '{}', '', false, false, 'unclear', band, '', ''
FROM bench_facts ORDER BY n
"""
VERDICTS = """
INSERT INTO qualification_verdict (lead_id, lead_version, enquiry_class, class_confidence, class_kind,
    words_version, evidence, score, band, reasons, abstained, flags, features, route, model_id, method,
    playbook_version)
SELECT l.id, 1, 'unclear', 0, '', '', '[]', score, f.band, '[]', '', '[]', facts, '{}', %(model)s, 'model',
    %(playbook)s
FROM bench_facts f JOIN leads_lead l ON l.email = 'p' || n || '@bench.example' ORDER BY l.id
"""
SCORES = """
INSERT INTO leads_leadscore (lead_id, score, fit, intent, reasons, probability, scored_at, by_verdict,
    by_model, by_playbook)
SELECT v.lead_id, f.score, f.fit, f.intent, f.reasons, f.probability, now(), v.id, %(model)s, %(playbook)s
FROM bench_facts f JOIN leads_lead l ON l.email = 'p' || n || '@bench.example'
JOIN qualification_verdict v ON v.lead_id = l.id
"""


def measure(*, is_bought=False):
    """Print how many open leads a second get new numbers (read, scored, stored with their history and
    committed by two workers), and how many their reasons: from when the first portion is taken.
    `is_bought`: leads of a bought list instead of those who came to the firm's site.
    """
    from leadboard.leads.models import LeadScore

    open_leads(live_model(is_bought), is_bought)
    sql(AGAIN)
    sql("VACUUM ANALYZE")
    leads, began = LeadScore.objects.count(), time.perf_counter()
    plain_again()
    floor = leads / (time.perf_counter() - began)
    with workers():
        cold, _ = scored_again()
        sql("VACUUM ANALYZE")
        warm, told = scored_again()
    beside = "the same facts read and columns written by plain SQL, nothing scored"
    who = "leads of a list (12 facts)" if is_bought else "leads who write and come back (31 facts)"
    print(f"{who} scored again and stored, by two workers\t{warm}\tleads/s\t{floor}\t{beside}")
    print(f"  the same by workers that have scored nothing yet\t{cold}\tleads/s\t\t")
    print(f"  and the reasons of each after that\t{told}\tleads/s\t\t")
    sql(AWAY)


def scored_again():
    """Give everybody a point more; return (leads scored, leads told why) a second."""
    from leadboard.playbook import versions
    from leadboard.playbook.models import PlaybookVersion
    from qualification import jobs
    from qualification.models import Rescoring

    text = PlaybookVersion.objects.get(active=True).text
    versions.apply(re.sub(r"(?<=base: )\d+", lambda base: str(int(base[0]) + 1), text, count=1))
    assert jobs.watch_rescoring()
    work = Rescoring.objects.filter(pk=Rescoring.objects.latest("pk").pk)
    marks = []
    for is_so in ({"handed_out__gt": 0}, {"scored_at__isnull": False}, {"finished_at__isnull": False}):
        wait(lambda is_so=is_so: work.filter(**is_so).exists())
        marks.append(time.perf_counter())
    began, scored, told = marks
    leads = work.get().scored
    assert leads >= OPEN
    return leads / (scored - began), leads / (told - scored)


@contextlib.contextmanager
def workers():
    """The product's job runner, started and at work."""
    from django_q.models import OrmQ
    from django_q.tasks import async_task

    program = subprocess.Popen([sys.executable, "manage.py", "jobs"], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        async_task("leadboard.health.beats.note_job")
        wait(lambda: not OrmQ.objects.exists())
        yield
    finally:
        program.terminate()
        program.wait(60)


def wait(is_so):
    """Wait until it is so."""
    until = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def live_model(is_bought):
    """Train on what became of earlier leads; return the stored model that judges from now on."""
    from qualification import store
    from qualification.learning import promotion
    from qualification.learning.outcomes import Example
    from qualification.learning.study import Candidate
    from qualification.models import ScoringModel
    from qualification.score import blend
    from qualification.score.columns import plan_columns
    from qualification.score.learner import learn

    rows, won = open_board.leads(OUTCOMES, is_bought=is_bought)
    learned, curve = learn(plan_columns(rows), rows, won), blend.prior_curve()
    known = [Example(place, row, end) for place, (row, end) in enumerate(zip(rows, won, strict=True))]
    voices = blend.mixed(curve, learned.card, learned.share, learned.slope)
    final = Candidate(curve, learned, blend.evidence_of(won), sum(won) / len(won), voices=voices)
    card = promotion.card_of(final, known)
    sealed = store.seal(b"bench", card["served"])
    return ScoringModel.objects.create(
        number=1, state="live", content=b"bench", sha256=sealed, outcomes=len(won), card=card
    )


def open_leads(model, is_bought):
    """Put OPEN leads on the board, judged by this model; hardly two have the same facts."""
    from django.db import connection

    from leadboard.playbook import policy, versions
    from qualification import store

    playbook, (scorer, _) = versions.active(), store.live_scorer()
    rows, _ = open_board.leads(OPEN, seed=2, is_bought=is_bought)
    judged = scorer.judge_all(playbook, rows)
    sql("CREATE TABLE bench_facts (n int, facts jsonb, score int, fit int, intent int, reasons jsonb,"
        " probability float8, band text)")  # fmt: skip
    with connection.cursor() as cursor, cursor.copy("COPY bench_facts FROM STDIN") as copy:
        for n, (facts, one) in enumerate(zip(rows, judged, strict=True)):
            band = policy.band(playbook, one.score)
            told = (one.score, one.fit, one.intent, json.dumps(one.reasons), one.probability, band)
            copy.write_row((n, json.dumps(facts), *told))
    for statement in (LEADS, VERDICTS, SCORES):
        sql(statement, {"model": model.pk, "playbook": playbook.version})
        sql("ANALYZE")


def plain_again():
    """Read the facts of OPEN leads and write as many narrow rows with an index, 5,000 at a time."""
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


def sql(statement, values=None):
    """Do this in the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
