"""The third lock: the migration operation that gives a tenant table its policies and composite keys."""

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.kinds import Kind

# Bare, not in a scalar subselect: the planner then sees the real value and estimates with it (docs/tenancy.md).
ACCOUNT_SETTING = "NULLIF(current_setting('app.account_id', true), '')::bigint"
SITE_SETTING = (
    "current_setting('app.site_ids', true) = '*' OR "
    "{column}::text = ANY(string_to_array(current_setting('app.site_ids', true), ','))"
)

APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION igny8_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The owner role alone may pseudonymise an actor when an account is closed.
  IF current_user = (SELECT tableowner FROM pg_tables
                     WHERE schemaname = TG_TABLE_SCHEMA AND tablename = TG_TABLE_NAME) THEN
    RETURN COALESCE(NEW, OLD); END IF;
  RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


class ProtectTenantTable(Operation):
    """Enable and force row-level security on a table, and make its composite foreign keys.

    Run it again in a later migration that adds a key: everything is replaced by what the model says then.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, *, append_only: bool = False) -> None:
        self.model, self.append_only = model, append_only

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: the state of models does not know about policies."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create or replace policies, keys and the append-only trigger."""
        model = to_state.apps.get_model(app_label, self.model)
        for statement in protection_statements(model, append_only=self.append_only):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: the table itself is dropped by the operation before this one."""

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Protect {self.model} by row-level security and composite keys"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how to write this operation in a migration."""
        return type(self).__name__, [self.model], {"append_only": True} if self.append_only else {}


class ComposeTenantKeys(ProtectTenantTable):
    """Make only the composite keys, for an identity table that has no policy."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create or replace the keys."""
        for statement in _foreign_keys(to_state.apps.get_model(app_label, self.model)):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Make the composite keys of {self.model}"


def protection_statements(model: type[models.Model], *, append_only: bool = False) -> list[str]:
    """The SQL that puts one table behind the wall, in order and safe to run twice."""
    table = model._meta.db_table
    account = f"account_id = {ACCOUNT_SETTING}"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {table}_account ON {table}",
        f"CREATE POLICY {table}_account ON {table} FOR ALL USING ({account}) WITH CHECK ({account})",
    ]
    column = site_column(model)
    if column is not None:
        site = SITE_SETTING.format(column=column)
        statements += [
            f"DROP POLICY IF EXISTS {table}_site ON {table}",
            f"CREATE POLICY {table}_site ON {table} AS RESTRICTIVE FOR ALL USING ({site}) WITH CHECK ({site})",
        ]
    statements += _foreign_keys(model)
    if append_only:
        statements += [
            APPEND_ONLY_FUNCTION,
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION igny8_refuse_change()",
        ]
    return statements


def site_column(model: type[models.Model]) -> str | None:
    """The column that holds the row's site: `site_id` of site-bound tables, `id` of the site table itself."""
    if model._meta.label == "igny8_auth.Site":
        return "id"
    return "site_id" if table_kind(model) is Kind.SITE else None


def table_kind(model: type[models.Model]) -> Kind:
    """SITE when the table has a mandatory site, else ACCOUNT; works on migration state, which knows fields only."""
    for field in model._meta.concrete_fields:
        if field.name == "site" and isinstance(field, TenantForeignKey) and not field.null:
            return Kind.SITE
    return Kind.ACCOUNT


def composite_keys(model: type[models.Model]) -> list[tuple[str, tuple[str, ...], str, tuple[str, ...]]]:
    """The table's composite foreign keys as (constraint, columns, target table, target columns)."""
    keys = []
    is_site = table_kind(model) is Kind.SITE
    is_carried = site_is_carried(model)
    for field in model._meta.concrete_fields:
        if not isinstance(field, TenantForeignKey):
            continue
        if is_carried and field.name == "site":
            continue
        target: Any = field.related_model
        columns: tuple[str, ...] = (field.column, "account_id")
        target_columns: tuple[str, ...] = ("id", "account_id")
        if is_site and table_kind(target) is Kind.SITE:
            columns, target_columns = (field.column, "site_id", "account_id"), ("id", "site_id", "account_id")
        name = f"{model._meta.db_table}_{field.column}_tenant"
        keys.append((name, columns, target._meta.db_table, target_columns))
    return keys


def site_is_carried(model: type[models.Model]) -> bool:
    """Whether a key to a row of the site stands for those to site and account; raises ValueError where it cannot."""
    carriers = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, TenantForeignKey) and field.carries_site
    ]
    for field in carriers:
        target: Any = field.related_model
        if {table_kind(model), table_kind(target)} != {Kind.SITE} or site_is_carried(target):
            raise ValueError(f"{model._meta.label}.{field.name} cannot carry the site.")
    return bool(carriers)


def _foreign_keys(model: type[models.Model]) -> list[str]:
    table = model._meta.db_table
    if site_is_carried(model):
        statements = [
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
            for name in (f"{table}_account_fk", f"{table}_site_id_tenant")
        ]
    else:
        statements = _constraint(table, f"{table}_account_fk", ("account_id",), "igny8_auth_account", ("id",))
    for name, columns, target, target_columns in composite_keys(model):
        unique = f"{target}_{'_'.join(target_columns).replace('_id', '')}_key"
        statements.append(
            f"CREATE UNIQUE INDEX IF NOT EXISTS {unique} ON {target} ({', '.join(target_columns)})"
        )
        statements += _constraint(table, name, columns, target, target_columns)
    return statements


def _constraint(
    table: str, name: str, columns: tuple[str, ...], target: str, target_columns: tuple[str, ...]
) -> list[str]:
    if len(name) > 63:
        raise ValueError(f"The constraint name {name} is longer than PostgreSQL keeps.")
    return [
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) "
        f"REFERENCES {target} ({', '.join(target_columns)}) DEFERRABLE INITIALLY DEFERRED",
    ]
