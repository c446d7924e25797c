# ruff: noqa: E501 - SQL reads better in long lines
"""The board's first page over 10,000 and 1,000,000 leads: our query beside the same rows by key."""

import os
import subprocess
import sys

from leadboard import embedded
from tests.bench.figures import Figure

SIZES = (10_000, 1_000_000)
FILL = """
SET transaction_timeout = 0;
TRUNCATE leads_lead CASCADE;
ALTER TABLE leads_lead DISABLE TRIGGER lead_search_keep;
DROP INDEX lead_search_pieces;
INSERT INTO leads_lead (uid, stage, desk, version, digest, name, email, phone, company, title, country, website, message,
    source, campaign, lead_type, extra, basis, do_not_contact, target_account, enquiry_class, score, band, reasons,
    due_kind, due_at, due_state, created_at)
SELECT gen_random_uuid(), 'raw', CASE WHEN n %% 8 = 0 THEN 'board' WHEN n %% 3 = 0 THEN 'nurture' ELSE 'long_nurture' END,
    1, 'x', 'Prospect ' || n, 'p' || n || '@bench.example', '', 'Company ' || n %% 5000, 'COO', 'DE', '', 'Quote for 40 seats',
    'Demo form', '', 'demo', '{}', '', false, false, 'buying', n %% 101, 'high', '[]', 'first_action',
    now() + n %% 100000 * interval '1 second', 'running', now()
FROM generate_series(1, %s) n;
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO leads_leadsearch (lead_id, said) SELECT id, lead_search_text(name, email, company, phone) FROM leads_lead;
CREATE INDEX lead_search_pieces ON leads_leadsearch USING gin (lead_search_pieces(said));
ALTER TABLE leads_lead ENABLE TRIGGER lead_search_keep;
"""


def measure():
    """Print a line per figure, tab separated; runs in a process of its own with Django set up."""
    import time

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from leadboard.board import feed
    from leadboard.leads.models import Lead

    call_command("migrate", verbosity=0)

    def median_ms(work, times=60):
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
        return sorted(taken)[times // 2] * 1000

    def sql_ms(leads):
        sql, parameters = leads.query.sql_with_params()

        def ask():
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                cursor.fetchall()

        return median_ms(ask)

    for size in SIZES:
        with connection.cursor() as cursor:
            cursor.execute(FILL, [size])
            cursor.execute("VACUUM ANALYZE leads_lead, leads_leadsearch")
        pages = [("open", sort, "") for sort in ("deadline", "score", "newest")]
        searches = [("all", "newest", words) for words in ("", "prospect 77", "p4242@", "nobody")]
        for view, sort, words in pages + searches:
            found = feed.page(feed.matching(view, words), sort)
            floor = sql_ms(
                Lead.objects.filter(pk__in=[lead.pk for lead in found.leads] or [0]).select_related("owner")
            )
            ours = median_ms(lambda page=(view, words), sort=sort: feed.page(feed.matching(*page), sort))
            asked = f"{view} by {sort}" if not words else f'search "{words}"'
            print(f"board page, {asked}, {size:,} leads\t{ours}\tms\t{floor}\tthe same rows by key, SQL only")


def run(data):
    """Return the Figures, measured on the running embedded database of `data`."""
    environment = os.environ | {
        "DATABASE_URL": embedded.url(data),
        "DJANGO_SETTINGS_MODULE": "leadboard.settings",
    }
    code = "from tests.bench.pages import measure; measure()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") == 4]
    return [
        Figure(name, float(value), unit, float(floor), beside) for name, value, unit, floor, beside in rows
    ]
