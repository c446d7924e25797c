"""Countries by name, from the zone database's public table."""

from functools import cache
from importlib import resources


@cache
def countries() -> dict[str, str]:
    """Return {ISO 3166 code: English name}, by name."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return dict(sorted(rows, key=lambda row: row[1]))
