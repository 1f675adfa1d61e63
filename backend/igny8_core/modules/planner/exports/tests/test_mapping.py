"""Columns as a person maps them: by name, by place, over a tool's own layout, and in a table nobody knows."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.modules.planner.exports import (
    ExportKeywordColumnMissing,
    ExportReader,
    KeywordRow,
    RejectedRow,
    SourceTool,
    field_guesses,
    header_signature,
    mappable_fields,
    open_export,
)
from igny8_core.modules.planner.exports.layouts import column_names
from igny8_core.modules.planner.exports.tests.samples import workbook, zipped
from igny8_core.modules.planner.exports.tests.test_formats import KEYWORD_MAGIC
from igny8_core.modules.planner.exports.tests.test_formats_ranking import (
    ORGANIC_HEADER,
    PLANNER_HEADER,
    POSITIONS_HEADER,
    PREAMBLE,
    QUERIES,
    planner_record,
)
from igny8_core.modules.planner.exports.tests.test_formats_ranking import (
    TestAhrefsOrganicKeywords as OrganicKeywords,  # under a name that is not collected as a test
)
from igny8_core.modules.planner.exports.tests.test_formats_ranking import TestSemrushPositions as Positions

UNKNOWN = "Begriff;Nachfrage;Notiz\nrote Schuhe;1.200;x\nblaue Schuhe;90;y\n"
API = "Ph;Nq;Cp;Co;In;Td\nats;8100;1.5;0.93;1,0;0.5,1.0\nats login;90;;;2;\n"
POSITIONS = f"{POSITIONS_HEADER}\n{Positions.RECORD}\n"


def read(
    content: bytes | str, fields: Any = None, *, filename: str = "list.csv", **options: Any
) -> ExportReader:
    data = content.encode() if isinstance(content, str) else content
    return open_export(io.BytesIO(data), filename=filename, fields=fields, **options)


def texts(reader: ExportReader) -> list[str]:
    return [row.text for row in reader if isinstance(row, KeywordRow)]


class TestByName:
    def test_columns_of_a_table_that_nobody_knows_are_read(self):
        reader = read(UNKNOWN, {"Begriff": "text", "Nachfrage": "volume", "Notiz": None})
        assert [(row.text, row.volume) for row in reader] == [("rote Schuhe", 1200), ("blaue Schuhe", 90)]
        assert (reader.tool, reader.delimiter) == (SourceTool.PLAIN_LIST, ";")
        assert reader.fields == {"Begriff": "text", "Nachfrage": "volume"}
        assert reader.ignored_columns == ("Notiz",)

    def test_columns_below_a_title_are_found(self):
        reader = read(f"Bericht\n\n{UNKNOWN}", {"Begriff": "text"})
        assert (reader.header_line_number, texts(reader)) == (3, ["rote Schuhe", "blaue Schuhe"])

    def test_sheet_of_a_workbook_is_found_by_its_columns(self):
        book = workbook([["Notes"], ["a"]], [["Begriff", "Nachfrage"], ["rote Schuhe", 1200], ["kurz"]])
        with read(book, {"Begriff": "text", "Nachfrage": "volume"}, filename="a.xlsx") as reader:
            rows = list(reader)
        assert [(row.text, row.volume) for row in rows] == [("rote Schuhe", 1200), ("kurz", None)]

    def test_member_of_an_archive_is_found_by_its_columns(self):
        content = zipped({"a.csv": "Date,Clicks\n1,2\n", "b.csv": UNKNOWN})
        with read(content, {"Begriff": "text"}, filename="a.zip") as reader:
            assert (reader.member, texts(reader)) == ("b.csv", ["rote Schuhe", "blaue Schuhe"])

    def test_file_without_these_columns_is_refused(self):
        with pytest.raises(ExportKeywordColumnMissing):
            read(UNKNOWN, {"Keyword": "text"})

    def test_second_column_of_a_name_and_one_without_are_told_apart(self):
        content = "Word,,Volume,Volume\nshoes,1,2,3\n"
        reader = read(content, {"Word": "text", "Volume (2)": "volume", "Column 2": "clicks"})
        [row] = reader
        assert (reader.names, row.volume, row.clicks) == (("Word", "Column 2", "Volume", "Volume (2)"), 3, 1)

    def test_tool_s_cells_are_read_as_that_tool_writes_them(self):
        content = PREAMBLE + PLANNER_HEADER + "\n" + planner_record("50") + planner_record("500")
        plain, mapped = read(content), read(content, {"Keyword": "text", "Avg. monthly searches": "volume"})
        assert mapped.tool is SourceTool.GOOGLE_KEYWORD_PLANNER
        for one, other in zip(plain, mapped, strict=True):
            assert (one.volume_min, one.trend, one.cpc) == (other.volume_min, other.trend, other.cpc)
            assert (one.competition is not None, other.competition) == (True, None)

    def test_column_of_a_group_can_be_ignored_and_the_group_replaced(self):
        organic = f"{OrganicKeywords.RECORD}\n"
        fields = {"Keyword": "text", "Local": "intents"}
        [row] = read(f"{ORGANIC_HEADER}\n{organic}", fields)
        assert row.intents == ()
        [row] = read(f"{ORGANIC_HEADER}\n{organic}", {"Keyword": "text"})
        assert row.intents == ("informational", "commercial")


class TestByPlace:
    def test_list_without_a_header_loses_no_keyword(self):
        reader = read("red shoes\nblue shoes\n", ["text"])
        assert (texts(reader), reader.header_line_number) == (["red shoes", "blue shoes"], 0)

    def test_columns_without_a_header_are_read_by_place(self):
        reader = read("1,red shoes,90\n2,blue shoes,\n3,boots\n", [None, "text", "volume"])
        assert [(row.line_number, row.text, row.volume) for row in reader] == [
            (1, "red shoes", 90),
            (2, "blue shoes", None),
            (3, "boots", None),
        ]
        assert reader.names == ("Column 1", "Column 2", "Column 3")

    def test_comma_inside_a_list_of_one_column_is_no_delimiter(self):
        assert texts(read("shoes, red\nboots\nhats\n", ["text"])) == ["shoes, red", "boots", "hats"]

    def test_more_fields_than_columns_are_refused(self):
        with pytest.raises(ExportKeywordColumnMissing):
            read("red shoes\n", ["text", "volume"])


class TestLook:
    def test_table_that_nobody_knows_is_opened_for_a_look(self):
        reader = read(f"Bericht\n{UNKNOWN}", needs_keywords=False)
        assert (reader.has_keywords, reader.header_line_number, reader.delimiter) == (False, 2, ";")
        assert reader.names == ("Begriff", "Nachfrage", "Notiz")
        assert reader.first_cells(1) == [["rote Schuhe", "1.200", "x"]]

    @pytest.mark.parametrize(
        "content",
        ["Begriff;Zahl;\n" + "Hut;1;x\n" * 9, "a;b;c\n;;\nHut;;x\n", "Titel;;\nBegriff;Zahl;\nHut;1;\n"],
    )
    def test_header_may_have_cells_without_a_name(self, content):
        reader = read(content, needs_keywords=False)
        assert reader.header[0] in ("Begriff", "a")

    def test_archive_is_looked_at_only_when_no_member_has_keywords(self):
        unknown = {"a.csv": "Begriff,Nachfrage,Notiz\nrote Schuhe,1,x\n"}
        with read(zipped(unknown), filename="a.zip", needs_keywords=False) as reader:
            assert (reader.has_keywords, reader.member) == (False, "a.csv")
            assert reader.first_cells(5) == [["rote Schuhe", "1", "x"]]
        known = zipped({**unknown, "b.csv": "Keyword\nx1\n"})
        with read(known, filename="a.zip", needs_keywords=False) as reader:
            assert reader.member == "b.csv"

    def test_known_export_is_read_as_ever(self):
        reader = read(KEYWORD_MAGIC, needs_keywords=False)
        assert (reader.has_keywords, reader.tool) == (True, SourceTool.SEMRUSH_KEYWORD_MAGIC)

    @pytest.mark.parametrize(
        ("header", "rows", "guesses"),
        [
            ("Begriff;Nachfrage;x", [["rote Schuhe", "1"], ["Hut", "2"]], ("text", "volume", None)),
            ("Suchbegriff;Suchvolumen;KD %", [], ("text", "volume", "difficulty")),
            ("My keyword;Search volume 2026;Kosten", [], ("text", "volume", None)),
            ("Keywrod;Serach volume", [], ("text", "volume")),
            ("Id;Address;Name", [["1", "https://a.example", "shoes"]], (None, None, "text")),
            ("A;B", [["1", "2"]], (None, None)),
        ],
    )
    def test_best_guess_is_made_for_each_column(self, header, rows, guesses):
        assert field_guesses(header.split(";"), rows) == guesses

    @given(st.lists(st.text(max_size=30), max_size=12))
    def test_guesses_are_fields_and_none_twice(self, header):
        found = [field for field in field_guesses(header, [header]) if field]
        assert set(found) <= set(mappable_fields())
        assert len(found) == len(set(found))


class TestNames:
    @given(st.lists(st.sampled_from(["a", "a (2)", "", "Column 3", "b" * 200]), max_size=12))
    def test_each_column_has_a_name_of_its_own(self, header):
        names = column_names(header)
        assert len(set(names)) == len(header)
        assert all(0 < len(name) <= 90 for name in names)

    def test_a_thousand_columns_of_one_name_are_named_at_once(self):
        assert column_names(["a"] * 30_000)[-1] == "a (30000)"

    def test_signature_knows_no_case(self):
        assert header_signature(["Wort", "Menge"]) == header_signature(["WORT", "menge"])
        assert header_signature(["Wort", "Menge"]) != header_signature(["Menge", "Wort"])


def _table(content: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content), delimiter=delimiter))


def _known(row: KeywordRow | RejectedRow) -> Any:
    assert isinstance(row, KeywordRow), row
    return row._replace(source_tool=SourceTool.PLAIN_LIST)


EXPORTS = [(KEYWORD_MAGIC, ","), (API, ";"), (POSITIONS, ","), (QUERIES, ",")]


@given(data=st.data(), export=st.sampled_from(EXPORTS), is_book=st.booleans())
@settings(deadline=None, max_examples=60)
def test_moved_and_renamed_columns_of_an_export_give_the_same_keywords(data, export, is_book):
    content, delimiter = export
    original = read(content)
    table = _table(content, delimiter)
    order = data.draw(st.permutations(range(len(table[0]))))
    is_renamed = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    moved = [[row[index] for index in order] for row in table]
    fields: dict[str, str | None] = {}
    for place, index in enumerate(order):
        name = table[0][index]
        if is_renamed[place]:
            # The currency stands in the header and nowhere else.
            moved[0][place] = f"x{place}" + (" (USD)" if "(USD)" in name else "")
        fields[moved[0][place]] = original.fields.get(name)
    if is_book:
        changed = workbook(moved)
    else:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows(moved)
        changed = text.getvalue().encode()
    with read(changed, fields, filename="a.xlsx" if is_book else "a.csv") as mapped:
        assert list(map(_known, mapped)) == list(map(_known, original))
