"""Any file of leads as lines: CSV with whatever separator and encoding (also .gz), or XLSX. Lenient where an
import would refuse: a measurement can live with a header that is blank or named twice.
"""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

from leadboard.sheets.reading import BadFile, read_sheet

SEPARATORS, LARGEST_CELL = ",;\t|", 10_000_000
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def lines_of(path):
    """Return a dict a row, all values texts without blanks around them; SystemExit says what is wrong."""
    raw = _bytes(Path(path))
    if raw.startswith(b"PK\x03\x04"):
        return _workbook(Path(path))
    text = _decoded(raw)
    if not text.strip() or text.lstrip()[:1] == "<" or "\x00" in text[:4096]:
        raise SystemExit(f"{path} is no table: CSV (also .gz) or XLSX is needed")
    csv.field_size_limit(LARGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline="\n"), delimiter=_separator(text), skipinitialspace=True)
    names = _named(next(rows))
    cells = ([cell.strip() for cell in row] for row in rows)
    found = [dict(zip(names, [*row, *[""] * len(names)], strict=False)) for row in cells if any(row)]
    if not found:
        raise SystemExit(f"{path} has a header and no rows")
    return found


def _bytes(path):
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    except (OSError, EOFError) as error:
        raise SystemExit(f"{path} cannot be read: {error}") from None


def _workbook(path):
    try:
        return [{name: str(cell).strip() for name, cell in row.cells.items()} for row in read_sheet(path)]
    except BadFile as error:
        raise SystemExit(f"{path}: {error}") from None


def _decoded(raw):
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(text):
    """The one that stands most often, outside of quotes, in the first line."""
    first = text.lstrip("\n").partition("\n")[0]
    outside = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _named(header):
    """Give each column a name of its own."""
    names = [name.strip() or f"column {place}" for place, name in enumerate(header, 1)]
    counts = Counter()
    for place, name in enumerate(names):
        counts[name] += 1
        if counts[name] > 1:
            names[place] = f"{name} ({counts[name]})"
    return names
