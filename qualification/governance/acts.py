"""The log of acts on the models. Each entry is hashed to the one before; the database refuses to change
one.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection

from leadboard.leads.clock import db_now
from qualification.governance.models import Act, ActKind, FairnessReport
from qualification.models import ModelState, ScoringModel

# The acts that decide which model judges.
STANDING = (ActKind.PROMOTED, ActKind.ROLLED_BACK, ActKind.FELL_BACK)


def record(kind: str, *, why: str, by: Any = None, **what: Any) -> Act:
    """Append one act (`model`, `before`, `report` say on what); call it in the transaction of the act."""
    with connection.cursor() as cursor:
        # Two writers would chain to the same entry; readers are not held up.
        cursor.execute(f"LOCK TABLE {Act._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    last = Act.objects.order_by("-id").values_list("digest", flat=True).first()
    act = Act(kind=kind, why=why, by=by, at=db_now(), **what)
    act.digest = _link(bytes(last or b""), act)
    act.save(force_insert=True)
    return act


def _link(before: bytes, act: Act) -> bytes:
    report = bytes(act.report.digest).hex() if act.report else "-"
    told = (
        act.kind,
        act.model_id,
        act.before_id,
        act.report_id,
        report,
        act.by_id,
        act.at.isoformat(),
        act.why,
    )
    return hashlib.sha256(before + "|".join(map(str, told)).encode()).digest()


def first_fault() -> str:
    """What is wrong with the chain, or nothing."""
    return next(_faults(), "")


def verify(most: int) -> tuple[list[str], int]:
    """(what is wrong in words, `most` faults at most; how many entries there are), for `audit verify`."""
    return list(islice(_faults(), most)), Act.objects.count()


def _faults() -> Iterator[str]:
    before = b""
    for act in Act.objects.select_related("report").order_by("id"):
        if bytes(act.digest) != _link(before, act):
            yield f"Entry {act.pk} is not what was written, or the one before it is missing."
        before = bytes(act.digest)
    for report in FairnessReport.objects.order_by("id"):
        if bytes(report.digest) != seal(report):
            signed = Act.objects.filter(report=report).order_by("id").values_list("pk", flat=True).first()
            which = f"that entry {signed} signed" if signed else str(report.pk)
            yield f"The fairness report {which} was changed afterwards."
    yield from _not_what_stands()


def _not_what_stands() -> Iterator[str]:
    """The newest act says which model judges: another one was put live, or the last entries are gone."""
    last = Act.objects.filter(kind__in=STANDING).first()
    live = ScoringModel.objects.filter(state=ModelState.LIVE).values_list("pk", flat=True).first()
    if last is not None and last.model_id != live:
        yield f"What judges now is not what entry {last.pk} put in charge."


def seal(report: FairnessReport) -> bytes:
    """The digest over what a fairness report says."""
    told = (report.month, report.model_id, report.leads, _spelled(report.findings), _spelled(report.proxies))
    return hashlib.sha256("|".join(map(str, told)).encode()).digest()


def _spelled(value: Any) -> str:
    """A JSON value spelled the same before and after PostgreSQL had it (1.0 comes back as 1)."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_spelled(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_spelled, value)) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value))
    return repr(value)
