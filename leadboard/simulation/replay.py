"""Enquiries from a file: each row becomes one post to a source with the given mapping."""

from pathlib import Path

from leadboard.capture.importing import read_mapping, read_rows
from leadboard.capture.models import Source


def enquiries_from(file, mapping, source_name):
    """Yield (path, fields) for each row of a CSV or XLSX, by a source that has the mapping."""
    source, _ = Source.objects.update_or_create(
        name=source_name, defaults={"mapping": read_mapping(Path(mapping))}
    )
    for row in read_rows(Path(file)):
        yield (
            f"/intake/{source.key}/",
            {name: value for name, value in row.items() if value not in ("", None)},
        )
