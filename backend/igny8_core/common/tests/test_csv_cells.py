"""Cells of CSV files, as a spreadsheet will read them."""

from datetime import UTC, datetime

import pytest

from igny8_core.common.csv_cells import csv_line


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
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
