"""Proves how each notation of a number reads; it must never go through a file."""

from decimal import Decimal

import pytest

from igny8_core.modules.planner.exports.numbers import (
    Money,
    Volume,
    parse_count,
    parse_density,
    parse_difficulty,
    parse_money,
    parse_volume,
)
from igny8_core.modules.planner.exports.refusals import CellRefused
from igny8_core.modules.planner.exports.rows import RejectReason


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("0", 0),
        ("1300", 1300),
        ("1,234", 1234),
        ("1.234", 1234),
        ("1 234", 1234),
        ("1\u00a0234\u00a0567", 1234567),
        ("1'234", 1234),
        ("1,234,567", 1234567),
        ("12,34,567", 1234567),
        ("1.234,5", 1235),
        ("1,234.4", 1234),
        ("1300.0", 1300),
        ("1,23", 1),
        ("1.2K", 1200),
        ("1,2k", 1200),
        ("1.234K", 1234),
        ("2.6M", 2600000),
        ("1 B", 1000000000),
        ("2147483647", 2147483647),
        ("N/A", None),
        ("-", None),
        ("–", None),
        ("#N/A", None),
    ],
)
def test_count_reads_notation(cell, count):
    assert parse_count(cell) == count


@pytest.mark.parametrize(
    ("cell", "volume"),
    [
        ("90", Volume(90)),
        ("1K – 10K", Volume(None, 1000, 10000)),
        ("10-100", Volume(None, 10, 100)),
        ("100 to 1,000", Volume(None, 100, 1000)),
        ("<10", Volume(None, 0, 10)),
        ("<= 10", Volume(None, 0, 10)),
        (">1M", Volume(None, 1000000, None)),
        ("10K+", Volume(None, 10000, None)),
        ("-", None),
    ],
)
def test_volume_reads_ranges(cell, volume):
    assert parse_volume(cell) == volume


@pytest.mark.parametrize("cell", ["lots", "-5", "12.34.56", "1,2,3", "10-", "<", "1e5", "١٢", "1" * 41])
def test_volume_refuses_what_is_no_whole_number(cell):
    with pytest.raises(CellRefused) as refused:
        parse_volume(cell)
    assert refused.value.reason is RejectReason.NUMBER_UNREADABLE


def test_volume_refuses_a_range_that_runs_backwards():
    with pytest.raises(CellRefused, match="runs backwards"):
        parse_volume("10K-1K")


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (parse_count, "2147483648"),
        (parse_volume, "3B"),
        (parse_difficulty, "101"),
        (parse_density, "1.01"),
        (parse_density, "101%"),
        (parse_money, "1000001"),
    ],
)
def test_number_out_of_range_is_refused(parse, cell):
    with pytest.raises(CellRefused) as refused:
        parse(cell)
    assert refused.value.reason is RejectReason.NUMBER_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("cell", "difficulty"), [("0", 0), ("35%", 35), ("35 %", 35), ("84.5", 85), ("n/a", None)]
)
def test_difficulty_reads_percent_and_rounds_half_up(cell, difficulty):
    assert parse_difficulty(cell) == difficulty


@pytest.mark.parametrize(
    ("cell", "density"),
    [
        ("0.35", Decimal("0.35")),
        ("0,35", Decimal("0.35")),
        ("35%", Decimal("0.35")),
        ("0.12345678", Decimal("0.123457")),
        ("1", Decimal(1)),
        ("High", None),
    ],
)
def test_density_reads_shares_and_no_ranks(cell, density):
    assert parse_density(cell) == density


@pytest.mark.parametrize(
    ("cell", "money"),
    [
        ("0.60", Money(Decimal("0.60"), None)),
        ("0.123", Money(Decimal("0.123"), None)),
        ("0,123", Money(Decimal("0.123"), None)),
        ("1.234", Money(Decimal("1.234"), None)),
        ("1.234,50", Money(Decimal("1234.50"), None)),
        (".5", Money(Decimal("0.5"), None)),
        ("$1.20", Money(Decimal("1.20"), "USD")),
        ("C$1.20", Money(Decimal("1.20"), "CAD")),
        ("1,20 €", Money(Decimal("1.20"), "EUR")),
        ("USD 1.20", Money(Decimal("1.20"), "USD")),
        ("1.20pln", Money(Decimal("1.20"), "PLN")),
        ("₿2", Money(Decimal(2), None)),
        ("-", None),
    ],
)
def test_money_reads_amount_and_currency(cell, money):
    assert parse_money(cell) == money


@pytest.mark.parametrize("cell", ["free", "$", "-1.20", "%"])
def test_money_refuses_what_is_no_amount(cell):
    with pytest.raises(CellRefused):
        parse_money(cell)


@pytest.mark.parametrize("parse", [parse_count, parse_volume, parse_difficulty, parse_density, parse_money])
def test_number_in_an_endless_cell_is_refused_without_searching_it(parse):
    with pytest.raises(CellRefused) as refused:
        parse("1" + " " * 60_000 + "x")
    assert refused.value.reason is RejectReason.NUMBER_UNREADABLE
