"""The leads in order of time, with those columns only that are known when a lead comes in.

The file's other columns were written by sales afterwards; with them any model looks brilliant and is
worthless.
"""

import csv
import gzip
import io
from pathlib import Path
from typing import NamedTuple

# Our name of the field → their column. A blank and an untouched drop-down ("Select") both say nothing.
STRICT = {
    "lead_origin": "Lead Origin",
    "lead_source": "Lead Source",
    "visits": "TotalVisits",
    "seconds_on_site": "Total Time Spent on Website",
    "pages_per_visit": "Page Views Per Visit",
    "country": "Country",
    "specialization": "Specialization",
    "heard_from": "How did you hear about X Education",
    "city": "City",
    "free_copy": "A free copy of Mastering The Interview",
}
MAPPING = {"name": "name", **{name: name for name in STRICT}, "*": None}


class Row(NamedTuple):
    """One lead as it is posted, and how it ended."""

    fields: dict[str, str]
    won: bool


def rows(path: Path) -> list[Row]:
    """All leads of the file, oldest first."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as raw:
        table = list(csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8")))
    table.sort(key=lambda line: int(line["Lead Number"]))
    return [_row(line) for line in table]


def _row(line: dict[str, str]) -> Row:
    """The set holds no person, so the number stands for the name."""
    said = {name: line[column].strip() for name, column in STRICT.items()}
    said = {name: value for name, value in said.items() if value not in ("", "Select")}
    return Row({"name": f"Prospect {line['Lead Number']}", **said}, line["Converted"] == "1")
