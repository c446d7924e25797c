"""Any file of leads with a known end, read through a mapping into the facts that the product itself would
have kept of each lead (`qualification.facts.facts_with`: the same typing, classes and phrases).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from leadboard.leads.models import Lead
from qualification.enrich import find_out
from qualification.facts import facts_with
from qualification.text.classify import classify
from tests.bench.outcomes import guess, labels, moments
from tests.bench.outcomes.lines import lines_of

XED = Path(__file__).resolve().parents[4] / "shared" / "data" / "x_education_leads.csv.gz"
XED_MAPPING = Path(__file__).with_name("x_education.yaml")
KEYS = {"outcome", "won", "lost", "order", "only", "drop", "missing", "text", "rename", "lead_type", "keep"}
LEAD_FIELDS = ("email", "phone", "company", "title", "country", "message", "source", "campaign")
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
NO_CLOCK = ("hour", "weekday")
SHOWN = 12


class Table(NamedTuple):
    """The facts of the leads, oldest first; 1 for won, 0 for lost; what was guessed of the file; fields that
    are used although they look like leaks.
    """

    facts: list[dict]
    won: list[int]
    guessed: list[str] = []
    keep: list[str] = []


def read(path, mapping_path, playbook, limit=None):
    """Return the Table of a file under a mapping (None: guessed); SystemExit names what is wrong with it."""
    lines = lines_of(path)
    mapping, guessed = (_given(mapping_path), []) if mapping_path else guess.mapping_of(lines)
    _check_columns(mapping, lines)
    ends = _ends(mapping, lines)
    known = [(line, end) for line, end in zip(lines, ends, strict=True) if end is not None]
    if mapping.get("order"):
        keys = moments.keys_of([line[mapping["order"]] for line, _ in known])
        known = [pair for _, pair in sorted(zip(keys, known, strict=True), key=lambda keyed: keyed[0])]
    known = known[-limit:] if limit else known
    facts = [_facts(line, mapping, playbook) for line, _ in known]
    ours = mapping.get("rename") or {}
    keep = [ours.get(name, name) for name in mapping.get("keep", ())]
    return Table(facts, [end for _, end in known], guessed, keep)


def _given(path):
    try:
        mapping = yaml.safe_load(Path(path).read_text()) or {}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path} cannot be read: {error}") from None
    strange = set(mapping) - KEYS if isinstance(mapping, dict) else {"a list or a text"}
    if strange or not {"outcome", "won"} <= set(mapping):
        raise SystemExit(
            f"{path}: needs outcome and won, may have {sorted(KEYS)}, not {sorted(strange) or 'less'}"
        )
    for key in ("won", "lost", "only", "drop", "keep", "missing"):
        if key in mapping and not isinstance(mapping[key], list):
            mapping[key] = [mapping[key]]
    return mapping


def _check_columns(mapping, lines):
    known = set(lines[0])
    named = [mapping["outcome"], mapping.get("order"), mapping.get("text"), *mapping.get("only", ())]
    named += [*mapping.get("drop", ()), *mapping.get("keep", ())]
    wrong = [name for name in [*named, *(mapping.get("rename") or {})] if name]
    wrong = sorted({str(name) for name in wrong if name not in known})
    if wrong:
        raise SystemExit(f"the file has no column {', '.join(wrong)}; it has {', '.join(sorted(known))}")


def _ends(mapping, lines):
    """1, 0 or None (not over yet) a line."""
    said = [labels.plain(line[mapping["outcome"]]) for line in lines]
    there = {label for label in said if label}
    won = labels.matching(mapping["won"], there)
    lost = labels.matching(mapping["lost"], there) if mapping.get("lost") else there - won
    if not won or not lost:
        shown = ", ".join(sorted(there)[:SHOWN]) + (" …" if len(there) > SHOWN else "")
        which = f"won is {mapping['won']}" + (f", lost is {mapping['lost']}" if mapping.get("lost") else "")
        raise SystemExit(
            f"under this mapping no lead ended as {'won' if not won else 'lost'}: {which}, and the values of "
            f"{mapping['outcome']} are {shown or 'all blank'}"
        )
    return [1 if label in won else 0 if label in lost else None for label in said]


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
    ours = (mapping.get("rename") or {}) | ({mapping["text"]: "message"} if mapping.get("text") else {})
    missing = {"", *map(str, mapping.get("missing", ()))}
    said = {ours.get(name, name): line[name] for name in names}
    return {name: value for name, value in said.items() if value not in missing}
