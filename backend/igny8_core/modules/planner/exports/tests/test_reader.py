"""Proves how records become rows or refusals, one at a time; it must never depend on a tool's layout."""

import contextlib
import csv
import io
import string
import tempfile
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.modules.planner.exports import (
    ExportUnreadable,
    KeywordRow,
    RejectedRow,
    RejectReason,
    SourceTool,
    open_export,
)

from .samples import KEYWORD_MAGIC_HEADER, only_keyword, only_rejection, opened, rows_of, written


class TestRejections:
    @pytest.mark.parametrize(
        ("keyword", "reason"),
        [
            ("", RejectReason.KEYWORD_EMPTY),
            ("a" * 201, RejectReason.KEYWORD_TOO_LONG),
            ("red\x00shoes", RejectReason.CONTROL_CHARACTER),
            ("red\x1b[0mshoes", RejectReason.CONTROL_CHARACTER),
            ('"red\nshoes"', RejectReason.CONTROL_CHARACTER),
            ("red\u2028shoes", RejectReason.CONTROL_CHARACTER),
            ("red\uffffshoes", RejectReason.CONTROL_CHARACTER),
            ("?!", RejectReason.KEYWORD_WITHOUT_LETTERS),
            ("🍕", RejectReason.KEYWORD_WITHOUT_LETTERS),
        ],
    )
    def test_keyword_that_cannot_be_used_is_rejected(self, keyword, reason):
        assert only_rejection(f"Keyword,Volume\n{keyword},5\n").reason is reason

    @pytest.mark.parametrize(
        "keyword", ["a" * 200, "シューズ", "обувь", "کفش\u200cها", "50%", "c++", "ñ", "red\u00a0shoes"]
    )
    def test_keyword_of_any_script_is_kept_as_written(self, keyword):
        assert only_keyword(f"Keyword,Volume\n {keyword} ,5\n").text == keyword

    @pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+shoes", "@shoes", "-shoes"])
    def test_cell_that_looks_like_a_formula_stays_text(self, formula):
        assert only_keyword(f"Keyword,Volume\n{formula},5\n").text == formula

    def test_number_that_cannot_be_read_names_header_and_cell(self):
        rejected = only_rejection("Keyword,Search Volume\nshoes,lots\n")
        assert rejected == RejectedRow(
            line_number=2,
            reason=RejectReason.NUMBER_UNREADABLE,
            message='The cell "Search Volume" holds "lots", which is not a number.',
            raw="shoes,lots",
        )

    def test_difficulty_above_100_is_rejected(self):
        rejected = only_rejection("Keyword,KD\nshoes,101\n")
        assert rejected.message == 'The cell "KD" holds "101", which is more than 100.'

    @pytest.mark.parametrize(
        ("header", "cell", "reason"),
        [
            ("Language", "Klingon", RejectReason.LANGUAGE_UNKNOWN),
            ("Country", "xx", RejectReason.COUNTRY_UNKNOWN),
            ("Parent topic", "a" * 201, RejectReason.TEXT_TOO_LONG),
            ("Tags", "ok,b\x00ad", RejectReason.CONTROL_CHARACTER),
        ],
    )
    def test_other_cell_that_cannot_be_used_rejects_its_row(self, header, cell, reason):
        assert only_rejection(f'Keyword,{header}\nshoes,"{cell}"\n').reason is reason

    def test_trend_outside_its_scale_is_rejected(self):
        months = ",".join(["0.5"] * 13)
        reasons = [
            only_rejection(f'{KEYWORD_MAGIC_HEADER}\nshoes,,,"{trend}",,,,,\n').reason
            for trend in (months, "2,1", "nan", "up")
        ]
        assert reasons == [
            RejectReason.NUMBER_OUT_OF_RANGE,
            RejectReason.NUMBER_OUT_OF_RANGE,
            RejectReason.NUMBER_UNREADABLE,
            RejectReason.NUMBER_UNREADABLE,
        ]

    def test_unquoted_delimiter_is_rejected_and_not_read_shifted(self):
        rejected = only_rejection("Keyword,Volume\nshoes, red,90\n")
        assert rejected.reason is RejectReason.CELLS_EXTRA
        assert rejected.message == (
            "The row has 3 cells under 2 headers: a cell that holds the delimiter must stand in quotes."
        )

    def test_short_row_of_a_tool_is_rejected(self):
        rejected = only_rejection(f"{KEYWORD_MAGIC_HEADER}\nshoes,Commercial,90\n")
        assert rejected.reason is RejectReason.CELLS_MISSING
        assert rejected.message == "The row has only 3 of 9 cells."

    def test_raw_is_cut_at_200_characters_without_control_characters(self):
        rejected = only_rejection("Keyword,Volume\n" + (39 * "a" + "\x00") * 10 + ",5\n")
        assert rejected.raw == (39 * "a" + "\ufffd") * 5

    def test_raw_of_a_record_over_several_lines_is_whole(self):
        rejected = only_rejection('Keyword,Tags,Volume\n?,"a\nb",5\n')
        assert rejected.raw == '?,"a\nb",5'

    def test_rejected_row_does_not_stop_the_others(self):
        rows = rows_of("Keyword,Volume\nred shoes,1\n?,2\nboots,3\n")
        assert [(type(row), row.line_number) for row in rows] == [
            (KeywordRow, 2),
            (RejectedRow, 3),
            (KeywordRow, 4),
        ]


class TestRecords:
    def test_blank_records_are_skipped_and_counted_as_lines(self):
        rows = rows_of("Keyword,Volume\n\n,\n ; \nboots,3\n,,,\n".replace(" ; ", " , "))
        assert [row.line_number for row in rows] == [5]

    def test_trailing_delimiters_are_no_cells(self):
        assert [row.text for row in rows_of("Keyword,Volume,,\nboots,3\nshoes,4,,\n")] == ["boots", "shoes"]

    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
    def test_line_ends_of_every_system_are_read(self, line_end):
        content = line_end.join(["Keyword,Volume", "boots,3", '"red, shoes",4'])
        assert [(row.line_number, row.text) for row in rows_of(content)] == [(2, "boots"), (3, "red, shoes")]

    def test_vertical_space_inside_a_cell_ends_no_line(self):
        rows = rows_of("Keyword,Volume\nboots\x0bred,3\nnext\x85line,4\nshoes,5\n")
        assert [row.line_number for row in rows] == [2, 3, 4]

    def test_nul_bytes_in_an_unread_column_do_no_harm(self):
        padding = "boots,x\n" * 50
        rows = rows_of(f"Keyword,Notes\n{padding}shoes,a\x00b\n")
        assert rows[-1] == KeywordRow(52, "shoes", source_tool=SourceTool.PLAIN_LIST)

    def test_repeated_keywords_are_yielded_as_they_come(self):
        assert [row.text for row in rows_of("Keyword\nboots\nboots\n")] == ["boots", "boots"]

    def test_header_alone_is_an_export_without_rows(self):
        assert rows_of("Keyword,Volume") == []


class TestReader:
    def test_reader_iterates_again_from_the_start(self):
        reader = opened("Keyword\nboots\nshoes\n")
        assert next(iter(reader)).text == "boots"
        assert [row.text for row in reader] == ["boots", "shoes"]

    def test_reader_closes_a_path_and_leaves_a_callers_file_open(self, tmp_path):
        path = written(tmp_path / "a.csv", "Keyword\nboots\n")
        with path.open("rb") as file:
            with open_export(file, filename="a.csv") as reader:
                assert len(list(reader)) == 1
            assert not file.closed
        with open_export(path, filename="a.csv") as reader:
            rows = iter(reader)
            next(rows)
        with pytest.raises(ValueError, match="closed file"):
            list(reader)

    def test_reader_takes_a_spooled_upload_at_any_position(self):
        with tempfile.SpooledTemporaryFile(max_size=10) as upload:
            upload.write(b"Keyword\nboots\n")
            [row] = open_export(upload, filename="a.csv")
        assert row.text == "boots"

    def test_memory_stays_flat_however_long_the_file(self, tmp_path):
        path = tmp_path / "long.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(KEYWORD_MAGIC_HEADER + "\n")
            file.writelines(f"shoes {n},Commercial,{n},,{n % 100},1.20,0.5,Video,9\n" for n in range(60_000))
        tracemalloc.start()
        try:
            with open_export(path, filename="long.csv") as reader:
                rows = iter(reader)
                for _ in range(20_000):
                    next(rows)
                after_a_third = tracemalloc.get_traced_memory()[0]
                count = 20_000 + sum(1 for _ in rows)
            after_all = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert count == 60_000
        assert after_all - after_a_third < 500_000


LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
WORDS = st.text(st.one_of(LETTERS, st.sampled_from(" ,;\"'\t=")), max_size=60)
KEYWORDS = st.builds(
    "{}{}{}".format, st.sampled_from(string.ascii_letters), WORDS, st.sampled_from("a9é語")
).filter(lambda text: "\t" not in text)
SHARES = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
INTENTS = st.lists(
    st.sampled_from(["informational", "navigational", "commercial", "transactional"]), unique=True, max_size=4
)
FEATURES = st.lists(st.sampled_from(["sitelinks", "image_pack", "people_also_ask", "video"]), unique=True)


@st.composite
def keyword_magic_rows(draw):
    """A row that a Semrush Keyword Magic export can hold."""
    cpc = draw(st.none() | st.decimals(0, 500, places=2))
    return KeywordRow(
        line_number=0,
        text=draw(KEYWORDS),
        source_tool=SourceTool.SEMRUSH_KEYWORD_MAGIC,
        country="us",
        volume=draw(st.none() | st.integers(0, 2**31 - 1)),
        difficulty=draw(st.none() | st.integers(0, 100)),
        cpc=cpc,
        cpc_currency=None if cpc is None else "USD",
        competition=draw(st.none() | st.decimals(0, 1, places=2)),
        intents=tuple(draw(INTENTS)),
        serp_features=tuple(draw(FEATURES)),
        trend=tuple(draw(st.lists(SHARES, max_size=12))),
    )


def _shown(value: int | Decimal | None) -> str:
    return "" if value is None else str(value)


def _cells(row: KeywordRow) -> list[str]:
    return [
        row.text,
        ", ".join(row.intents).title(),
        _shown(row.volume),
        ",".join(f"{share:.2f}" for share in row.trend),
        _shown(row.difficulty),
        _shown(row.cpc),
        _shown(row.competition),
        ", ".join(feature.replace("_", " ").capitalize() for feature in row.serp_features),
        "1",
    ]


def _fields(row: KeywordRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in KeywordRow._fields if name != "line_number")


@given(
    rows=st.lists(keyword_magic_rows(), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_rows_written_as_keyword_magic_are_read_back_unchanged(rows, delimiter, encoding):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(KEYWORD_MAGIC_HEADER.split(","))
    writer.writerows(map(_cells, rows))
    content = text.getvalue().encode(encoding)
    read = rows_of(content, filename="shoes_broad-match_us_2026-05-01.csv")
    assert [_fields(row) for row in read] == [_fields(row) for row in rows]


@given(content=st.binary(max_size=300) | st.text(st.sampled_from('Keyword,";\t\n\r\x000é-<K%'), max_size=300))
def test_any_bytes_are_read_or_refused_with_a_domain_error(content):
    rows: list[KeywordRow | RejectedRow] = []
    with contextlib.suppress(ExportUnreadable):
        rows = rows_of(content)
    assert all(isinstance(row, KeywordRow | RejectedRow) for row in rows)
