"""Files of imports that are over: kept for as long as somebody may ask what was in them, then taken away."""

from datetime import timedelta

from leadboard.imports import files
from leadboard.imports.models import AT_WORK, ImportRefusal, ImportRun, SeenKey, State
from leadboard.leads.clock import db_now

KEPT = timedelta(days=30)  # uploads hold personal data; the rows themselves live on as submissions
ORPHANED = timedelta(days=1)


def prune() -> int:
    """Take away uploads, spools and refused rows of runs of 30 days ago, and files that belong to no run;
    return how many files. The runs stay, with what became of how many rows; one never begun is over.
    """
    now = db_now()
    old = ImportRun.objects.filter(created_at__lt=now - KEPT).exclude(state__in=AT_WORK)
    ImportRefusal.objects.filter(run__in=old).delete()
    SeenKey.objects.filter(run__in=old).delete()
    old.filter(state__in=[State.UPLOADED, State.CHECKED]).update(state=State.CANCELLED, finished_at=now)
    kept = ImportRun.objects.exclude(pk__in=old.values("pk"))
    names = {str(pk) for pk in kept.values_list("pk", flat=True)}
    gone = [
        path for path in files.folder().iterdir()
        if path.name.partition(".")[0] not in names and path.stat().st_mtime < (now - ORPHANED).timestamp()
    ]  # fmt: skip
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
