"""Rows a second of an import by the job's own code, beside the same rows by plain SQL over one connection."""

import os
import subprocess
import sys

from leadboard import embedded

ROWS = 5_000


def run(data):
    """Print the figures; Django is set up in a process of its own."""
    ours = {"DATABASE_URL": embedded.url(data), "LEADBOARD_DATA": str(data)}
    ours["DJANGO_SETTINGS_MODULE"] = "leadboard.settings"
    subprocess.run([sys.executable, "-m", "tests.bench.imports"], env=os.environ | ours, check=True)
    return []


def main():
    """Import a file of new people and print rows a second, then the floor."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    figures = [*measured()]
    for figure in figures:
        print("  " + figure.line(), flush=True)


def table(path):
    """Write a table of people that nobody knows, each of a firm of their own."""
    with path.open("w") as file:
        file.write("Name,E-mail,Phone,Company,Job title,Message\n")
        for n in range(ROWS):
            file.write(
                f"Prospect {n},p{n}@firm{n}.example,+4930{n:07d},Firm {n},COO,We need a quote for {n} seats\n"
            )


def measured():
    """Yield the figures of trial, import, of the second run of the same file, and of the floor."""
    from tests.bench.figures import Figure

    tried, seconds = worked("leads.csv")
    _, again = worked("leads.csv")
    floor = ROWS / plain_rows()
    yield Figure(
        "import, new people", ROWS / seconds, "rows/s", floor, "same rows, a transaction of 200 each"
    )
    yield Figure("its trial", ROWS / tried, "rows/s")
    yield Figure("the same file again", ROWS / again, "rows/s")


def worked(name):
    """Return the seconds that trial and import of a file take the job, mapped as the wizard guesses."""
    import time

    from leadboard.imports import files, forms, runner
    from leadboard.imports.models import ImportRun, State
    from leadboard.people.models import User

    by, _ = User.objects.get_or_create(email="bench@bench.example", defaults={"role": "marketer"})
    run = ImportRun.objects.create(name=name, by=by, sha256="bench", options={"source": "Bench import"})
    table(files.upload_of(run))
    run.columns = list(files.first_rows(run)[0].cells)
    run.mapping = forms.guessed(run)
    run.save()
    spent = []
    for state in (State.CHECKING, State.RUNNING):
        runner.begin(run, state)
        began = time.perf_counter()
        while ImportRun.objects.get(pk=run.pk).is_at_work:
            runner.work(str(run.pk))
        spent.append(time.perf_counter() - began)
    run.refresh_from_db()
    assert (run.state, run.done, run.counts.get("refused")) == (State.DONE, ROWS, None)
    return spent


def plain_rows():
    """Return the seconds that the rows of the import take, copied as they are into tables like theirs."""
    import time

    from django.db import connection

    tables = ("capture_submission", "leads_lead", "leads_leadevent", "handoff_clock", "capture_identitykey")
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"CREATE TABLE floor_{name} (LIKE {name} INCLUDING INDEXES)")
            cursor.execute(f"SELECT * FROM {name}")
        batches = {name: _pieces(cursor, name) for name in tables}
        began = time.perf_counter()
        for number in range(ROWS // 200):
            cursor.execute("BEGIN")
            for name in tables:
                statement, pieces = batches[name]
                if number < len(pieces):
                    cursor.executemany(statement, pieces[number])
            cursor.execute("COMMIT")
        return time.perf_counter() - began


def _pieces(cursor, name):
    """Return the INSERT of a table and its rows in as many pieces as the import had batches."""
    cursor.execute(f"SELECT * FROM {name}")
    rows = [tuple(as_json(value) for value in row) for row in cursor.fetchall()]
    names = ", ".join(f'"{column.name}"' for column in cursor.description)
    marks = ", ".join(["%s"] * len(cursor.description))
    size = -(-len(rows) * 200 // ROWS) or 1
    statement = f"INSERT INTO floor_{name} ({names}) VALUES ({marks})"
    return statement, [rows[at : at + size] for at in range(0, len(rows), size)]


def as_json(value):
    """Return a value as it travels in a parameter."""
    from psycopg.types.json import Jsonb

    return Jsonb(value) if isinstance(value, dict | list) else value


if __name__ == "__main__":
    main()
