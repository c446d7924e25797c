"""What the rows of a run become: leads, by the door of all leads, or companies of our own table."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from leadboard.capture import bulk, foreseen, importing, mapping, sources
from leadboard.capture.models import Source
from leadboard.companies import columns as company_columns
from leadboard.companies import reconcile, upsert
from leadboard.imports import columns
from leadboard.imports.earlier import EarlierCompanies, EarlierPeople
from leadboard.imports.files import Slice
from leadboard.imports.models import ImportRun, Kind
from leadboard.sheets.reading import BadFile, Row

NEW, JOINED, KNOWN, REFUSED = bulk.NEW, bulk.JOINED, bulk.KNOWN, bulk.REFUSED


class Told(NamedTuple):
    """What became of a row, or would: new, joined, known or refused, with words about it."""

    row: Row
    done: str
    words: str = ""


class Rows(Protocol):
    """What a kind of rows can do."""

    @property
    def FIELDS(self) -> tuple[str, ...]:
        """The fields that a column may fill."""

    def guess(self, sample: dict[str, Any]) -> dict[str, str]:
        """Return {our field: column} as the headings, and a value of each, say."""

    def check(self, run: ImportRun) -> None:
        """Raise ValueError or BadFile when mapping and options do not fit."""

    def foresee(self, run: ImportRun, some: Slice) -> list[Told]:
        """Say what would become of rows; store nothing but what later rows of the trial are compared with."""

    def take_in(self, run: ImportRun, rows: Sequence[Row]) -> list[Told]:
        """Bring rows in, in the transaction that is open."""

    def finish(self, run: ImportRun) -> None:
        """Do what is to be done once all are in."""


class LeadRows:
    """Rows that are people; each is a submission of the source that was chosen."""

    FIELDS = tuple(name for name in mapping.FIELDS if name not in ("lead_type", "basis"))

    def guess(self, sample: dict[str, Any]) -> dict[str, str]:
        """Return what the headings and the cells below them say."""
        return columns.guess(sample, self.FIELDS)

    def check(self, run: ImportRun) -> None:
        """The source must be nameable and its mapping a mapping of columns that are there."""
        sources.check(_draft(run))
        importing.refuse_unknown_columns(run.columns, run.mapping)
        other = Source.objects.filter(name=run.options["source"]).exclude(vendor="generic").first()
        if other:
            raise ValueError(f"{other.name} takes leads of {other.vendor}; choose another name.")

    def foresee(self, run: ImportRun, some: Slice) -> list[Told]:
        """Say whom a row would join."""
        source = _draft(run)
        found = foreseen.foresee(some.rows, source, EarlierPeople(run, source, some.starts))
        return [Told(one.row, one.done, _why(one) or _joins(one.lead)) for one in found]

    def take_in(self, run: ImportRun, rows: Sequence[Row]) -> list[Told]:
        """Bring leads in."""
        basis = {"basis": run.options["basis"]} if run.options.get("basis") else {}
        done = importing.take_in(list(rows), source_of(run), run.sha256, basis)
        return [Told(one.row, one.done, _why(one)) for one in done]

    def finish(self, run: ImportRun) -> None:
        """Nothing is left to do."""


def _why(one: bulk.Outcome) -> str:
    """Return why a row is refused; a row is mended in its file, and nothing of it is replayed."""
    return one.why.partition(" Map one of them")[0]


def _joins(known: foreseen.Known | None) -> str:
    if known is None:
        return ""
    return f"joins row {known.row}" if isinstance(known, foreseen.Stranger) else f"joins {known}"


def _draft(run: ImportRun) -> Source:
    """Return the source of a run as it will be, unsaved; rows are read by this run's mapping."""
    chosen = {name: run.options.get(name, "") for name in ("lead_type", "campaign")}
    return Source(name=run.options["source"], mapping=_rules(run), **chosen)


def _rules(run: ImportRun) -> dict[str, Any]:
    """Return the mapping with what was not chosen for any of our fields set to nothing guessed."""
    return dict.fromkeys((*LeadRows.FIELDS, mapping.NOM)) | dict(run.mapping)


def source_of(run: ImportRun) -> Source:
    """Return the stored source with this run's mapping in hand; made when there is none of this name."""
    draft = _draft(run)
    source = Source.objects.filter(name=draft.name).first() or _made(draft, run)
    source.mapping, source.lead_type, source.campaign = draft.mapping, draft.lead_type, draft.campaign
    return source


def _made(draft: Source, run: ImportRun) -> Source:
    """Return the new source, or the one that another run of this name made a moment before."""
    given = {"mapping": draft.mapping, "lead_type": draft.lead_type, "campaign": draft.campaign}
    try:
        return sources.add(draft.name, by=run.by, **given)
    except ValueError:
        return Source.objects.get(name=draft.name)


class CompanyRows:
    """Rows that are companies; with the option `target` each is a target account."""

    FIELDS = company_columns.FIELDS

    def guess(self, sample: dict[str, Any]) -> dict[str, str]:
        """Return what the headings mean."""
        return company_columns.guess(list(sample))

    def check(self, run: ImportRun) -> None:
        """A company needs a domain or a name."""
        if not {"domain", "name"} & run.mapping.keys():
            raise ValueError("Say which column has the domain or the name of the company.")
        missing = [column for column in run.mapping.values() if column not in run.columns]
        if missing:
            raise BadFile(f"The file has no column {missing[0]!r}.")

    def foresee(self, run: ImportRun, some: Slice) -> list[Told]:
        """Say what would change, by what the rows above of the same companies say too."""
        above = EarlierCompanies(run, some)
        return self._put(run, [*above.rows, *some.rows], dry_run=True)[len(above.rows) :]

    def take_in(self, run: ImportRun, rows: Sequence[Row]) -> list[Told]:
        """Put companies into the table."""
        return self._put(run, rows, dry_run=False)

    def finish(self, run: ImportRun) -> None:
        """Look for the leads of these companies."""
        reconcile.later()

    def _put(self, run: ImportRun, rows: Sequence[Row], *, dry_run: bool) -> list[Told]:
        told: dict[int, Told] = {}
        read: list[tuple[Row, dict[str, Any]]] = []
        for row in rows:
            try:
                if row.problem:
                    raise ValueError(row.problem)
                fields = company_columns.read_row(row.cells, run.mapping)
                read.append((row, fields | ({"target": True} if run.options.get("target") else {})))
            except ValueError as refusal:
                told[row.number] = Told(row, REFUSED, str(refusal))
        outcomes = upsert.put([fields for _, fields in read], source=run.name, dry_run=dry_run)
        told |= {row.number: _told(row, one) for (row, _), one in zip(read, outcomes, strict=True)}
        return [told[row.number] for row in rows]


def _told(row: Row, outcome: upsert.Outcome) -> Told:
    done = {upsert.NEW: NEW, upsert.CHANGED: JOINED, upsert.SAME: KNOWN, upsert.REFUSED: REFUSED}[
        outcome.done
    ]
    changes = [
        f"{name}: {before or 'empty'} → {after}" for name, (before, after) in (outcome.changed or {}).items()
    ]
    return Told(row, done, outcome.why or "; ".join(changes)[:300])


def rows_of(run: ImportRun) -> Rows:
    """Return what the rows of a run are."""
    return LeadRows() if run.kind == Kind.LEADS else CompanyRows()
