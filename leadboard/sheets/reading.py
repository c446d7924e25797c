"""CSV and XLSX files from outside, read row by row; every odd file is refused in exact words."""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from leadboard.sheets import cells as _cells

MOST_COLUMNS, LARGEST_CELL, LARGEST_UNPACKED, MOST_MEMBERS = 500, 131_072, 300_000_000, 2_000
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SEPARATORS = ",;\t|"
CHUNK = 1 << 20
OLE = b"\xd0\xcf\x11\xe0"  # how old workbooks begin, and new ones with a password
MOST_TITLES = 20  # rows among which the one that names the columns is looked for
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
Numbered = Iterator[tuple[int, list[Any]]]
# What openpyxl and the XML parser raise for workbooks that are broken in one way or another.
UNREADABLE = (
    InvalidFileException,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,
    OSError,
    zipfile.BadZipFile,
)


class BadFile(Exception):
    """The file as a whole cannot be read; the text says why."""


class Row(NamedTuple):
    """One row: its number as a spreadsheet shows it, its cells by column, and what is wrong with it ("":
    nothing).
    """

    number: int
    cells: dict[str, Any]
    problem: str = ""


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
        return _named(_workbook(path))
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in _beginning(path):
        raise BadFile("The workbook is protected by a password. Save it without one.")
    if start.startswith((b"<", b"%pdf", OLE, b"{\\rtf")):
        raise BadFile("This is neither CSV nor XLSX. Save it as one of them.")
    return _named(_csv(path, _encoding(path, head)))


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
        surplus = [cell for cell in cells[len(names) :] if cell not in ("", None)]
        problem = f"It has {len(cells)} cells, the header has {len(names)}." if surplus else ""
        yield Row(number, dict(zip(names, [*cells, *[""] * len(names)], strict=False)), problem)


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


def _workbook(path: Path) -> Iterator[tuple[int, list[Any]]]:
    _refuse_bomb(path)
    try:
        with path.open("rb") as file:
            sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
            sheet.reset_dimensions()  # the file may claim a million columns
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                yield number, [_plain(cell) for cell in cells[: MOST_COLUMNS + 1]]
    except UNREADABLE as error:
        raise BadFile(f"The workbook cannot be read: {error}.") from None


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadFile(f"The workbook cannot be opened: {error}.") from None
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise BadFile("This is a zip archive and no XLSX workbook.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise BadFile(f"The workbook unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB.")


def _plain(cell: Any) -> Any:
    """Return a cell as JSON can hold it: times in ISO form, whole numbers without a point."""
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    if isinstance(cell, str):
        return _cells.plain(cell)
    return cell if isinstance(cell, int | float) else ("" if cell is None else str(cell))
