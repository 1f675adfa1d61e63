"""Identifiers that tell a stranger nothing about how many rows exist."""

import os
import secrets
import time
from collections.abc import Iterator
from uuid import UUID

SYSTEM_ACCOUNT_ID = 1  # the account that staff belong to, made by the first migration
ACCOUNT_ID_MIN = 10**9
ACCOUNT_ID_MAX = 2**53 - 1  # the largest integer that every JSON reader keeps exact


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562 version 7; the 12 bits of rand_a hold the sub-millisecond fraction)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76 | fraction << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def uuid7_digits() -> Iterator[str]:
    """Values of `uuid7` without end, as hexadecimal digits: for a million rows, in a fifth of the time."""
    while True:
        for random in memoryview(os.urandom(4096)).cast("Q"):
            milliseconds, rest = divmod(time.time_ns(), 1_000_000)
            first = milliseconds << 16 | 0x7000 | (rest << 12) // 1_000_000
            yield f"{first:016x}{0b10 << 62 | random >> 2:016x}"


def account_id_new() -> int:
    """A random account number: row-level security compares it as bigint, a stranger cannot count with it."""
    return ACCOUNT_ID_MIN + secrets.randbelow(ACCOUNT_ID_MAX - ACCOUNT_ID_MIN)
