"""The statements of a bulk load, composed from models alone: no name or value of a caller becomes SQL text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.db import connections, models
from psycopg import sql

from igny8_core.common.clock import utc_now
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.context import TENANT_ALIAS, current_context


@dataclass(frozen=True, slots=True)
class Precedence:
    """Whose word counts for some columns: a row keeps them while its `source` ranks higher than the new row's.

    `ranking` lists the values of `source`, the weakest first; `columns` should include `source` itself.
    """

    source: str
    ranking: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Follower:
    """Rows of another table that hang on the row of a key, made from the same staged rows.

    `parent_column` holds the id of the row, `inherited` are columns that have its values, and `columns` are both staged
    and the other table's. A row is made where one of `needs` is known; a row with the same `conflict_columns` is
    changed instead. With `history_by`, a column that orders them, a row is made only where one of `update_columns`
    differs from the last row of the same other `conflict_columns` at or before it. `newest_by` is as in `bulk_upsert`.
    """

    model: type[AccountBaseModel]
    parent_column: str
    columns: tuple[str, ...]
    conflict_columns: tuple[str, ...]
    update_columns: tuple[str, ...]
    needs: tuple[str, ...]
    inherited: tuple[str, ...] = ("site_id",)
    history_by: str = ""
    newest_by: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The table, the columns that rows bring, and which of them identify a row or may be changed."""

    model: type[AccountBaseModel]
    fields: tuple[Any, ...]
    key: tuple[str, ...]
    updates: tuple[str, ...]
    precedences: tuple[Precedence, ...] = ()
    keeps_known: bool = False
    newest_by: str = ""
    staged: tuple[Any, ...] = ()  # fields of followers that no column of the table is filled with
    # What all rows have in some of the columns.
    shared: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.model._meta.db_table)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple([str(field.column) for field in self.fields])


def names_of(columns: Sequence[str]) -> sql.Composed:
    """Columns, with commas."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def stage_statement(stage: sql.Identifier, target: Target) -> sql.Composed:
    """The temporary table; its rows know their order."""
    connection = connections[TENANT_ALIAS]
    columns = [
        # Django's own names of types: nothing that a caller or a file could choose.
        sql.SQL("{} {} {}").format(
            sql.Identifier(field.column), sql.SQL(field.db_type(connection)), _default(target, field.column)
        )
        for field in (*target.fields, *target.staged)
    ]
    return sql.SQL(
        "CREATE TEMPORARY TABLE {} (id uuid, ordinal bigint GENERATED ALWAYS AS IDENTITY, {}) ON COMMIT DROP"
    ).format(stage, sql.SQL(", ").join(columns))


def _default(target: Target, column: str) -> sql.Composable:
    """What COPY puts into a column that it is not given: cheaper than the same text a million times."""
    if column not in target.shared:
        return sql.SQL("")
    return sql.SQL("DEFAULT {}").format(sql.Literal(target.shared[column]))


def repeated_statement(stage: sql.Identifier, key: Sequence[str]) -> sql.Composed:
    """Leaves of rows with the same key the first."""
    same = sql.SQL(" AND ").join([sql.SQL("one.{0} = kept.{0}").format(sql.Identifier(name)) for name in key])
    return sql.SQL(
        "DELETE FROM {stage} AS one USING (SELECT {key}, min(ordinal) AS first FROM {stage} GROUP BY {key} "
        "HAVING count(*) > 1) AS kept WHERE {same} AND one.ordinal > kept.first"
    ).format(stage=stage, key=names_of(key), same=same)


def new_statement(stage: sql.Identifier, target: Target) -> sql.Composed:
    """Counts the rows whose key is not there."""
    return sql.SQL("SELECT count(*) FROM {stage} AS staged WHERE NOT EXISTS (SELECT FROM {found})").format(
        stage=stage, found=_parent_of_staged(target, joined="WHERE")
    )


def upsert_statement(stage: sql.Identifier, target: Target) -> sql.Composed:
    """The one INSERT; `xmax = 0` is true of a row version that was inserted, not updated."""
    constants = _constants(target.model, {*target.columns, "id"})
    return sql.SQL(
        "WITH put AS (INSERT INTO {table} AS old (id, {columns}, {constants}) "
        "SELECT id, {columns}, {values} FROM {stage} "
        "ON CONFLICT (account_id, {key}) WHERE deleted_at IS NULL DO {action} RETURNING xmax = 0 AS is_new) "
        "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM put"
    ).format(
        key=names_of(target.key),
        stage=stage,
        table=target.table,
        columns=names_of(target.columns),
        constants=names_of(tuple(constants)),
        values=_literals(constants),
        action=_action(target),
    )


def follow_statement(stage: sql.Identifier, parent: Target, follower: Follower) -> sql.Composed:
    """Makes the follower's rows for the staged rows whose parent is there; a row takes the id of the staged one."""
    child = _child(follower)
    given = (*follower.inherited, follower.parent_column, *follower.columns)
    constants = _constants(follower.model, {*given, "id"})
    return sql.SQL(
        "INSERT INTO {table} AS old (id, {given}, {constants}) "
        "SELECT staged.id, {inherited}, parent.id, {staged}, {values} "
        "FROM {stage} AS staged JOIN {found} {last} WHERE num_nonnulls({needs}) > 0 {changed} "
        "ON CONFLICT (account_id, {key}) WHERE deleted_at IS NULL DO {action}"
    ).format(
        table=child.table,
        given=names_of(given),
        constants=names_of(tuple(constants)),
        inherited=_prefixed("parent", follower.inherited),
        staged=_prefixed("staged", follower.columns),
        values=_literals(constants),
        stage=stage,
        found=_parent_of_staged(parent, joined="ON"),
        last=_last(child, follower),
        needs=_prefixed("staged", follower.needs),
        changed=_changed(follower),
        key=names_of(follower.conflict_columns),
        action=_action(child),
    )


def follow_new_statement(stage: sql.Identifier, follower: Follower) -> sql.Composed:
    """Makes the follower's rows where each staged row has become a row: with its id, and without a past."""
    given = (*follower.inherited, follower.parent_column, *follower.columns)
    constants = _constants(follower.model, {*given, "id"})
    return sql.SQL(
        "INSERT INTO {table} (id, {given}, {constants}) SELECT id, {inherited}, id, {staged}, {values} "
        "FROM {stage} AS staged WHERE num_nonnulls({needs}) > 0"
    ).format(
        table=_child(follower).table,
        given=names_of(given),
        constants=names_of(tuple(constants)),
        inherited=names_of(follower.inherited),
        staged=names_of(follower.columns),
        values=_literals(constants),
        stage=stage,
        needs=_prefixed("staged", follower.needs),
    )


def _child(follower: Follower) -> Target:
    by_column = {field.column: field for field in follower.model._meta.concrete_fields}
    return Target(
        model=follower.model,
        fields=tuple(by_column[name] for name in follower.columns),
        key=follower.conflict_columns,
        updates=follower.update_columns,
        newest_by=follower.newest_by,
    )


def _parent_of_staged(parent: Target, *, joined: str) -> sql.Composed:
    """The living row of the account that has a staged row's key."""
    same = [sql.SQL("parent.{0} = staged.{0}").format(sql.Identifier(name)) for name in parent.key]
    return sql.SQL(
        "{table} AS parent {joined} parent.account_id = {account} AND parent.deleted_at IS NULL AND {same}"
    ).format(
        table=parent.table,
        joined=sql.SQL(joined),
        account=sql.Literal(current_context().account_id),
        same=sql.SQL(" AND ").join(same),
    )


def _last(child: Target, follower: Follower) -> sql.Composable:
    """The newest row of the history that is not newer than the staged one."""
    if not follower.history_by:
        return sql.SQL("")
    own = {follower.parent_column, follower.history_by}
    others = [name for name in follower.conflict_columns if name not in own]
    return sql.SQL(
        "LEFT JOIN LATERAL (SELECT true AS is_there, {figures} FROM {table} AS past "
        "WHERE past.account_id = {account} AND past.deleted_at IS NULL AND past.{parent_column} = parent.id "
        "AND {same} AND past.{by} <= staged.{by} ORDER BY past.{by} DESC LIMIT 1) AS last ON true"
    ).format(
        figures=_prefixed("past", follower.update_columns),
        table=child.table,
        account=sql.Literal(current_context().account_id),
        parent_column=sql.Identifier(follower.parent_column),
        same=sql.SQL(" AND ").join(
            [sql.SQL("past.{0} = staged.{0}").format(sql.Identifier(name)) for name in others]
        ),
        by=sql.Identifier(follower.history_by),
    )


def _changed(follower: Follower) -> sql.Composable:
    if not follower.history_by:
        return sql.SQL("")
    return sql.SQL("AND (last.is_there IS NULL OR ({}) IS DISTINCT FROM ({}))").format(
        _prefixed("last", follower.update_columns), _prefixed("staged", follower.update_columns)
    )


def _prefixed(table: str, columns: Sequence[str]) -> sql.Composed:
    names = [sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(name)) for name in columns]
    return sql.SQL(", ").join(names)


def _literals(values: dict[str, Any]) -> sql.Composed:
    return sql.SQL(", ").join([sql.Literal(value) for value in values.values()])


def _constants(model: type[AccountBaseModel], given: set[str]) -> dict[str, Any]:
    """The columns that no row brings: the account from the context, and the model's own defaults."""
    connection, now = connections[TENANT_ALIAS], utc_now()
    values: dict[str, Any] = {}
    concrete_fields: Any = model._meta.concrete_fields
    for field in concrete_fields:
        if field.column not in given:
            values[field.column] = field.get_db_prep_save(field.get_default(), connection)
    values["account_id"] = current_context().account_id
    values["created_at"] = values["updated_at"] = now
    return values


def _action(target: Target) -> sql.Composable:
    if not target.updates:
        return sql.SQL("NOTHING")
    changes = {column: _new_value(target, column) for column in target.updates}
    assignments = [
        sql.SQL("{} = {}").format(sql.Identifier(column), value) for column, value in changes.items()
    ]
    told = {column: value for column, value in changes.items() if column != target.newest_by}
    before = sql.SQL(", ").join([sql.SQL("old.{}").format(sql.Identifier(column)) for column in told])
    return sql.SQL(
        "UPDATE SET {assignments}, version = old.version + 1, updated_at = {now} "
        "WHERE ({before}) IS DISTINCT FROM ({after}){newer}"
    ).format(
        assignments=sql.SQL(", ").join(assignments),
        now=sql.Literal(utc_now()),
        before=before,
        after=sql.SQL(", ").join(told.values()),
        newer=_newer(target.newest_by),
    )


def _newer(column: str) -> sql.Composable:
    if not column:
        return sql.SQL("")
    return sql.SQL(" AND (old.{0} > EXCLUDED.{0}) IS NOT TRUE").format(sql.Identifier(column))


def _new_value(target: Target, column: str) -> sql.Composable:
    name = sql.Identifier(column)
    value: sql.Composable = sql.SQL("EXCLUDED.{}").format(name)
    if target.keeps_known:
        field = target.fields[target.columns.index(column)]
        value = sql.SQL("COALESCE({}, old.{})").format(_known(field, value), name)
    for precedence in target.precedences:
        if column in precedence.columns:
            value = sql.SQL("CASE WHEN {} THEN old.{} ELSE {} END").format(
                _outranked(precedence), name, value
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
