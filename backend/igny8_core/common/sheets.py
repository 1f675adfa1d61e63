"""Rows as CSV and XLSX whose cells no spreadsheet takes for formulas, written one row at a time."""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import orjson
from openpyxl.utils import get_column_letter

# What a spreadsheet would take for a formula; the wide ones are the same keys of an East Asian keyboard.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XLSX_TYPE = f"{_TYPE}.sheet"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no way to write them
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read "_x0041_" as "A"
_ROWS_IN_SHEET = 1_048_576
_ROWS_AT_ONCE = 500
_WIDTHS = (10, 60)  # characters: the narrowest and the widest column

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOLD = ' s="1"'
# Style 0 is plain, style 1 is the header's bold; two fills and a border must be there.
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" '
    'xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def safe_cell(value: object) -> int | float | Decimal | str:
    """A value as a cell: numbers stay numbers, a text that looks like a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return _MARK + text if text.lstrip(_MARK).startswith(_FORMULA) else text


def cell_text(text: str) -> str:
    """The text that `safe_cell` was given: what it put in front is taken away, everything else stays."""
    is_marked = text.startswith(_MARK) and text.lstrip(_MARK).startswith(_FORMULA)
    return text[len(_MARK) :] if is_marked else text


def csv_line(values: Iterable[object]) -> str:
    """One line with its end; its cells are safe."""
    buffer = StringIO()
    csv.writer(buffer).writerow([safe_cell(value) for value in values])
    return buffer.getvalue()


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A header and rows, line by line; the mark in front tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + csv_line(columns)
    for row in rows:
        yield csv_line(row)


def xlsx_write(
    target: IO[bytes], *, title: str, columns: Sequence[str], rows: Iterable[Iterable[object]]
) -> None:
    """Write rows as a workbook, as `xlsx_chunks` gives it."""
    for chunk in xlsx_chunks(title=title, columns=columns, rows=rows):
        target.write(chunk)


def xlsx_chunks(*, title: str, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The bytes of a workbook with a standing header, while its rows come; memory does not grow with them.

    More rows than a sheet holds go on in a further one. Every text is stored as text, whatever it looks like.
    """
    pipe = _Pipe()
    titles: list[str] = []
    coming = iter(rows)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # to write and flush is enough
        while (first := next(coming, None)) is not None or not titles:
            titles.append(_title(title, len(titles)))
            with archive.open(f"xl/worksheets/sheet{len(titles)}.xml", "w") as sheet:
                sheet.write(_sheet_head(columns).encode())
                count = 2
                while first is not None:
                    sheet.write(_row(first, number=count).encode())
                    if count % _ROWS_AT_ONCE == 0:
                        yield pipe.taken()
                    count += 1
                    first = next(coming, None) if count <= _ROWS_IN_SHEET else None
                sheet.write(b"</sheetData></worksheet>")
        for name, text in _parts(titles):
            archive.writestr(name, text)
    yield pipe.taken()


class _Pipe:
    """Takes what an archive writes until somebody fetches it."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        data = b"".join(self._chunks)
        self._chunks.clear()
        return data


def _title(title: str, at: int) -> str:
    plain = re.sub(r"[\\/*?:\[\]]", " ", title)[:28]
    return f"{plain}{at}" if at else plain


def _sheet_head(columns: Sequence[str]) -> str:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{min(max(len(name) + 4, _WIDTHS[0]), _WIDTHS[1])}" customWidth="1"/>'
        for at, name in enumerate(columns, start=1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{_row(columns, number=1, style=_BOLD)}"
    )


def _row(values: Iterable[object], *, number: int, style: str = "") -> str:
    cells = [
        _cell(safe_cell(value), at=f"{get_column_letter(at)}{number}", style=style)
        for at, value in enumerate(values, start=1)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(value: int | float | Decimal | str, *, at: str, style: str) -> str:
    if not isinstance(value, str):
        return f'<c r="{at}"{style}><v>{value}</v></c>'
    text = _LIKE_ESCAPE.sub("_x005F_", _UNPRINTABLE.sub("", value))
    kept = "" if text == text.strip() else ' xml:space="preserve"'
    shown = escape(text, {"\r": "&#13;"})
    return f'<c r="{at}"{style} t="inlineStr"><is><t{kept}>{shown}</t></is></c>'


def _parts(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What makes the sheets a workbook, by name."""
    numbered = list(enumerate(titles, start=1))
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{at}" r:id="rId{at}"/>' for at, title in numbered
    )
    relations = "".join(_relation(at, "worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered)
    overrides = "".join(_override(f"worksheets/sheet{at}", "worksheet") for at, _ in numbered)
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{_override('workbook', 'sheet.main')}{_override('styles', 'styles')}{overrides}</Types>",
    )
    yield "_rels/.rels", _relations(_relation(1, "officeDocument", "xl/workbook.xml"))
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    styles = _relation(len(titles) + 1, "styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", _relations(relations + styles)
    yield "xl/styles.xml", _STYLES


def _relations(inner: str) -> str:
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
