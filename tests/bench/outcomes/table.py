"""Any CSV of leads with a known end, read through a mapping into the facts that the product itself would
have kept of each lead (`qualification.facts.facts_with`: the same typing, classes and phrases).
"""

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from leadboard.leads.models import Lead
from qualification.classify import classify
from qualification.enrich import find_out
from qualification.facts import facts_with

XED = Path(__file__).resolve().parents[4] / "shared" / "data" / "x_education_leads.csv.gz"
XED_MAPPING = Path(__file__).with_name("x_education.yaml")
KEYS = {"outcome", "won", "lost", "order", "only", "drop", "missing", "text", "rename", "lead_type"}
LEAD_FIELDS = ("email", "phone", "company", "title", "country", "message", "source", "campaign")
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
NO_CLOCK = ("hour", "weekday")


class Table(NamedTuple):
    """The facts of the leads, oldest first, and 1 for won, 0 for lost."""

    facts: list[dict]
    won: list[int]


def read(path, mapping_path, playbook, limit=None):
    """Return the Table of a CSV (also .gz) under a mapping; SystemExit names what is wrong with it."""
    mapping = _checked(yaml.safe_load(Path(mapping_path).read_text()) or {}, mapping_path)
    lines = _lines(Path(path))
    _check_columns(mapping, lines)
    lines = [line for line in lines if _ended(line, mapping)]
    if mapping.get("order"):
        lines.sort(key=lambda line: _moment_key(line[mapping["order"]]))
    lines = lines[-limit:] if limit else lines
    facts = [_facts(line, mapping, playbook) for line in lines]
    wins = set(map(str, mapping["won"]))
    return Table(facts, [int(line[mapping["outcome"]].strip() in wins) for line in lines])


def _lines(path):
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")
        head = text.read(20_000)
        text.seek(0)
        separator = max(",;\t|", key=head.partition("\n")[0].count)
        return [
            {name: value or "" for name, value in line.items() if isinstance(name, str)}
            for line in csv.DictReader(text, delimiter=separator)
        ]


def _checked(mapping, path):
    strange = set(mapping) - KEYS
    if strange or not {"outcome", "won"} <= set(mapping):
        raise SystemExit(
            f"{path}: needs outcome and won, may have {sorted(KEYS)}, not {sorted(strange) or 'less'}"
        )
    mapping["won"] = mapping["won"] if isinstance(mapping["won"], list) else [mapping["won"]]
    return mapping


def _check_columns(mapping, lines):
    known = set(lines[0]) if lines else set()
    named = [mapping["outcome"], mapping.get("order"), mapping.get("text"), *mapping.get("only", ())]
    wrong = [name for name in [*named, *mapping.get("drop", ()), *mapping.get("rename", {})] if name]
    wrong = sorted({name for name in wrong if name not in known})
    if wrong:
        raise SystemExit(f"the file has no column {', '.join(wrong)}; it has {', '.join(sorted(known))}")


def _ended(line, mapping):
    value = line[mapping["outcome"]].strip()
    lost = mapping.get("lost")
    return bool(value) and (lost is None or value in {*map(str, mapping["won"]), *map(str, lost)})


def _moment_key(value):
    """Numbers by size, dates by time, anything else by its letters; what is blank comes first."""
    try:
        return (1, float(value), "")
    except ValueError:
        pass
    try:
        return (1, datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp(), "")
    except ValueError:
        return (0 if not value.strip() else 2, 0.0, value)


def _facts(line, mapping, playbook):
    said = _said(line, mapping)
    ours = {name: said.pop(name) for name in LEAD_FIELDS if name in said and len(said[name]) > 0}
    if len(ours.get("country", "")) != 2:
        said |= {"country": ours.pop("country")} if "country" in ours else {}
    lead = Lead(**ours, extra=said, lead_type=mapping.get("lead_type", "other"), submitted_at=NO_DATE)
    found = find_out(lead.email, lead.phone, lead.country)
    facts = facts_with({}, lead, found, classify(lead.message), playbook)
    return {name: value for name, value in facts.items() if name not in NO_CLOCK}


def _said(line, mapping):
    """What a mapping of the intake would let in: no outcome, no order, no leak, no missing marker."""
    out = {mapping["outcome"], mapping.get("order"), *mapping.get("drop", ())}
    names = [name for name in mapping.get("only", line) if name not in out]
    names += [mapping["text"]] if mapping.get("text") and mapping["text"] not in names else []
    ours = mapping.get("rename", {}) | ({mapping["text"]: "message"} if mapping.get("text") else {})
    missing = {"", *map(str, mapping.get("missing", ()))}
    said = {ours.get(name, name): line[name].strip() for name in names}
    return {name: value for name, value in said.items() if value not in missing}
