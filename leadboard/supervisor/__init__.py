"""One parent for all programs of the product: what `manage.py up` runs.

Started as `python -m leadboard.supervisor`, without Django and without threads: it stays small, may
fork safely, and lives when the database is ill. honcho was looked at and not taken: its manager
stops everything when one program ends, and knows neither restarts, nor process groups, nor order.

    program.py      what is to run
    child.py        one running process group
    supervisor.py   the loop: output, restarts with backoff, orderly stop
    record.py       one supervisor per data folder; the leftovers of a killed one are ended
    plan.py         which programs `up` runs, from the environment
    startup.py      the steps of `up` until the banner
"""
