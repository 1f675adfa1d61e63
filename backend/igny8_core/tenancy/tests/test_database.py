"""The third lock alone: raw SQL as the application role, with the other two locks out of play."""

import threading
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from igny8_core.auth.models import Sector, Site
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import (
    ALL_SITES,
    TenantContext,
    VersionProbe,
    context_or_none,
    tenant_scope,
    tenant_transaction,
)
from igny8_core.tenancy.errors import (
    NoTenantContext,
    OutsideTransaction,
    StaleContext,
    TenantScopeConflict,
)
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.db import owner_connection
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db(transaction=True)


def _sql(statement: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def _account_setting() -> str | None:
    return _sql("SELECT NULLIF(current_setting('app.account_id', true), '')")[0][0]


def test_raw_sql_sees_nothing_without_a_tenant_and_only_its_own_with_one(
    tenant: Tenant, stranger: Tenant
) -> None:
    assert _sql("SELECT id FROM igny8_auth_site") == []
    with tenant.work():
        assert _sql("SELECT id FROM igny8_auth_site") == [(tenant.site.pk,)]
        assert _sql("SELECT id FROM igny8_auth_site WHERE id = %s", stranger.site.pk) == []


def test_base_manager_and_foreign_keys_are_held_too(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        assert list(Site._base_manager.values_list("pk", flat=True)) == [tenant.site.pk]
        with pytest.raises(Site.DoesNotExist):
            _ = Sector(site_id=stranger.site.pk).site


def test_raw_writes_to_another_account_are_refused(tenant: Tenant, stranger: Tenant) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), tenant.work():
        _sql(
            "INSERT INTO igny8_auth_site (id, account_id, name, domain, language, version, created_at, updated_at) "
            "VALUES (%s, %s, 'x', 'x', 'en', 1, now(), now())",
            uuid4(),
            stranger.account.pk,
        )
    with pytest.raises(DatabaseError, match="row-level security"), tenant.work():
        _sql("UPDATE igny8_auth_site SET account_id = %s", stranger.account.pk)
    with tenant.work():
        _sql("UPDATE igny8_auth_site SET name = 'stolen' WHERE id = %s", stranger.site.pk)
        _sql("DELETE FROM igny8_auth_sector WHERE site_id = %s", stranger.site.pk)
    with stranger.work():
        assert Site.objects.get().name == stranger.site.name
        assert Sector.objects.count() == 2


def test_composite_keys_refuse_a_row_of_another_account(tenant: Tenant, stranger: Tenant) -> None:
    with pytest.raises(IntegrityError), tenant.work():
        _sql("UPDATE igny8_auth_sector SET site_id = %s", stranger.site.pk)


def test_composite_keys_refuse_a_row_of_another_site(tenant: Tenant) -> None:
    from igny8_core.modules.planner.models import Keyword

    other = site_make(tenant)
    with tenant.work():
        keyword = Keyword.objects.create(site=tenant.site, sector=tenant.sector, text="a", normalized="a")
    with pytest.raises(IntegrityError), tenant.work():
        _sql("UPDATE planner_keyword SET site_id = %s WHERE id = %s", other.pk, keyword.pk)


def test_key_that_carries_the_site_refuses_every_other_site(tenant: Tenant, stranger: Tenant) -> None:
    from igny8_core.modules.planner.models import Keyword, KeywordMetric

    other = site_make(tenant)
    with tenant.work():
        keyword = Keyword.objects.create(site=tenant.site, sector=tenant.sector, text="a", normalized="a")
        KeywordMetric.objects.create(
            site=tenant.site, keyword=keyword, source_tool="x", seen_on="2026-05-01", volume=1
        )
    for site_id in (other.pk, stranger.site.pk, uuid4()):
        with pytest.raises(IntegrityError, match="keyword_id_tenant"), tenant.work():
            _sql("UPDATE planner_keywordmetric SET site_id = %s", site_id)


def test_site_policy_holds_below_the_account(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant_transaction(context_of(tenant.member, frozenset({other.pk}))):
        assert _sql("SELECT id FROM igny8_auth_site") == [(other.pk,)]
        assert _sql("SELECT count(*) FROM igny8_auth_sector") == [(0,)]
    with pytest.raises(DatabaseError), tenant_transaction(context_of(tenant.member, frozenset({other.pk}))):
        _sql(
            "INSERT INTO igny8_auth_sector (id, account_id, site_id, name, slug, version, created_at, updated_at) "
            "VALUES (%s, %s, %s, 'x', 'x', 1, now(), now())",
            uuid4(),
            tenant.account.pk,
            tenant.site.pk,
        )


def test_policies_bind_the_owner_of_every_table_that_has_one() -> None:
    tables = "pg_class JOIN pg_policy ON polrelid = pg_class.oid"
    assert _sql(f"SELECT DISTINCT relrowsecurity, relforcerowsecurity FROM {tables}") == [(True, True)]


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("TRUNCATE igny8_auth_site CASCADE", "permission denied for table"),
        ("ALTER TABLE igny8_auth_site DISABLE ROW LEVEL SECURITY", "must be owner"),
        ("DROP POLICY igny8_auth_site_account ON igny8_auth_site", "must be owner"),
        ("CREATE TABLE mine (id int)", "permission denied for schema"),
        ("SET ROLE igny8_owner", "permission denied to set role"),
    ],
)
def test_application_role_cannot_leave_the_wall(statement: str, refusal: str, tenant: Tenant) -> None:
    with pytest.raises(DatabaseError, match=refusal), tenant.work():
        _sql(statement)


def test_copy_cannot_bring_rows_in(tenant: Tenant) -> None:
    statement, refusal = "COPY igny8_auth_site FROM STDIN", "COPY FROM not supported with row-level security"
    with tenant.work(), connection.cursor() as cursor, pytest.raises(psycopg.Error, match=refusal):
        cursor.copy(statement).__enter__()


def test_audit_rows_cannot_be_changed_or_deleted(tenant: Tenant) -> None:
    with tenant.work():
        audit_write("a.thing", row=tenant.site)
    for statement in ("UPDATE tenancy_auditevent SET action = 'x'", "DELETE FROM tenancy_auditevent"):
        with pytest.raises(DatabaseError, match="append-only"), tenant.work():
            _sql(statement)
    with tenant.work():
        assert AuditEvent.objects.get().action == "a.thing"


def test_statement_in_a_scope_without_a_transaction_is_refused(tenant: Tenant) -> None:
    with tenant_scope(tenant.context), pytest.raises(OutsideTransaction):
        Site.objects.count()


def test_tenant_transaction_without_a_scope_is_refused() -> None:
    with pytest.raises(NoTenantContext), tenant_transaction():
        pass


def test_setting_is_gone_after_commit_rollback_and_error(tenant: Tenant) -> None:
    with tenant.work():
        assert _account_setting() == str(tenant.account.pk)
    assert _account_setting() is None
    with pytest.raises(ZeroDivisionError), tenant.work():
        1 / 0  # noqa: B018 - the error is the test
    assert _account_setting() is None
    with pytest.raises(DatabaseError), tenant.work():
        _sql("SELECT 1/0")
    assert (_account_setting(), context_or_none()) == (None, None)


def test_scope_inside_a_transaction_tells_and_untells_the_database(tenant: Tenant) -> None:
    with transaction.atomic():
        assert _account_setting() is None
        with tenant_scope(tenant.context):
            assert _account_setting() == str(tenant.account.pk)
        assert _account_setting() is None


def test_savepoints_keep_the_tenant(tenant: Tenant) -> None:
    with tenant.work():
        with pytest.raises(DatabaseError), transaction.atomic():
            _sql("SELECT 1/0")
        assert Site.objects.count() == 1
        with transaction.atomic(), tenant_scope(context_of(tenant.member, frozenset())):
            assert Site.objects.count() == 0
        assert Site.objects.count() == 1


def test_failed_statement_inside_a_nested_scope_keeps_the_outer_one(tenant: Tenant) -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(), tenant_scope(tenant.context):
            _sql("SELECT 1/0")
        assert _account_setting() is None


def test_scope_of_another_account_or_wider_sites_is_refused_inside_a_scope(
    tenant: Tenant, stranger: Tenant
) -> None:
    narrow = context_of(tenant.member, frozenset({tenant.site.pk}))
    with tenant_scope(narrow):
        for wider in (stranger.context, tenant.context, context_of(tenant.member, frozenset({uuid4()}))):
            with pytest.raises(TenantScopeConflict), tenant_scope(wider):
                pass
        assert context_or_none() is narrow
    assert context_or_none() is None


def test_new_thread_reads_nothing(tenant: Tenant) -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append(_sql("SELECT id FROM igny8_auth_site"))
        connections.close_all()

    with tenant.work():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [[]]


def test_persistent_connection_carries_nothing_to_the_next_use(tenant: Tenant, stranger: Tenant) -> None:
    for _ in range(20):
        for one in (tenant, stranger):
            with one.work():
                assert list(Site.objects.values_list("pk", flat=True)) == [one.site.pk]
    assert _account_setting() is None


def test_stale_probe_is_noticed_at_begin_and_leaves_no_transaction(tenant: Tenant) -> None:
    probe = VersionProbe(
        "(SELECT context_version FROM igny8_auth_account WHERE id = %s)", (tenant.account.pk,), (7,)
    )
    context = TenantContext(tenant.account.pk, ALL_SITES, None, "r", probe)
    with pytest.raises(StaleContext), tenant_transaction(context):
        pytest.fail("the body must not run")
    assert not connection.in_atomic_block
    assert connection.get_autocommit()
    assert _account_setting() is None


def test_data_migration_changes_rows_under_force(tenant: Tenant, stranger: Tenant) -> None:
    with owner_connection() as owner:
        assert owner.execute("UPDATE igny8_auth_site SET language = 'de'").rowcount == 2
    with stranger.work():
        assert Site.objects.get().language == "de"
