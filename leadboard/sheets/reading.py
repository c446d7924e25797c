"""CSV and XLSX files from outside, read row by row; every odd file is refused in exact words."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from leadboard.sheets import cells as _cells
from leadboard.sheets import open_workbook
from leadboard.sheets.bad_file import BadFile

__all__ = ["BadFile", "Row", "read_sheet"]

MOST_COLUMNS, LARGEST_CELL = 500, 131_072
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SEPARATORS = ",;\t|"
MOST_SURPLUS = 1_000  # cells behind the last column that are kept of a row
CHUNK = 1 << 20
OLE = b"\xd0\xcf\x11\xe0"  # how old workbooks begin, and new ones with a password
MOST_TITLES = 20  # rows among which the one that names the columns is looked for
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
Numbered = Iterator[tuple[int, list[Any]]]


class Row(NamedTuple):
    """One row: its number as a spreadsheet shows it, its cells by column, what is wrong with it ("":
    nothing), and the cells that stand under no column.
    """

    number: int
    cells: dict[str, Any]
    problem: str = ""
    surplus: Sequence[Any] = ()

    @property
    def said(self) -> list[Any]:
        """Return all cells in their order, those under no column last."""
        return [*self.cells.values(), *self.surplus]


def read_sheet(path: Path) -> Iterator[Row]:
    """Yield the rows below the header; empty rows are left out. Raises BadFile, also on the way."""
    try:
        with path.open("rb") as file:
            head = file.read(4_096)
    except OSError as error:
        raise BadFile(f"{path} cannot be opened: {error.strerror}.") from None
    if not head:
        raise BadFile("The file is empty.")
    if head.startswith(b"PK\x03\x04"):
        return _named(open_workbook.rows(path, MOST_COLUMNS + 1))
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in _beginning(path):
        raise BadFile("The workbook is protected by a password. Save it without one.")
    if start.startswith(OLE):
        raise BadFile("This is an old workbook (.xls), or none. Save it as XLSX or CSV.")
    if start.startswith((b"<", b"%pdf", b"{\\rtf")):
        raise BadFile("This is neither CSV nor XLSX. Save it as one of them.")
    return _named(_csv(path, _encoding(path, head)))


def left_out(path: Path) -> str:
    """Return a sentence about the sheets of a workbook that are not read; "" when there are none."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return ""
    read, others = open_workbook.sheets(path)
    few = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return f"Read from the sheet {read}; not read: {few}." if others else ""


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(CHUNK)


def _named(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[Row]:
    """Give the cells their column names."""
    number, header, rest = _below_titles(rows)
    names = _header(number, header)
    for number, cells in rest:
        if all(cell in ("", None) for cell in cells):
            continue
        surplus = cells[len(names) :]
        while surplus and surplus[-1] in ("", None):
            surplus.pop()
        many = len(names) + len(surplus)
        problem = f"It has {many} cells, the header has {len(names)}." if surplus else ""
        by_name = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
        yield Row(number, by_name, problem, surplus[:MOST_SURPLUS])


def _below_titles(rows: Numbered) -> tuple[int, list[Any], Numbered]:
    """Return the row that names the columns, its number, and the rows below. What stands above a table as its
    title (empty rows, rows of one cell where the table has several) is no row of it.
    """
    seen, rest = _first_of(rows, MOST_TITLES)
    filled = [sum(cell not in ("", None) for cell in cells) for _, cells in seen]
    wide = max(filled, default=0) > 1
    at = next((place for place, many in enumerate(filled) if many > (1 if wide else 0)), 0)
    number, header = seen[at] if seen else (1, [])
    return number, header, chain(seen[at + 1 :], rest)


def _first_of(rows: Numbered, most: int) -> tuple[list[tuple[int, list[Any]]], Numbered]:
    """Return the first rows and what follows them: the others, or the BadFile on the way to them."""
    seen: list[tuple[int, list[Any]]] = []
    try:
        for row in islice(rows, most):
            seen.append(row)
    except BadFile as refusal:
        if not seen:
            raise
        return seen, _broken(refusal)
    return seen, rows


def _broken(refusal: BadFile) -> Numbered:
    raise refusal
    yield  # a generator, so that it is raised only where reading goes on


def _header(number: int, cells: list[Any]) -> list[str]:
    """Return the names of the columns; raises BadFile when this row does not name them."""
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    row = "The first row" if number == 1 else f"Row {number}"
    while names and not names[-1]:
        names.pop()
    if not names:
        raise BadFile("The first row is empty; it must name the columns.")
    if len(names) > MOST_COLUMNS:
        raise BadFile(f"{len(names)} columns; at most {MOST_COLUMNS} are read.")
    value = next((name for name in names if E_MAIL.fullmatch(name)), None)
    if value is not None:
        raise BadFile(
            f"{row} must name the columns, and {value[:60]!r} is a value. Put a row of names above."
        )
    if "" in names:
        raise BadFile(f"Column {names.index('') + 1} of {row.lower()} has no name.")
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BadFile(f"{row} names {twice[:60]!r} twice.")
    return names


def _encoding(path: Path, head: bytes) -> str:
    """Return the encoding: by its mark, else UTF-8, else Windows-1252."""
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        raise BadFile("The file has NUL bytes: it is binary, or UTF-16 without a byte order mark.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _csv(path: Path, encoding: str) -> Iterator[tuple[int, list[Any]]]:
    csv.field_size_limit(LARGEST_CELL)
    line = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            separator, skipped = _separator(file.readline(LARGEST_CELL))
            if not skipped:
                file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            for cells in reader:
                line = reader.line_num + skipped
                if any("\x00" in cell for cell in cells):
                    raise BadFile(f"Line {line} has a NUL character.")
                yield line, [_cells.plain(cell) for cell in cells]
    except csv.Error as error:
        raise BadFile(f"After line {line}: {error}. Is a quote left open?") from None
    except UnicodeDecodeError:
        raise BadFile(f"After line {line} a byte is not {encoding}. Save the file as UTF-8.") from None


def _separator(line: str) -> tuple[str, int]:
    """Return the separator and how many lines declare it: `sep=;`, else the one most often outside quotes."""
    declared = line.strip().lower()
    if declared.startswith("sep=") and len(declared) == 5:
        return declared[4], 1
    outside = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside.count), 0
