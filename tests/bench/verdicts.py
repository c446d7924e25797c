"""First verdicts a second of leads that came in together, by the job's own code, beside the same rows by
plain SQL over one connection.
"""

import os
import subprocess
import sys

from leadboard import embedded

LEADS, PORTION = 6_000, 200
SAID = (
    "We need a quote for {n} seats, budget is approved and we start in January.", "",
    "Could you send me a brochure about plan {n}? We only compare for now.",
    "I would like to apply for the position of driver number {n}. My CV is attached.",
    "Bitte senden Sie uns ein Angebot für {n} Plätze.", "",
    "Do you ship to Norway, and what does number {n} cost?", "Our order {n} has not arrived, please help.",
)  # fmt: skip
NEW = (
    "qualification_verdict", "qualification_enrichment", "leads_leadscore", "leads_leadevent",
    "handoff_clock", "handoff_enrolment", "handoff_send", "handoff_awaitedrep",
)  # fmt: skip


def run(data):
    """Print the figures; Django is set up in a process of its own."""
    ours = {"DATABASE_URL": embedded.url(data), "LEADBOARD_DATA": str(data), "OMP_NUM_THREADS": "1"}
    ours["DJANGO_SETTINGS_MODULE"] = "leadboard.settings"
    subprocess.run([sys.executable, "-m", "tests.bench.verdicts"], env=os.environ | ours, check=True)
    return []


def main():
    """Judge leads that came in together and print how many a second, then the floor."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench.figures import Figure

    call_command("migrate", verbosity=0)
    first, last = captured()
    seconds, busy = judged(first, last)
    floor = LEADS / plain_rows(last)
    beside = f"same rows by plain SQL, a transaction of {PORTION} each"
    print("  " + Figure("first verdicts", LEADS / seconds, "leads/s", floor, beside).line(), flush=True)
    print("  " + Figure("  of that our own processor time", busy / LEADS * 1e3, "ms/lead").line(), flush=True)


def captured():
    """Bring in leads as an import does; return the first and the last of their events."""
    from django.db import transaction

    from leadboard.leads.batch import capture_all
    from leadboard.leads.models import LeadEvent

    for start in range(0, LEADS, PORTION):
        with transaction.atomic():
            leads = [lead_of(number) for number in range(start, start + PORTION)]
            capture_all(leads, [{"source": "Bench"}] * PORTION)
    keys = LeadEvent.objects.filter(kind="captured").order_by("pk").values_list("pk", flat=True)
    return keys.first(), keys.last()


def lead_of(number):
    """Return an unsaved lead; they differ as those of a list do."""
    from leadboard.leads.models import Lead

    return Lead(
        name=f"Prospect {number}", email=f"p{number}@firm{number}.example", company=f"Firm {number}",
        title=("COO", "Head of Sales", "Intern", "")[number % 4], source="Bench",
        phone=f"+4930{number:07d}" if number % 2 else "", country=("DE", "US", "")[number % 3],
        lead_type=("demo", "other", "content")[number % 3], message=SAID[number % len(SAID)].format(n=number),
        extra={"visits": str(number % 9)},
    )  # fmt: skip


def judged(first, last):
    """Return the seconds, and those of our own processor time, that the jobs need for all of them."""
    import time

    from django.db import connection
    from django_q.models import OrmQ

    from qualification import jobs
    from qualification.models import Verdict
    from qualification.text.classify import word_model

    word_model()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    OrmQ.objects.all().delete()
    began, busy = time.perf_counter(), time.process_time()
    while Verdict.objects.count() < LEADS:
        jobs.follow(first, last)
    return time.perf_counter() - began, time.process_time() - busy


def plain_rows(last):
    """Return the seconds that the rows of the verdicts take, copied as they are into tables like theirs, with
    a change of each lead for each of its events.
    """
    import time

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_lead (LIKE leads_lead INCLUDING ALL)")
        cursor.execute("INSERT INTO floor_lead SELECT * FROM leads_lead")
        for name in NEW:
            cursor.execute(f"CREATE TABLE floor_{name} (LIKE {name} INCLUDING INDEXES)")
            only = f" AND r.id > {last}" if name == "leads_leadevent" else ""
            cursor.execute(f"SELECT count(*) FROM {name} r WHERE true{only}")
            assert cursor.fetchone()[0] or name == "handoff_awaitedrep", name
        cursor.execute("VACUUM ANALYZE floor_lead")
        cursor.execute("SELECT id FROM leads_lead ORDER BY id")
        keys = [key for (key,) in cursor.fetchall()]
        portions = [keys[at : at + PORTION] for at in range(0, LEADS, PORTION)]
        work = [[*statements(cursor, portion, last)] for portion in portions]
        began = time.perf_counter()
        for statements_of_one in work:
            cursor.execute("BEGIN")
            for statement, rows in statements_of_one:
                cursor.executemany(statement, rows)
            cursor.execute("COMMIT")
        return time.perf_counter() - began


def statements(cursor, leads, last):
    """Yield (statement, rows) that write what became of these leads."""
    from tests.bench.imports import as_json

    for name in NEW:
        only = f" AND id > {last}" if name == "leads_leadevent" else ""
        cursor.execute(f"SELECT * FROM {name} WHERE lead_id = ANY(%s){only}", [leads])
        names = ", ".join(f'"{column.name}"' for column in cursor.description)
        marks = ", ".join(["%s"] * len(cursor.description))
        rows = [tuple(as_json(value) for value in row) for row in cursor.fetchall()]
        yield f"INSERT INTO floor_{name} ({names}) VALUES ({marks})", rows
    cursor.execute(
        "SELECT l.desk, l.stage, l.band, e.version, e.digest, l.due_at, l.id FROM leads_lead l"
        " JOIN leads_leadevent e ON e.lead_id = l.id WHERE l.id = ANY(%s) AND e.id > %s",
        [leads, last],
    )
    change = "desk = %s, stage = %s, band = %s, version = %s, digest = %s, due_at = %s"
    yield f"UPDATE floor_lead SET {change} WHERE id = %s", cursor.fetchall()


if __name__ == "__main__":
    main()
