"""The rows of a workbook from outside: of the first sheet that people see and that holds a table."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from leadboard.sheets import cells as _cells
from leadboard.sheets.bad_file import BadFile

LARGEST_UNPACKED, MOST_MEMBERS = 300_000_000, 2_000
LOOKED_AT = 50  # rows of a sheet among which two must say something for it to be a table
# What stands in a cell whose formula failed: no value.
FAILED = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"))
# Other things that come as a zip archive, by a member of theirs.
OTHERS = {
    "xl/workbook.bin": "This is a binary workbook (.xlsb). Save it as XLSX or CSV.",
    "content.xml": "This is an OpenDocument file. Save it as XLSX or CSV.",
    "Index/Document.iwa": "This is a Numbers file. Export it as XLSX or CSV.",
    "word/document.xml": "This is a Word document. Save its table as XLSX or CSV.",
}
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


def rows(path: Path, most_columns: int) -> Iterator[tuple[int, list[Any]]]:
    """Yield number and cells of each row; formulas as they were last worked out. Raises BadFile, also on the
    way.
    """
    _refuse_others(path)
    try:
        with path.open("rb") as file:
            sheet = _sheet_of(openpyxl.load_workbook(file, read_only=True, data_only=True))
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                yield number, [_plain(cell) for cell in cells[:most_columns]]
    except UNREADABLE as error:
        raise BadFile(f"The workbook cannot be read: {error}.") from None


def sheets(path: Path) -> tuple[str, list[str]]:
    """Return the name of the sheet that is read, and those of the others that people see. Raises BadFile."""
    _refuse_others(path)
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            read = _sheet_of(book).title
            return read, [one.title for one in _visible(book) if one.title != read]
    except UNREADABLE as error:
        raise BadFile(f"The workbook cannot be read: {error}.") from None


def _sheet_of(book: Any) -> Any:
    """Return the first visible sheet with a table, else with a list; the first sheet where there is none."""
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # the file may claim a million columns
    visible = _visible(book)
    found = (sheet for columns in (2, 1) for sheet in visible if _is_table(sheet, columns))
    return next(found, book.worksheets[0]) if len(visible) > 1 else [*visible, *book.worksheets][0]


def _visible(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _is_table(sheet: Any, columns: int) -> bool:
    """Has a sheet two rows that say something in so many columns?"""
    seen = islice(sheet.iter_rows(values_only=True), LOOKED_AT)
    return sum(sum(cell not in ("", None) for cell in cells) >= columns for cells in seen) > 1


def _refuse_others(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadFile(f"The workbook cannot be opened: {error}.") from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        other = next((words for name, words in OTHERS.items() if name in names), None)
        raise BadFile(other or "This is a zip archive and no XLSX workbook.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise BadFile(f"The workbook unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB.")


def _plain(cell: Any) -> Any:
    """Return a cell as JSON can hold it: times in ISO form, whole numbers without a point."""
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    if isinstance(cell, str):
        return "" if cell in FAILED else _cells.plain(cell)
    return cell if isinstance(cell, int | float) else ("" if cell is None else str(cell))
