"""Proves that workbooks and archives are read as their text would be, and that hostile ones are refused unharmed."""

import io
import struct
import tracemalloc
import zipfile
from datetime import datetime
from decimal import Decimal

import pytest

from igny8_core.modules.planner.exports import (
    ExportDamaged,
    ExportKeywordColumnMissing,
    ExportRecordTooLong,
    ExportTruncated,
    ExportUnreadable,
    ExportUnsafe,
    RejectReason,
    SourceTool,
)

from .samples import KEYWORD_MAGIC_HEADER, only_rejection, opened, part_replaced, rows_of, workbook, zipped

MAGIC = KEYWORD_MAGIC_HEADER.split(",")
SHEET = "xl/worksheets/sheet1.xml"
ROW = [
    "fridge freezer",
    "Commercial, Informational",
    12100,
    "1.00,0.81",
    28,
    0.6,
    1.0,
    "Sitelinks",
    370000000,
]


class TestWorkbook:
    def test_workbook_of_keyword_magic_is_read_like_its_text(self):
        text = ",".join(f'"{cell}"' if isinstance(cell, str) else str(cell) for cell in ROW)
        name = "fridge_broad-match_us_2026-05-01"
        from_text = rows_of(f"{KEYWORD_MAGIC_HEADER}\n{text}\n", filename=f"{name}.csv")
        reader = opened(workbook([MAGIC, ROW]), filename=f"{name}.xlsx")
        assert (reader.container, reader.encoding, reader.delimiter) == ("workbook", "", "")
        assert list(reader) == from_text
        assert list(reader) == from_text  # each iteration is a new pass

    def test_row_that_ends_early_is_whole(self):
        [row] = rows_of(workbook([MAGIC, ["shoes", None, 90]]))
        assert (row.source_tool, row.text, row.volume) == (SourceTool.SEMRUSH_KEYWORD_MAGIC, "shoes", 90)

    def test_per_cent_is_read_as_it_is_shown(self):
        [row] = rows_of(workbook([["Keyword", "KD", "CPC"], ["shoes", 0.35, 1.2]], formats={"B2": "0%"}))
        assert (row.difficulty, row.cpc) == (35, Decimal("1.2"))

    def test_escaped_characters_are_read_as_excel_shows_them(self):
        cells = ["a_x005F_x0041_", "red_x0020_shoes", "b_xD83D_"]
        rows = rows_of(workbook([["Keyword"], *([cell] for cell in cells)]))
        assert [row.text for row in rows] == ["a_x0041_", "red shoes", "b_xD83D_"]

    def test_days_and_truths_are_text(self):
        rows = rows_of(
            workbook(
                [
                    ["Keyword", "Difficulty", "Parent keyword", "Last update"],
                    ["a b", 5, True, datetime(2026, 5, 1)],
                ]
            )
        )
        assert [(row.parent_topic, str(row.seen_on)) for row in rows] == [("true", "2026-05-01")]

    def test_header_is_found_on_any_sheet_and_below_titles(self):
        reader = opened(
            workbook(
                [["Report", "of May"]], [["Keywords of the shop"], [], ["Keyword", "Volume"], ["shoes", 5]]
            )
        )
        assert [(row.line_number, row.text, row.volume) for row in reader] == [(4, "shoes", 5)]

    def test_formula_gives_its_stored_value_and_is_never_evaluated(self):
        formula = b'<c r="B2"><f>1/0+WEBSERVICE("http://a.example")</f>'
        content = part_replaced(
            workbook([["Keyword", "Volume"], ["shoes", 5]]),
            SHEET,
            lambda xml: xml.replace(b'<c r="B2" t="n">', formula).replace(b'<c r="B2">', formula),
        )
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert b"WEBSERVICE" in archive.read(SHEET)
        assert [row.volume for row in rows_of(content)] == [5]

    def test_formula_without_a_stored_value_is_empty(self):
        assert [row.volume for row in rows_of(workbook([["Keyword", "Volume"], ["shoes", "=1+1"]]))] == [None]

    def test_refusal_names_the_row(self):
        rejected = only_rejection(workbook([["Keyword", "Volume"], [], ["shoes", "lots"]]))
        assert (rejected.line_number, rejected.reason, rejected.raw) == (
            3,
            RejectReason.NUMBER_UNREADABLE,
            "shoes\tlots",
        )

    def test_claimed_size_of_a_sheet_is_not_believed(self):
        content = part_replaced(
            workbook([["Keyword", "Volume"], ["shoes", 5]]),
            SHEET,
            lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'),
        )
        assert [row.text for row in rows_of(content)] == ["shoes"]

    def test_row_of_16000_cells_is_refused(self):
        content = part_replaced(
            workbook([["Keyword", "Volume"], ["shoes", 5]]),
            SHEET,
            lambda xml: xml.replace(b'r="B2"', b'r="XFD2"'),
        )
        with pytest.raises(ExportRecordTooLong, match="has 16,384 cells; at most 1,000 can be read"):
            rows_of(content)

    def test_workbook_that_breaks_off_is_refused(self):
        content = workbook([MAGIC, ROW])
        with pytest.raises(ExportDamaged, match="breaks off or is damaged"):
            opened(content[: len(content) // 2])

    def test_sheet_that_breaks_off_is_refused_where_it_is_met(self):
        content = part_replaced(workbook([MAGIC, *[ROW] * 50]), SHEET, lambda xml: xml[: len(xml) * 2 // 3])
        reader = opened(content)
        with pytest.raises(ExportDamaged, match="is damaged: a part of it cannot be read"):
            list(reader)

    @pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
    def test_entities_of_its_own_are_refused(self, part):
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        content = part_replaced(
            workbook([MAGIC, ROW]),
            part,
            lambda xml: xml.replace(b"?>", b"?>" + bomb, 1) if b"?>" in xml else bomb + xml,
        )
        with pytest.raises(ExportUnsafe, match="declares entities"):
            opened(content)


class TestArchive:
    def test_text_in_an_archive_is_read(self):
        content = zipped(
            {"__MACOSX/._a.csv": "x", "notes.md": "Keyword", "folder/a.csv": "Keyword,Volume\nshoes,5\n"}
        )
        with opened(content, filename="a.zip") as reader:
            assert (reader.member, [row.text for row in reader]) == ("folder/a.csv", ["shoes"])

    def test_workbook_in_an_archive_is_read(self):
        with opened(zipped({"a.xlsx": workbook([MAGIC, ROW])}), filename="a.zip") as reader:
            assert [row.text for row in reader] == ["fridge freezer"]

    def test_archive_in_an_archive_is_not_opened(self):
        with pytest.raises(ExportUnreadable, match="holds no CSV"):
            opened(zipped({"inner.zip": zipped({"a.csv": "Keyword\na\n"})}))

    def test_archive_of_other_files_is_refused(self):
        with pytest.raises(
            ExportUnreadable, match=r'The ZIP archive "list\.csv" holds no CSV, TSV, XLSX or JSON file\.'
        ):
            opened(zipped({"photo.png": "x"}))

    def test_member_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(self):
        content = zipped({"a.csv": b"Keyword\n" + b"a\n" * 60_000_000})
        assert len(content) < 200_000
        tracemalloc.start()
        try:
            with pytest.raises(ExportUnsafe, match="would unpack to 120 MB"):
                opened(content)
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak_bytes < 4_000_000

    def test_sheet_that_unpacks_to_far_more_is_refused(self):
        content = part_replaced(workbook([MAGIC, ROW]), SHEET, lambda xml: xml + b" " * 50_000_000)
        with pytest.raises(ExportUnsafe, match="would unpack to"):
            opened(content)

    def test_member_that_holds_more_than_it_says_is_refused(self):
        content = bytearray(zipped({"a.csv": "Keyword\n" + "shoes\n" * 100}))
        central = content.index(b"PK\x01\x02")
        for place in (22, central + 24):  # the size in the member's own header, and in the directory's
            content[place : place + 4] = struct.pack("<I", 20)
        with pytest.raises(ExportDamaged, match="a part of it cannot be read"):
            opened(bytes(content))

    def test_archive_with_a_password_is_refused(self):
        content = bytearray(zipped({"a.csv": "Keyword\n"}))
        content[content.index(b"PK\x01\x02") + 8] |= 1
        with pytest.raises(ExportUnsafe, match="protected by a password"):
            opened(bytes(content))

    def test_archive_of_thousands_of_files_is_refused(self):
        with pytest.raises(ExportUnsafe, match="holds 1,001 files"):
            opened(zipped({f"{number}.csv": "" for number in range(1001)}))

    def test_archive_whose_files_have_no_keywords_says_so(self):
        with pytest.raises(ExportKeywordColumnMissing):
            opened(zipped({"a.csv": "Date,Clicks\n1,2\n"}))


class TestHostileText:
    def test_cell_of_two_megabytes_rejects_its_row_alone(self):
        content = f'Keyword,Notes\nshoes,x\nboots,"{"a" * 2_000_000}"\nhats,{"b" * 2_000_000}\nsocks,z\n'
        rows = rows_of(content)
        assert [(row.line_number, getattr(row, "text", None)) for row in rows] == [
            (2, "shoes"),
            (3, None),
            (4, None),
            (5, "socks"),
        ]
        assert (rows[1].reason, len(rows[1].raw)) == (RejectReason.RECORD_TOO_LONG, 200)
        assert rows[1].message == "The row is longer than 65,536 characters, which no keyword's row is."

    def test_lines_inside_a_cell_that_is_too_long_are_counted(self):
        content = f'Keyword,Notes\nboots,"{"a" * 100_000}\nmore\nmore"\nsocks,z\n'
        assert [(row.line_number, getattr(row, "text", None)) for row in rows_of(content)] == [
            (2, None),
            (5, "socks"),
        ]

    def test_cell_that_is_too_long_and_never_closed_is_refused(self):
        with pytest.raises(ExportTruncated):
            rows_of(f'Keyword,Notes\nboots,"{"a" * 100_000}\nmore\n')

    def test_two_megabytes_in_a_workbook_reject_their_row_alone(self):
        content = workbook(
            [["Keyword", "Notes"], *[["boots", "a" * 32_000, "b" * 32_000, "c" * 32_000]], ["socks", "z"]]
        )
        rows = rows_of(content)
        assert [(row.line_number, getattr(row, "reason", None)) for row in rows] == [
            (2, RejectReason.RECORD_TOO_LONG),
            (3, None),
        ]

    def test_repeated_headers_are_refused_and_never_keywords(self):
        rows = rows_of("Keyword\nKeyword\nshoes\nKeyword\n")
        assert [getattr(row, "reason", None) for row in rows] == [
            RejectReason.HEADER_REPEATED,
            None,
            RejectReason.HEADER_REPEATED,
        ]

    def test_three_header_rows_leave_one_header_and_refusals(self):
        content = "All keywords,Demand,\nKeyword,Volume,KD\nwhat is asked,per month,0-100\nshoes,5,1\n"
        rows = rows_of(content)
        assert [(row.line_number, getattr(row, "reason", None)) for row in rows] == [
            (3, RejectReason.NUMBER_UNREADABLE),
            (4, None),
        ]

    def test_fifty_columns_are_read_for_those_that_mean_something(self):
        header = ["Keyword", *(f"Note {number}" for number in range(48)), "Volume"]
        reader = opened(",".join(header) + "\nshoes" + "," * 49 + "90\n")
        assert [(row.text, row.volume) for row in reader] == [("shoes", 90)]
        assert len(reader.ignored_columns) == 48

    @pytest.mark.parametrize("cell", ["'=1+1 shoes", "'-shoes", "'@shoes", "'+shoes", "'＝shoes", "''=shoes"])
    def test_apostrophe_of_an_escaped_formula_is_taken_off(self, cell):
        assert [row.text for row in rows_of(f"Keyword\n{cell}\n")] == [cell[1:]]

    @pytest.mark.parametrize("cell", ["'n sync", "'shoes'", "rock 'n' roll"])
    def test_any_other_apostrophe_stays(self, cell):
        assert [row.text for row in rows_of(f"Keyword\n{cell}\n")] == [cell]
