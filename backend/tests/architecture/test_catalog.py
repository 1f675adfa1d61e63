"""What the database itself says about the wall: policies, keys, triggers, roles."""

import pytest
from django.apps import apps
from django.db import connection, connections

from igny8_core.tenancy.bases import AppendOnlyModel, TenantModel
from igny8_core.tenancy.rls import composite_keys, site_column

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
IDENTITY_WITH_KEYS = ["SiteUserAccess", "ApiKey", "RefreshSession"]
by_label = pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)


def _rows(statement: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


@by_label
def test_table_enables_and_forces_row_level_security(model: type[TenantModel]) -> None:
    found = _rows(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
        model._meta.db_table,
    )
    assert found == [(True, True)]


@by_label
def test_table_has_one_permissive_policy_and_the_site_policy(model: type[TenantModel]) -> None:
    policies = _rows(
        "SELECT policyname, permissive, cmd, qual = with_check, qual FROM pg_policies WHERE tablename = %s ORDER BY 1",
        model._meta.db_table,
    )
    expected = [(f"{model._meta.db_table}_account", "PERMISSIVE", "ALL", True)]
    if site_column(model):
        expected.append((f"{model._meta.db_table}_site", "RESTRICTIVE", "ALL", True))
    assert [policy[:4] for policy in policies] == expected
    assert "account_id = (NULLIF(current_setting('app.account_id'" in policies[0][4]


@by_label
def test_table_has_account_not_null_and_an_index_led_by_it(model: type[TenantModel]) -> None:
    table = model._meta.db_table
    assert _rows(
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'account_id'", table
    ) == [(True,)]
    leads = _rows(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
        "WHERE i.indrelid = %s::regclass",
        table,
    )
    assert ("account_id",) in leads


@by_label
def test_table_has_its_composite_keys(model: type[TenantModel]) -> None:
    _assert_keys(model)


@by_label
def test_site_of_a_row_is_proved_by_a_key(model: type[TenantModel]) -> None:
    """Its own key to the site, or one that is never empty to a row that has such a key and stands in the same site."""
    if site_column(model) == "site_id":
        table = model._meta.db_table
        found = [table] if _has_site_key(table) else _tables_with_the_same(table, "site_id", "account_id")
        assert any(_has_site_key(name) for name in found)


def _has_site_key(table: str) -> bool:
    return ("igny8_auth_site", ["site_id", "account_id"]) in _full_keys(table)


def _has_account_key(table: str) -> bool:
    return ("igny8_auth_account", ["account_id"]) in _full_keys(table)


def _tables_with_the_same(table: str, *names: str) -> list[str]:
    """Those to whose rows a key leads that is never empty and holds these columns behind the row's own."""
    return [target for target, columns in _full_keys(table) if columns[1:][-len(names) :] == list(names)]


def _full_keys(table: str) -> list[tuple[str, list[str]]]:
    """The targets and columns of the keys of which no column may be empty; site and account go to their like."""
    return [
        (target, columns)
        for target, columns, target_columns in _rows(
            """
            SELECT c.confrelid::regclass::text,
                   ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o)
                         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = n ORDER BY o),
                   ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, o)
                         JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = n ORDER BY o)
            FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND c.convalidated
            AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                            AND NOT a.attnotnull)
            """,
            table,
        )
        if columns[1:] == target_columns[1:]
    ]


def test_no_key_of_the_database_acts_on_deletion() -> None:
    """Tables that no model knows, and keys that a hand wrote, included."""
    assert (
        _rows(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' "
            "AND connamespace = 'public'::regnamespace AND NOT (confdeltype = 'a' AND confupdtype = 'a')"
        )
        == []
    )


@pytest.mark.parametrize("name", IDENTITY_WITH_KEYS)
def test_identity_table_has_its_composite_keys(name: str) -> None:
    _assert_keys(apps.get_model("igny8_auth", name))


def _assert_keys(model: type) -> None:
    table = model._meta.db_table
    # Referential actions ignore row-level security: a cascade deletes, and SET NULL empties, across the wall.
    actions = _rows(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass "
        "AND NOT (confdeltype = 'a' AND confupdtype = 'a')",
        table,
    )
    assert actions == []
    found = {
        name: (columns, target, target_columns, deferrable)
        for name, columns, target, target_columns, deferrable in _rows(
            """
            SELECT c.conname,
                   ARRAY(SELECT attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o)
                         JOIN pg_attribute ON attrelid = c.conrelid AND attnum = n ORDER BY o),
                   c.confrelid::regclass::text,
                   ARRAY(SELECT attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, o)
                         JOIN pg_attribute ON attrelid = c.confrelid AND attnum = n ORDER BY o),
                   c.condeferrable AND c.condeferred
            FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass
            """,
            table,
        )
    }
    for name, columns, target, target_columns in composite_keys(model):
        assert found[name] == (list(columns), target, list(target_columns), True)
    singles = {columns[0] for columns, *_ in found.values() if len(columns) == 1}
    assert singles <= {"account_id"}, "a single-column key lets a row point across the wall"
    proved = [table] if _has_account_key(table) else _tables_with_the_same(table, "account_id")
    assert any(_has_account_key(name) for name in proved)


@pytest.mark.parametrize(
    "model", [m for m in TENANT_MODELS if issubclass(m, AppendOnlyModel)], ids=lambda model: model._meta.label
)
def test_append_only_table_has_its_trigger(model: type[TenantModel]) -> None:
    table = model._meta.db_table
    assert _rows(
        "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", table
    ) == [(f"{table}_append_only", "O")]


def test_there_is_no_definer_function_and_no_view_over_tenant_tables() -> None:
    assert (
        _rows("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
    )
    assert (
        _rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
        )
        == []
    )


def test_roles_have_only_what_they_need() -> None:
    flags = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert _rows(flags) == [(False, False, False, False)]
    assert _rows("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == [(0,)]
    for table in TENANT_MODELS:
        granted = _rows("SELECT has_table_privilege(%s, 'TRUNCATE')", table._meta.db_table)
        assert granted == [(False,)]
    with connections["ops"].cursor() as cursor:
        cursor.execute("SHOW default_transaction_read_only")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SELECT has_table_privilege('igny8_auth_site', 'UPDATE')")
        assert cursor.fetchone() == (False,)
