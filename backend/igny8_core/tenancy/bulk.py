"""Loads many rows of one table by COPY; it must never let a row choose its account or leave the allowed sites.

PostgreSQL refuses COPY into a table with row-level security: the rows go into a temporary table, and one
INSERT ... SELECT ... ON CONFLICT under the policies takes them over.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from django.db import connections, models
from psycopg import sql

from igny8_core.common.clock import utc_now
from igny8_core.common.ids import uuid7
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.context import TENANT_ALIAS, current_context
from igny8_core.tenancy.errors import OutsideTransaction, TenantMismatch

_OWNED = frozenset(
    {"id", "account", "account_id", "created_at", "updated_at", "version", "deleted_at", "deletion_id"}
)

BulkRow = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of the rows: `duplicates` repeated the key of an earlier row of the same call and were left out."""

    inserted: int
    updated: int
    unchanged: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Precedence:
    """Whose word counts for some columns: a row keeps them while its `source` ranks higher than the new row's.

    `ranking` lists the values of `source`, the weakest first; `columns` should include `source` itself.
    """

    source: str
    ranking: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Target:
    """The table, the columns that rows bring, and which of them identify a row or may be changed."""

    model: type[AccountBaseModel]
    fields: tuple[Any, ...]
    key: tuple[str, ...]
    updates: tuple[str, ...]
    precedence: Precedence | None
    keeps_known: bool

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.model._meta.db_table)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple([str(field.column) for field in self.fields])


def bulk_upsert(
    model: type[AccountBaseModel],
    rows: Iterable[BulkRow],
    *,
    columns: Sequence[str],
    conflict_columns: Sequence[str],
    update_columns: Sequence[str],
    precedence: Precedence | None = None,
    keeps_known: bool = False,
    before_write: Callable[[int], None] | None = None,
) -> BulkResult:
    """Insert rows, or update the living row with the same account and `conflict_columns`; rows are streamed.

    Call it inside a transaction. A row is a mapping, or a tuple in the order of `columns` (column names: `site_id`).
    Of rows with the same key the first counts. A row whose `update_columns` stay the same keeps its version.
    With `keeps_known` an empty value (NULL, "" or []) never replaces a known one. `before_write` is given
    the number of rows that would be new and may raise. Raises OutsideTransaction, and TenantMismatch for a site that
    may not be seen.
    """
    connection = connections[TENANT_ALIAS]
    if not connection.in_atomic_block:
        raise OutsideTransaction("bulk_upsert needs tenant_transaction().")
    target = _target(model, columns, conflict_columns, update_columns, precedence, keeps_known)
    stage = sql.Identifier(f"bulk_{uuid4().hex}")
    with connection.cursor() as cursor:
        _stage_create(cursor, stage, target)
        staged = _stage_fill(cursor, stage, target, rows, names=tuple(columns))
        _require_sites(cursor, stage, target)
        if before_write is not None:
            before_write(_count_new(cursor, stage, target))
        result = _take_over(cursor, stage, target, staged=staged)
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage))
    return result


def _target(
    model: type[AccountBaseModel],
    columns: Sequence[str],
    conflict_columns: Sequence[str],
    update_columns: Sequence[str],
    precedence: Precedence | None,
    keeps_known: bool,
) -> _Target:
    by_column = {field.column: field for field in model._meta.concrete_fields}
    owned = _OWNED.intersection(columns)
    unknown = {*columns, *conflict_columns, *update_columns} - by_column.keys()
    if owned or unknown:
        raise ValueError(f"These columns cannot be loaded: {', '.join(sorted(owned | unknown))}.")
    if not {*conflict_columns, *update_columns} <= set(columns):
        raise ValueError("Every conflict and update column must be among the columns.")
    if model.tenant_site_lookup == "site_id" and "site_id" not in columns:
        raise ValueError(f"Rows of {model.__name__} need their site_id.")
    return _Target(
        model=model,
        fields=tuple(by_column[name] for name in columns),
        key=tuple(conflict_columns),
        updates=tuple(update_columns),
        precedence=precedence,
        keeps_known=keeps_known,
    )


def _stage_create(cursor: Any, stage: sql.Identifier, target: _Target) -> None:
    connection = connections[TENANT_ALIAS]
    columns = [
        # Django's own names of types: nothing that a caller or a file could choose.
        sql.SQL("{} {}").format(sql.Identifier(field.column), sql.SQL(field.db_type(connection)))
        for field in target.fields
    ]
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE {} "
            "(id uuid, ordinal bigint GENERATED ALWAYS AS IDENTITY, {}) ON COMMIT DROP"
        ).format(stage, sql.SQL(", ").join(columns))
    )


def _stage_fill(
    cursor: Any, stage: sql.Identifier, target: _Target, rows: Iterable[BulkRow], *, names: tuple[str, ...]
) -> int:
    json_at = [at for at, field in enumerate(target.fields) if isinstance(field, models.JSONField)]
    statement = sql.SQL("COPY {} (id, {}) FROM STDIN").format(stage, _names(target.columns))
    staged = 0
    with cursor.copy(statement) as copy:
        for row in rows:
            values = [row[name] for name in names] if isinstance(row, Mapping) else list(row)
            for at in json_at:
                values[at] = orjson.dumps(values[at]).decode()
            copy.write_row((uuid7(), *values))
            staged += 1
    return staged


def _require_sites(cursor: Any, stage: sql.Identifier, target: _Target) -> None:
    if target.model.tenant_site_lookup != "site_id":
        return
    context = current_context()
    cursor.execute(sql.SQL("SELECT DISTINCT site_id FROM {}").format(stage))
    if not all(site_id is not None and context.allows_site(site_id) for (site_id,) in cursor.fetchall()):
        raise TenantMismatch


def _count_new(cursor: Any, stage: sql.Identifier, target: _Target) -> int:
    same = sql.SQL(" AND ").join(
        sql.SQL("old.{0} = new.{0}").format(sql.Identifier(column)) for column in target.key
    )
    cursor.execute(
        sql.SQL(
            "SELECT count(*) FROM (SELECT DISTINCT {key} FROM {stage}) AS new WHERE NOT EXISTS "
            "(SELECT FROM {table} AS old WHERE old.account_id = %s AND old.deleted_at IS NULL AND {same})"
        ).format(key=_names(target.key), stage=stage, table=target.table, same=same),
        [current_context().account_id],
    )
    return int(cursor.fetchone()[0])


def _take_over(cursor: Any, stage: sql.Identifier, target: _Target, *, staged: int) -> BulkResult:
    """Run the one INSERT; `xmax = 0` is true of a row version that was inserted, not updated."""
    constants = _constants(target)
    key = _names(target.key)
    statement = sql.SQL(
        "WITH first AS (SELECT DISTINCT ON ({key}) * FROM {stage} ORDER BY {key}, ordinal), "
        "put AS (INSERT INTO {table} AS old (id, {columns}, {constants}) "
        "SELECT id, {columns}, {values} FROM first ORDER BY ordinal "
        "ON CONFLICT (account_id, {key}) WHERE deleted_at IS NULL DO {action} RETURNING xmax = 0 AS is_new) "
        "SELECT (SELECT count(*) FROM first), count(*) FILTER (WHERE is_new), "
        "count(*) FILTER (WHERE NOT is_new) FROM put"
    ).format(
        key=key,
        stage=stage,
        table=target.table,
        columns=_names(target.columns),
        constants=_names(tuple(constants)),
        values=sql.SQL(", ").join([sql.Literal(value) for value in constants.values()]),
        action=_action(target),
    )
    cursor.execute(statement)
    distinct, inserted, updated = cursor.fetchone()
    return BulkResult(
        inserted=inserted,
        updated=updated,
        unchanged=distinct - inserted - updated,
        duplicates=staged - distinct,
    )


def _constants(target: _Target) -> dict[str, Any]:
    """The columns that no row brings: the account from the context, and the model's own defaults."""
    connection, now = connections[TENANT_ALIAS], utc_now()
    given = {*target.columns, "id"}
    values: dict[str, Any] = {}
    concrete_fields: Any = target.model._meta.concrete_fields
    for field in concrete_fields:
        if field.column not in given:
            values[field.column] = field.get_db_prep_save(field.get_default(), connection)
    values["account_id"] = current_context().account_id
    values["created_at"] = values["updated_at"] = now
    return values


def _action(target: _Target) -> sql.Composable:
    if not target.updates:
        return sql.SQL("NOTHING")
    changes = {column: _new_value(target, column) for column in target.updates}
    assignments = [
        sql.SQL("{} = {}").format(sql.Identifier(column), value) for column, value in changes.items()
    ]
    before = sql.SQL(", ").join([sql.SQL("old.{}").format(sql.Identifier(column)) for column in changes])
    return sql.SQL(
        "UPDATE SET {assignments}, version = old.version + 1, updated_at = {now} "
        "WHERE ({before}) IS DISTINCT FROM ({after})"
    ).format(
        assignments=sql.SQL(", ").join(assignments),
        now=sql.Literal(utc_now()),
        before=before,
        after=sql.SQL(", ").join(changes.values()),
    )


def _new_value(target: _Target, column: str) -> sql.Composable:
    name = sql.Identifier(column)
    value: sql.Composable = sql.SQL("EXCLUDED.{}").format(name)
    if target.keeps_known:
        field = target.fields[target.columns.index(column)]
        value = sql.SQL("COALESCE({}, old.{})").format(_known(field, value), name)
    if target.precedence is not None and column in target.precedence.columns:
        value = sql.SQL("CASE WHEN {} THEN old.{} ELSE {} END").format(
            _outranked(target.precedence), name, value
        )
    return value


def _outranked(precedence: Precedence) -> sql.Composable:
    return sql.SQL(
        "array_position({ranking}, old.{source}::text) > array_position({ranking}, EXCLUDED.{source}::text)"
    ).format(ranking=sql.Literal(list(precedence.ranking)), source=sql.Identifier(precedence.source))


def _known(field: Any, value: sql.Composable) -> sql.Composable:
    if isinstance(field, models.JSONField):
        return sql.SQL("NULLIF({}, '[]'::jsonb)").format(value)
    if isinstance(field, models.CharField | models.TextField):
        return sql.SQL("NULLIF({}, '')").format(value)
    return value


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
