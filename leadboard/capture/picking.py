"""Map by clicking: each value of a delivery, with the field of ours that it is, guessed or mapped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadboard.capture import entries, mapping
from leadboard.capture.digest import entry_of
from leadboard.capture.mapping import FIELDS
from leadboard.capture.models import Source, Submission, SubmissionState

SHOWN = tuple(name for name in FIELDS if name not in ("lead_type", "basis"))
MOST_ROWS, LONGEST_SAMPLE = 80, 300
OWN = ""  # the choice that leaves a value among the firm's own fields


@dataclass(frozen=True)
class Row:
    """One value of a delivery: its path, what stood there, and which field of ours it is ("" for none)."""

    path: str
    sample: str
    field: str
    is_mapped: bool  # by a person; else it is a guess


def rows_of(submission: Submission) -> list[Row]:
    """Return the values of a delivery in their order; none of one that cannot be read."""
    entry = entry_of(submission)
    rules = submission.source.mapping
    assigned, left = mapping.assign(entry.fields, entries.rules(entry, rules), submission.received_at)
    named = [
        (name, leaf) for name, taken in assigned.items() for leaf in taken if name in (*SHOWN, mapping.NOM)
    ]
    every = mapping.leaves(entry.fields)
    field_at = {leaf.path: "last_name" if name == mapping.NOM else name for name, leaf in named}
    rows = [_row(leaf, field_at.get(leaf.path, OWN), rules) for leaf in every[:MOST_ROWS]]
    return rows if left or named else []


def choose(source: Source, rows: list[Row], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return the source's mapping with what was chosen: {path: our field, or OWN}.

    Several values of one field are joined in their order. A field that was guessed and that nobody chose is
    null, so that it is not guessed again; what the mapping says of values that are not here stays.
    """
    here = {row.path for row in rows}
    fields: dict[str, list[str]] = {}
    for row in rows:
        if (field := chosen.get(row.path, row.field)) in SHOWN:
            fields.setdefault(field, []).append(row.path)
    elsewhere = {
        name: path for name, path in source.mapping.items() if name not in SHOWN or not _is_of(path, here)
    }
    unchosen = {row.field: None for row in rows if row.field and row.field not in fields}
    picked = {field: paths[0] if len(paths) == 1 else paths for field, paths in fields.items()}
    return unchosen | elsewhere | picked


def to_pick_from(source: Source, wanted: str = "") -> Submission | None:
    """Return the delivery that was asked for, else the newest that waits, else the newest with fields."""
    deliveries = source.submissions.exclude(state=SubmissionState.SPLIT).select_related("source")
    if wanted:
        return deliveries.filter(pk=wanted).first()
    newest = list(deliveries.order_by("-received_at")[:20])
    waiting = [one for one in newest if one.state == SubmissionState.QUARANTINED]
    return next((one for one in [*waiting, *newest] if rows_of(one)), None)


def _row(leaf: Any, field: str, rules: Mapping[str, Any]) -> Row:
    value = ", ".join(map(str, leaf.value)) if isinstance(leaf.value, list) else str(leaf.value)
    return Row(leaf.path, value[:LONGEST_SAMPLE], field, is_mapped=field in rules)


def _is_of(path: Any, here: set[str]) -> bool:
    paths = path if isinstance(path, list) else [path]
    return any(one in here for one in paths)
