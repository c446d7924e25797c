"""An XLSX workbook of one sheet, written row by row and sent as it grows: memory stays flat, nothing waits.

Text is text by its type, and what would look like a formula also bears the mark by which Excel keeps it text
when somebody edits it. Times are real dates in UTC.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from xml.sax.saxutils import escape

from leadboard.sheets import cells

MOST_ROWS, LONGEST_CELL = 1_048_576, 32_767  # what Excel takes
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
AT_ONCE = 65_536
TEXT, PREFIXED, MOMENT, HEADING = range(4)
DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SCHEMAS = "http://schemas.openxmlformats.org"
_MAIN = f"{_SCHEMAS}/spreadsheetml/2006/main"
_OFFICE = f"{_SCHEMAS}/officeDocument/2006/relationships"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FONT = '<font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETML}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEETML}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETML}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    f'<fonts count="2">{_FONT}</fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf quotePrefix="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
HEAD = (
    f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<sheetData>"
)


class _Pieces:
    """What zipfile takes for a file that cannot be wound back: keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        """Keep a piece."""
        self.kept.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self.kept, self.size = b"".join(self.kept), [], 0
        return taken


def pieces(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the workbook of a table, piece by piece. Rows beyond what Excel takes are left out."""
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in PARTS.items():
            archive.writestr(name, _DECLARED + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((HEAD + _row([_text(name, HEADING) for name in header])).encode())
            for number, row in enumerate(rows, 2):
                if number <= MOST_ROWS:
                    sheet.write(_row([_cell(value) for value in row]).encode())
                if out.size > AT_ONCE:
                    yield out.take()
            sheet.write(b"</sheetData></worksheet>")
    yield out.take()


def _row(written: list[str]) -> str:
    return f"<row>{''.join(written)}</row>"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return _text("yes" if value else "no")
    if isinstance(value, int | float) and abs(value) < 10**15:
        return f"<c><v>{value!r}</v></c>"
    if isinstance(value, date):
        return _moment(value)
    text = str(value)
    return _text(text, PREFIXED if cells.is_risky(text) else TEXT)


def _text(value: str, style: int = TEXT) -> str:
    text = escape(ILLEGAL.sub("", value)[:LONGEST_CELL])
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _moment(value: date) -> str:
    """Return a day or a time as days since 1900, in UTC."""
    at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    days = (at.astimezone(UTC) - DAY_ZERO).total_seconds() / 86_400
    return f'<c s="{MOMENT}"><v>{days:.10f}</v></c>' if days > 0 else _text(value.isoformat())
