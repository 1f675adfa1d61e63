"""The COPY path: what it inserts, updates and refuses, and that the wall holds on it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from igny8_core.auth.models import Sector
from igny8_core.tenancy.bulk import BulkResult, Precedence, bulk_upsert
from igny8_core.tenancy.context import tenant_scope, tenant_transaction
from igny8_core.tenancy.errors import OutsideTransaction, TenantMismatch
from igny8_core.testing.db import owner_connection
from igny8_core.testing.factories import Tenant, context_of, site_make

COLUMNS = ("site_id", "slug", "name")
pytestmark = pytest.mark.django_db


def upsert(rows: Any, **options: Any) -> BulkResult:
    return bulk_upsert(
        Sector,
        rows,
        columns=COLUMNS,
        conflict_columns=("site_id", "slug"),
        update_columns=options.pop("update_columns", ("name",)),
        **options,
    )


def rows_of(tenant: Tenant, *names: str) -> list[tuple[Any, ...]]:
    return [(tenant.site.pk, name, name.upper()) for name in names]


class TestWrite:
    def test_bulk_inserts_rows_of_the_context_account(self, tenant: Tenant) -> None:
        with tenant.work():
            result = upsert(rows_of(tenant, "tea", "milk"))
            row = Sector.objects.get(slug="tea")
            assert result == BulkResult(inserted=2, updated=0, unchanged=0, duplicates=0)
            assert (row.account_id, row.site_id, row.name, row.version) == (
                tenant.account.pk,
                tenant.site.pk,
                "TEA",
                1,
            )
            assert row.created_at == row.updated_at
            assert row.deleted_at is None

    def test_bulk_takes_mappings_and_any_iterable(self, tenant: Tenant) -> None:
        def stream() -> Iterator[dict[str, Any]]:
            for number in range(3):
                yield {"name": str(number), "site_id": tenant.site.pk, "slug": f"n{number}"}

        with tenant.work():
            assert upsert(stream()).inserted == 3

    def test_bulk_update_advances_version_and_keeps_the_id(self, tenant: Tenant) -> None:
        with tenant.work():
            upsert(rows_of(tenant, "tea"))
            before = Sector.objects.get(slug="tea")
            result = upsert([(tenant.site.pk, "tea", "Black tea")])
            after = Sector.objects.get(slug="tea")
        assert result == BulkResult(inserted=0, updated=1, unchanged=0, duplicates=0)
        assert (after.pk, after.name, after.version) == (before.pk, "Black tea", 2)
        assert after.updated_at > before.updated_at
        assert after.created_at == before.created_at

    def test_bulk_unchanged_rows_keep_their_version(self, tenant: Tenant) -> None:
        with tenant.work():
            upsert(rows_of(tenant, "tea"))
            assert upsert(rows_of(tenant, "tea")) == BulkResult(
                inserted=0, updated=0, unchanged=1, duplicates=0
            )
            assert Sector.objects.get(slug="tea").version == 1

    def test_bulk_first_of_duplicate_rows_counts(self, tenant: Tenant) -> None:
        with tenant.work():
            result = upsert([(tenant.site.pk, "tea", "first"), (tenant.site.pk, "tea", "second")])
            assert result == BulkResult(inserted=1, updated=0, unchanged=0, duplicates=1)
            assert Sector.objects.get(slug="tea").name == "first"

    def test_bulk_leaves_deleted_rows_alone(self, tenant: Tenant) -> None:
        with tenant.work():
            upsert(rows_of(tenant, "tea"))
            Sector.objects.get(slug="tea").delete()
            assert upsert(rows_of(tenant, "tea")).inserted == 1
            assert Sector.deleted.filter(slug="tea").count() == 1

    def test_bulk_shared_columns_are_those_of_each_row(self, tenant: Tenant) -> None:
        with tenant.work():
            result = bulk_upsert(
                Sector,
                [("tea",), ("milk",)],
                columns=("slug",),
                shared={"site_id": tenant.site.pk, "name": "It's \\ 100%"},
                conflict_columns=("site_id", "slug"),
                update_columns=("name",),
            )
            assert result.inserted == 2
            rows = Sector.objects.filter(slug__in=["tea", "milk"]).values_list("site_id", "name")
            assert list(rows) == [(tenant.site.pk, "It's \\ 100%")] * 2

    def test_bulk_no_rows_is_fine(self, tenant: Tenant) -> None:
        with tenant.work():
            assert upsert([]) == BulkResult(inserted=0, updated=0, unchanged=0, duplicates=0)

    def test_bulk_text_with_tabs_quotes_and_percent_survives(self, tenant: Tenant) -> None:
        name = "a\tb\\N \"c\" 100% %s 'd'\n\\."
        with tenant.work():
            upsert([(tenant.site.pk, "odd", name)])
            assert Sector.objects.get(slug="odd").name == name


class TestOptions:
    def test_bulk_keeps_known_values(self, tenant: Tenant) -> None:
        with tenant.work():
            upsert(rows_of(tenant, "tea"))
            assert upsert([(tenant.site.pk, "tea", "")], keeps_known=True).unchanged == 1
            assert Sector.objects.get(slug="tea").name == "TEA"

    @pytest.mark.parametrize(
        ("old", "new", "kept"),
        [("low", "high", "high"), ("high", "low", "high"), ("mid", "mid", "mid"), ("mid", "low", "mid")],
    )
    def test_bulk_precedence_keeps_the_stronger_word(
        self, tenant: Tenant, old: str, new: str, kept: str
    ) -> None:
        precedence = Precedence(source="name", ranking=("low", "mid", "high"), columns=("name",))
        with tenant.work():
            upsert([(tenant.site.pk, "tea", old)])
            upsert([(tenant.site.pk, "tea", new)], precedences=(precedence,))
            assert Sector.objects.get(slug="tea").name == kept

    def test_bulk_before_write_sees_the_new_rows_and_may_stop(self, tenant: Tenant) -> None:
        seen: list[int] = []

        def stop(count: int) -> None:
            seen.append(count)
            raise TenantMismatch

        with tenant.work():
            upsert(rows_of(tenant, "tea"))
        with pytest.raises(TenantMismatch), tenant.work():
            upsert(rows_of(tenant, "tea", "milk", "milk", "rice"), before_write=stop)
        assert seen == [2]
        with tenant.work():
            assert not Sector.objects.filter(slug__in=["milk", "rice"]).exists()


class TestWall:
    def test_bulk_rows_cannot_choose_an_account(self, tenant: Tenant) -> None:
        with pytest.raises(ValueError, match="account_id"), tenant.work():
            bulk_upsert(
                Sector,
                [(1, tenant.site.pk, "x", "x")],
                columns=("account_id", *COLUMNS),
                conflict_columns=("site_id", "slug"),
                update_columns=(),
            )

    def test_bulk_account_cannot_be_shared_in(self, tenant: Tenant, stranger: Tenant) -> None:
        with pytest.raises(ValueError, match="account_id"), tenant.work():
            upsert(rows_of(tenant, "tea"), shared={"account_id": stranger.account.pk})

    def test_bulk_shared_site_outside_the_scope_is_refused(self, tenant: Tenant) -> None:
        other = site_make(tenant)
        context = context_of(tenant.member, frozenset({tenant.site.pk}))
        with pytest.raises(TenantMismatch), tenant_transaction(context):
            bulk_upsert(
                Sector,
                [("tea", "Tea")],
                columns=("slug", "name"),
                shared={"site_id": other.pk},
                conflict_columns=("site_id", "slug"),
                update_columns=("name",),
            )

    def test_bulk_unknown_columns_are_refused(self, tenant: Tenant) -> None:
        with pytest.raises(ValueError, match="nonsense"), tenant.work():
            upsert([], update_columns=("nonsense",))

    def test_bulk_site_bound_rows_need_their_site(self, tenant: Tenant) -> None:
        with pytest.raises(ValueError, match="site_id"), tenant.work():
            bulk_upsert(Sector, [], columns=("slug", "name"), conflict_columns=("slug",), update_columns=())

    def test_bulk_site_outside_the_scope_is_refused(self, tenant: Tenant) -> None:
        other = site_make(tenant)
        context = context_of(tenant.member, frozenset({tenant.site.pk}))
        with pytest.raises(TenantMismatch), tenant_transaction(context):
            upsert([(other.pk, "tea", "Tea")])
        with tenant.work():
            assert not Sector.objects.filter(slug="tea").exists()

    @pytest.mark.django_db(transaction=True)
    def test_bulk_foreign_site_is_refused(self, tenant: Tenant, stranger: Tenant) -> None:
        with pytest.raises(IntegrityError), tenant.work():
            upsert([(stranger.site.pk, "tea", "Tea")])
        with pytest.raises(IntegrityError), tenant.work():
            upsert([(uuid4(), "tea", "Tea")])
        with stranger.work():
            assert not Sector.objects.filter(slug="tea").exists()

    def test_bulk_same_key_of_another_account_is_not_touched(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            upsert(rows_of(stranger, "tea"))
        with tenant.work():
            assert upsert([(tenant.site.pk, "tea", "Ours")]).inserted == 1
        with stranger.work():
            assert Sector.objects.get(slug="tea").name == "TEA"

    @pytest.mark.django_db(transaction=True)
    def test_bulk_needs_a_transaction(self, tenant: Tenant) -> None:
        with pytest.raises(OutsideTransaction), tenant_scope(tenant.context):
            upsert(rows_of(tenant, "tea"))

    @pytest.mark.django_db(transaction=True)
    def test_bulk_failing_source_leaves_nothing(self, tenant: Tenant) -> None:
        def broken() -> Iterator[tuple[Any, ...]]:
            yield from rows_of(tenant, "tea")
            raise OSError("the disk is gone")

        with pytest.raises(OSError, match="disk"), tenant.work():
            upsert(broken())
        with tenant.work():
            assert not Sector.objects.filter(slug="tea").exists()


class TestPlanning:
    def test_table_of_keywords_has_statistics_before_its_first_row(self) -> None:
        with owner_connection() as owner:  # row-level security hides a table's statistics from everybody else
            found = owner.execute(
                "SELECT attname FROM pg_stats WHERE tablename = 'planner_keyword' AND attname = ANY(%s)",
                [["account_id", "site_id"]],
            ).fetchall()
        assert {name for (name,) in found} == {"account_id", "site_id"}

    def test_bulk_has_what_the_commit_checks_planned_for_any_value(self, tenant: Tenant) -> None:
        with tenant.work(), connection.cursor() as cursor:
            upsert(rows_of(tenant, "tea"), before_write=lambda count: None)
            cursor.execute("SELECT current_setting('plan_cache_mode'), current_setting('enable_nestloop')")
            assert cursor.fetchone() == ("force_generic_plan", "on")
