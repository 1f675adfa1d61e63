"""Proves that identifiers keep order and tell nothing; it never touches a database."""

import time
from itertools import islice
from uuid import RFC_4122, UUID

import pytest

from igny8_core.common.ids import ACCOUNT_ID_MAX, ACCOUNT_ID_MIN, account_id_new, uuid7, uuid7_digits


def test_uuid7_is_a_version_7_of_the_standard_variant() -> None:
    value = uuid7()
    assert (value.version, value.variant) == (7, RFC_4122)


def test_uuid7_holds_the_unix_time_in_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    value = uuid7()
    after = time.time_ns() // 1_000_000
    assert before <= value.int >> 80 <= after


def test_uuid7_puts_the_fraction_of_a_millisecond_in_rand_a(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_123_500_000)
    value = uuid7()
    assert value.int >> 80 == 1_700_000_000_123
    assert value.int >> 64 & 0xFFF == 2048


def test_uuid7_sorts_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    instants = iter(range(1_700_000_000_000_000_000, 1_700_000_000_100_000_000, 1_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(instants))
    values = [uuid7() for _ in range(1_000)]
    assert values == sorted(values)
    assert len(set(values)) == 1_000


def test_uuid7_digits_are_values_of_uuid7_in_order() -> None:
    before = uuid7()
    texts = list(islice(uuid7_digits(), 2_000))  # more than are drawn at once
    values = [UUID(text) for text in texts]
    assert {(value.version, value.variant) for value in values} == {(7, RFC_4122)}
    assert before.int >> 80 <= values[0].int >> 80 <= values[-1].int >> 80 <= uuid7().int >> 80
    assert len(set(values)) == 2_000
    instants = [value.int >> 64 for value in values]
    assert instants == sorted(instants)


def test_account_id_stays_in_the_range_that_json_keeps_exact() -> None:
    values = {account_id_new() for _ in range(200)}
    assert all(ACCOUNT_ID_MIN <= value < ACCOUNT_ID_MAX for value in values)
    assert len(values) == 200
