"""Loads many rows of one table by COPY; it must never let a row choose its account or leave the allowed sites.

PostgreSQL refuses COPY into a table with row-level security: the rows go into a temporary table, and one
INSERT ... SELECT ... ON CONFLICT under the policies takes them over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import orjson
from django.db import connections, models
from psycopg import sql

from igny8_core.common.ids import uuid7_digits
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.bulk_statements import (
    Follower,
    Precedence,
    Target,
    follow_new_statement,
    follow_statement,
    names_of,
    new_statement,
    repeated_statement,
    stage_statement,
    upsert_statement,
)
from igny8_core.tenancy.context import TENANT_ALIAS, current_context
from igny8_core.tenancy.errors import OutsideTransaction, TenantMismatch

__all__ = ["BulkResult", "Follower", "Precedence", "bulk_attach", "bulk_upsert"]

_OWNED = frozenset(
    {"id", "account", "account_id", "created_at", "updated_at", "version", "deleted_at", "deletion_id"}
)

_WORK_MEMORY = "64MB"  # of one sort or hash; the server's own is for many small ones

BulkRow = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of the rows: `duplicates` repeated the key of an earlier row of the same call and were left out."""

    inserted: int
    updated: int
    unchanged: int
    duplicates: int


def bulk_upsert(
    model: type[AccountBaseModel],
    rows: Iterable[BulkRow],
    *,
    columns: Sequence[str],
    conflict_columns: Sequence[str],
    update_columns: Sequence[str],
    shared: Mapping[str, Any] | None = None,
    precedences: tuple[Precedence, ...] = (),
    keeps_known: bool = False,
    newest_by: str = "",
    before_write: Callable[[int], None] | None = None,
    follower: Follower | None = None,
) -> BulkResult:
    """Insert rows, or update the living row with the same account and `conflict_columns`; rows are streamed.

    Call it inside a transaction. A row is a mapping, or a tuple in the order of `columns` (column names: `site_id`);
    `shared` are further columns, with the value that all rows have. Of rows with the same key the first counts. One
    whose `update_columns` stay the same keeps its version. With `keeps_known` an empty value (NULL, "" or []) never
    replaces a known one. With `newest_by`, an update column that tells how new a row is, an older row changes
    nothing, and a row that is newer in that alone neither. `before_write` is given the number of rows that would be
    new and may raise. `follower` makes rows of another table with them; what only that table has is staged behind
    `columns`. Raises OutsideTransaction, and TenantMismatch for a site that may not be seen.
    """
    target = _target(model, columns, conflict_columns, update_columns, shared=shared)
    left = _left_over(follower, target.columns)
    target = replace(
        target, precedences=precedences, keeps_known=keeps_known, newest_by=newest_by, staged=left
    )
    with _stage(target) as (cursor, stage):
        staged = _stage_fill(cursor, stage, target, rows)
        _require_sites(cursor, stage, target)
        duplicates, _ = _joined(cursor, repeated_statement(stage, target.key))
        if before_write is not None:
            before_write(_new_count(cursor, stage, target))
        cursor.execute(upsert_statement(stage, target))
        inserted, updated = cursor.fetchone()
        if follower is not None:
            _follow(cursor, stage, target, follower, are_new=inserted == staged - duplicates)
    return BulkResult(inserted, updated, staged - duplicates - inserted - updated, duplicates)


def _new_count(cursor: Any, stage: sql.Identifier, target: Target) -> int:
    _, (count,) = _joined(cursor, new_statement(stage, target))
    return int(count)


def _follow(cursor: Any, stage: sql.Identifier, target: Target, follower: Follower, *, are_new: bool) -> None:
    """Make the follower's rows; of rows that were all made just now, without a look at what is there."""
    if are_new and set(follower.inherited) <= set(target.columns):
        cursor.execute(follow_new_statement(stage, follower))
    else:
        _joined(cursor, follow_statement(stage, target, follower))


def bulk_attach(
    parent: type[AccountBaseModel],
    rows: Iterable[Sequence[Any]],
    *,
    parent_key: Sequence[str],
    follower: Follower,
) -> int:
    """Make or change rows that hang on rows of `parent` that are there; returns how many; rows are streamed.

    Call it inside a transaction. A row is a tuple in the order of `parent_key` and the follower's columns; of rows
    with the same key and the same `conflict_columns` the first counts, one whose parent is not there is left out.
    Raises as `bulk_upsert`.
    """
    key = tuple(parent_key)
    target = replace(_target(parent, key, key, ()), staged=_fields(follower.model, follower.columns))
    with _stage(target) as (cursor, stage):
        _stage_fill(cursor, stage, target, rows)
        _require_sites(cursor, stage, target)
        others = tuple(name for name in follower.conflict_columns if name in follower.columns)
        _joined(cursor, repeated_statement(stage, (*key, *others)))
        made, _ = _joined(cursor, follow_statement(stage, target, follower))
        return made


@contextmanager
def _stage(target: Target) -> Iterator[tuple[Any, sql.Identifier]]:
    """A temporary table for the rows, and a cursor; raises OutsideTransaction."""
    connection = connections[TENANT_ALIAS]
    if not connection.in_atomic_block:
        raise OutsideTransaction("Loading in bulk needs tenant_transaction().")
    stage = sql.Identifier(f"bulk_{uuid4().hex}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEMORY])
        # The checks of foreign keys, which come with the commit, are planned for values that no statistics know yet:
        # those of an account with its first 100,000 rows read all of them, each time. A plan for any value does not.
        cursor.execute("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")
        cursor.execute(stage_statement(stage, target))
        yield cursor, stage
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage))


def _fields(model: type[AccountBaseModel], columns: Sequence[str]) -> tuple[Any, ...]:
    by_column = {field.column: field for field in model._meta.concrete_fields}
    return tuple(by_column[name] for name in columns)


def _left_over(follower: Follower | None, columns: Sequence[str]) -> tuple[Any, ...]:
    if follower is None:
        return ()
    return _fields(follower.model, [name for name in follower.columns if name not in columns])


def _target(
    model: type[AccountBaseModel],
    columns: Sequence[str],
    conflict_columns: Sequence[str],
    update_columns: Sequence[str],
    *,
    shared: Mapping[str, Any] | None = None,
) -> Target:
    shared = dict(shared or {})
    columns = (*columns, *shared)
    by_column = {field.column: field for field in model._meta.concrete_fields}
    owned = _OWNED.intersection(columns)
    unknown = {*columns, *conflict_columns, *update_columns} - by_column.keys()
    if owned or unknown:
        raise ValueError(f"These columns cannot be loaded: {', '.join(sorted(owned | unknown))}.")
    if not {*conflict_columns, *update_columns} <= set(columns):
        raise ValueError("Every conflict and update column must be among the columns.")
    if model.tenant_site_lookup == "site_id" and "site_id" not in columns:
        raise ValueError(f"Rows of {model.__name__} need their site_id.")
    return Target(
        model=model,
        fields=tuple(by_column[name] for name in columns),
        key=tuple(conflict_columns),
        updates=tuple(update_columns),
        shared=shared,
    )


def _stage_fill(cursor: Any, stage: sql.Identifier, target: Target, rows: Iterable[BulkRow]) -> int:
    fields = [field for field in (*target.fields, *target.staged) if field.column not in target.shared]
    names = tuple([str(field.column) for field in fields])
    json_at = [at for at, field in enumerate(fields) if isinstance(field, models.JSONField)]
    staged = 0
    with cursor.copy(sql.SQL("COPY {} (id, {}) FROM STDIN").format(stage, names_of(names))) as copy:
        write = copy.write_row
        for new_id, row in zip(uuid7_digits(), rows, strict=False):
            values = [row[name] for name in names] if isinstance(row, Mapping) else list(row)
            for at in json_at:
                values[at] = orjson.dumps(values[at]).decode()
            write((new_id, *values))
            staged += 1
    return staged


def _joined(cursor: Any, statement: sql.Composed) -> tuple[int, Any]:
    """Run a statement that joins the staged rows with a table's; returns how many rows it met, and its first answer.

    Nothing is known of either's values within the transaction that fills them: the planner took an index that knows
    the account alone, once for each row, and 10,000 rows took ten minutes. It is to read the account's rows once.
    """
    cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
    cursor.execute(statement)
    found = cursor.rowcount, cursor.fetchone() if cursor.description else None
    cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
    return found


def _require_sites(cursor: Any, stage: sql.Identifier, target: Target) -> None:
    if target.model.tenant_site_lookup != "site_id":
        return
    context = current_context()
    if "site_id" in target.shared:
        site_ids = [target.shared["site_id"]]
    else:
        cursor.execute(sql.SQL("SELECT DISTINCT site_id FROM {}").format(stage))
        site_ids = [site_id for (site_id,) in cursor.fetchall()]
    if not all(site_id is not None and context.allows_site(site_id) for site_id in site_ids):
        raise TenantMismatch
