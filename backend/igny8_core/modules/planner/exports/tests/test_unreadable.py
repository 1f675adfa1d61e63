"""Proves that a file which is no whole text export is refused in one sentence; it must never pass as an empty one."""

import tracemalloc

import pytest

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.planner.exports import (
    ExportEmpty,
    ExportEncodingUnsupported,
    ExportKeywordColumnMissing,
    ExportNotText,
    ExportRecordTooLong,
    ExportTooLarge,
    ExportTruncated,
    ExportUnreadable,
    KeywordRow,
    open_export,
)

from .samples import KEYWORD_MAGIC_HEADER, opened, written


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n\t\r\n" * 5000, bytes(9000)])
def test_empty_file_is_refused(content):
    with pytest.raises(ExportEmpty) as refused:
        opened(content, filename="shoes.csv")
    assert refused.value.message == 'The file "shoes.csv" is empty.'
    assert refused.value.code == "export_empty"


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "an old Excel or Office document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG image"),
        (b"\x1f\x8b\x08\x00keyword", "a gzip archive"),
        (b"\n<!DOCTYPE html><title>Log in</title>", "a web page"),
        (b"Keyword\n" + bytes(range(256)) * 4, "binary data"),
    ],
)
def test_file_that_is_no_text_is_named_for_what_it_looks_like(content, looks):
    with pytest.raises(ExportNotText) as refused:
        opened(content, filename="shoes.csv")
    assert refused.value.message == (
        f'The file "shoes.csv" looks like {looks}, not a text export. '
        "Export it from the tool as CSV and upload that file."
    )
    assert refused.value.code == "export_not_text"


def test_file_without_keyword_column_is_refused_with_its_headers():
    with pytest.raises(ExportKeywordColumnMissing) as refused:
        opened("Weekly report\nDate,Clicks,CTR\n2026-05-01,3,1%\n", filename="Dates.csv")
    assert refused.value.message == (
        'The file "Dates.csv" has no column named "Keyword"; its columns seem to be: "Date", "Clicks", "CTR".'
    )
    assert refused.value.code == "export_keyword_column_missing"


def test_many_headers_are_cut_in_the_message():
    header = ",".join(f"column {number}" for number in range(500))
    with pytest.raises(ExportKeywordColumnMissing) as refused:
        opened(header + "\n")
    assert refused.value.message.endswith('"column 11", ….')


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Keyword,Volume\nкупить обувь недорого,10\n", "cp1251"),
        ("Keyword,Volume\nランニングシューズ,10\n", "shift_jis"),
        ("Keyword,Volume\n跑步鞋,10\n", "gbk"),
        ("Keyword,Volume\nbuty dla kobiet które były małe,10\n", "cp1250"),
        ("Keyword,Volume\nshoes,10\n", "utf-32"),
    ],
)
def test_other_encoding_is_refused_and_not_read_as_wrong_letters(text, encoding):
    with pytest.raises(ExportEncodingUnsupported) as refused:
        opened(text.encode(encoding), filename="shoes.csv")
    assert refused.value.message.startswith('The file "shoes.csv" is ')
    assert refused.value.message.endswith('Save it as "CSV UTF-8" and upload it again.')
    assert refused.value.code == "export_encoding_unsupported"


def test_damaged_utf_8_is_refused_and_not_read_as_windows_1252():
    damaged = "Keyword\ncafé crème\nthé vert\nété\n".encode() + b"caf\xe9\n"
    with pytest.raises(ExportEncodingUnsupported):
        opened(damaged)


def test_damaged_utf_8_behind_a_mark_is_refused():
    with pytest.raises(ExportEncodingUnsupported, match="damaged: it is not valid UTF-8"):
        opened(b"\xef\xbb\xbfKeyword\ncaf\xe9 noir\n")


@pytest.mark.parametrize(
    "content", ["Keyword\nété\ncafé".encode()[:-1], "Keyword\nshoes\n".encode("utf-16-le")[:-1]]
)
def test_file_cut_inside_a_character_is_refused_when_opened(content):
    with pytest.raises(ExportTruncated) as refused:
        opened(content, filename="shoes.csv")
    assert refused.value.message == (
        'The file "shoes.csv" ends in the middle of a character, so it is incomplete.'
    )


def test_file_cut_inside_a_quoted_cell_fails_at_the_end_of_the_iteration():
    rows = iter(
        opened(KEYWORD_MAGIC_HEADER + '\nshoes,,1,,,,,,\nboots,,2,,,,,"Sitelinks,\nVid', filename="a.csv")
    )
    first = next(rows)
    assert isinstance(first, KeywordRow)
    assert first.text == "shoes"
    with pytest.raises(ExportTruncated) as refused:
        next(rows)
    assert refused.value.message == (
        'The file "a.csv" ends inside the quoted cell of the record that starts on line 3, so it is incomplete.'
    )
    assert refused.value.code == "export_truncated"


def test_quote_that_is_never_closed_is_refused_as_too_long():
    content = 'Keyword,Volume\n"shoes,1\n' + "boots,2\n" * 20_000
    rows = opened(content, filename="a.csv")
    with pytest.raises(ExportRecordTooLong) as refused:
        list(rows)
    assert refused.value.message == (
        'The record that starts on line 2 of "a.csv" is longer than 65,536 characters: '
        "a line end or a closing quote is missing."
    )
    assert refused.value.code == "export_record_too_long"


def test_too_large_file_is_refused_before_it_is_read():
    with pytest.raises(ExportTooLarge) as refused:
        opened("Keyword\n" + "a\n" * 500_000, filename="a.csv", max_bytes=1_000_000)
    assert refused.value.message == 'The file "a.csv" is too large: at most 1 MB can be read.'
    assert (refused.value.kind, refused.value.code) == (ErrorKind.TOO_LARGE, "export_too_large")


@pytest.mark.parametrize("start", [b"Keyword,", b'Keyword\n"'])
def test_line_of_200_megabytes_is_refused_within_little_memory(tmp_path, start):
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(start + b"a" * 10_000)
        file.truncate(200_000_000)  # zero bytes that take no room on the disk
    tracemalloc.start()
    try:
        with (
            pytest.raises(ExportRecordTooLong),
            open_export(path, filename="line.csv", max_bytes=10**9) as reader,
        ):
            list(reader)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8_000_000


def test_file_name_in_a_message_is_short_and_printable():
    with pytest.raises(ExportEmpty) as refused:
        opened(b"", filename="../../etc/\x1b[31m" + "x" * 500)
    assert refused.value.message.startswith('The file "\ufffd[31mxxx')
    assert len(refused.value.message) < 110


def test_every_refusal_is_a_domain_error_with_its_own_code():
    kinds = ExportUnreadable.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds) == 9
    assert all(issubclass(kind, DomainError) for kind in kinds)


def test_path_is_closed_when_its_file_is_refused(tmp_path):
    path = written(tmp_path / "a.csv", "Date,Clicks\n")
    with pytest.raises(ExportKeywordColumnMissing):
        open_export(path, filename="a.csv")  # an open file would fail the run with its ResourceWarning
    assert path.exists()
