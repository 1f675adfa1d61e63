"""Cells of CSV and XLSX files, as a spreadsheet will read them."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from igny8_core.common import sheets
from igny8_core.common.sheets import cell_text, csv_line, csv_lines, safe_cell, xlsx_chunks, xlsx_write


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("it's", "it's"),
        (-1.5, "-1.5"),
        (Decimal("-0.20"), "-0.20"),
        ("a=b", "a=b"),
        (-1, "-1"),
        (None, ""),
        ({"a": "=1"}, '"{""a"":""=1""}"'),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        ('a "b", c', '"a ""b"", c"'),
    ],
)
def test_cell_is_no_formula(value: object, cell: str) -> None:
    assert csv_line([value]) == (f"{cell}\r\n" if value is not None else '""\r\n')


@given(st.text())
def test_cell_text_gives_back_what_was_made_safe(text: str) -> None:
    assert cell_text(str(safe_cell(text))) == text


def test_csv_lines_begin_with_the_mark_of_utf8() -> None:
    assert list(csv_lines(["Title", "Score"], [["=x", 1.5], ["ü", None]])) == [
        "\ufeffTitle,Score\r\n",
        "'=x,1.5\r\n",
        "ü,\r\n",
    ]


def _workbook(rows: list[list[object]]) -> Workbook:
    target = io.BytesIO()
    xlsx_write(target, title="Ideas", columns=["Title", "Score"], rows=rows)
    return load_workbook(io.BytesIO(target.getvalue()))


def test_workbook_holds_texts_and_numbers_and_no_formula() -> None:
    book = _workbook([["=1+1", 2], ["a\x00b", Decimal("1.5")], [None, "007"]])
    sheet = book["Ideas"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Title", "Score"],
        ["'=1+1", 2],
        ["ab", 1.5],
        [None, "007"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert sheet.freeze_panes == "A2"


def test_workbook_without_rows_has_its_header() -> None:
    sheet = _workbook([])["Ideas"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Title", "Score"]]
    assert [cell.font.b for cell in sheet[1]] == [True, True]
    assert sheet.column_dimensions["A"].width == 10


def test_workbook_keeps_blanks_line_ends_and_markup() -> None:
    texts = [" a ", "a\r\nb", "<b> & 'c'", "größer 🌍"]
    sheet = _workbook([[text] for text in texts])["Ideas"]
    assert [cell.value for cell in sheet["A"]][1:] == texts


def test_workbook_writes_what_looks_like_an_escape_as_excel_does() -> None:
    sheet = _workbook([["a_x0041_"]])["Ideas"]
    assert sheet["A2"].value == "a_x005F_x0041_"


def test_workbook_comes_while_its_rows_come() -> None:
    asked = []

    def rows() -> Iterator[list[str]]:
        for number in range(2_000):
            asked.append(number)
            yield [f"keyword {number}"]

    chunks = xlsx_chunks(title="x", columns=["a"], rows=rows())
    next(chunks)
    assert len(asked) < 1_000
    assert len(list(chunks)) > 2


def test_workbook_goes_on_in_a_further_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_ROWS_IN_SHEET", 3)
    book = _workbook([[str(number), number] for number in range(5)])
    assert [sheet.max_row for sheet in book] == [3, 3, 2]
    assert [sheet["A1"].value for sheet in book] == ["Title"] * 3


def test_workbook_takes_no_more_memory_for_more_rows() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        with open("/dev/null", "wb") as target:
            xlsx_write(target, title="x", columns=["a"], rows=([f"keyword {n}"] for n in range(count)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(8_000) < 1.5 * peak(2_000)
