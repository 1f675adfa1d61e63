"""The first lock alone: what a query says before it is sent, so that no policy and no save hook can be what held."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, models
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Sector, Site
from igny8_core.tenancy.context import context_or_none, tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext, TenantMismatch
from igny8_core.tenancy.models import AuditEvent, IdempotencyKey, Job
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db

FRAME = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@contextmanager
def _sent() -> Iterator[list[str]]:
    """The statements that the block sends, savepoints aside."""
    statements: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield statements
    statements += [query["sql"] for query in queries if not query["sql"].startswith(FRAME)]


def _calls(queryset: models.QuerySet) -> dict[str, object]:
    """Every public way to use a queryset, by name."""
    row = Site(name="x", domain="x.example")
    return {
        "iterate": lambda: list(queryset),
        "len": lambda: len(queryset),
        "bool": lambda: bool(queryset),
        "repr": lambda: repr(queryset),
        "index": lambda: queryset[0],
        "slice": lambda: list(queryset[:1]),
        "count": queryset.count,
        "exists": queryset.exists,
        "exclude_exists": lambda: queryset.exclude(name="x").exists(),
        "distinct_exists": lambda: queryset.distinct().exists(),
        "get": lambda: queryset.get(name="x"),
        "first": queryset.first,
        "last": queryset.last,
        "earliest": lambda: queryset.earliest("created_at"),
        "latest": lambda: queryset.latest("created_at"),
        "in_bulk": queryset.in_bulk,
        "iterator": lambda: list(queryset.iterator()),
        "values": lambda: list(queryset.values("name")),
        "values_list": lambda: list(queryset.values_list("name")),
        "dates": lambda: list(queryset.dates("created_at", "day")),
        "datetimes": lambda: list(queryset.datetimes("created_at", "day")),
        "aggregate": lambda: queryset.aggregate(n=models.Count("id")),
        "annotate": lambda: list(queryset.annotate(n=models.Count("id"))),
        "explain": queryset.explain,
        "union": lambda: list(queryset.union(queryset)),
        "intersection": lambda: list(queryset.intersection(queryset)),
        "difference": lambda: list(queryset.difference(queryset)),
        "select_for_update": lambda: list(queryset.select_for_update()),
        "contains": lambda: queryset.contains(Site(id=row.id)),
        "update": lambda: queryset.update(name="y"),
        "delete": queryset.delete,
        "raw_delete": lambda: queryset._raw_delete(queryset.db),
        "create": lambda: queryset.create(name="x", domain="x.example"),
        "get_or_create": lambda: queryset.get_or_create(name="x"),
        "update_or_create": lambda: queryset.update_or_create(name="x"),
        "bulk_create": lambda: queryset.bulk_create([row]),
        "bulk_update": lambda: queryset.bulk_update([row], ["name"]),
        "or": lambda: list(queryset | queryset.model.objects.all()),
        "or_right": lambda: list(queryset.model.objects.all() | queryset),
        "and_right": lambda: list(queryset.model.objects.all() & queryset),
        "xor_right": lambda: list(queryset.model.objects.all() ^ queryset),
        "subquery": lambda: list(queryset.model._base_manager.filter(pk__in=queryset)),
    }


CALL_NAMES = list(_calls(Site.objects.all()))


# They only write new rows and compile no query of ours: the second lock refuses them (test_checks.py).
@pytest.mark.parametrize("name", CALL_NAMES)
@pytest.mark.parametrize("manager", ["objects", "deleted"])
def test_manager_refuses_every_call_without_a_tenant(name: str, manager: str) -> None:
    with _sent() as statements, pytest.raises(NoTenantContext):
        _calls(getattr(Site, manager).all())[name]()
    assert statements == []


def test_manager_none_needs_no_tenant() -> None:
    assert list(Site.objects.none()) == []


def test_manager_raw_and_async_iteration_are_refused(tenant: Tenant) -> None:
    with tenant.work():
        with pytest.raises(NotImplementedError):
            Site.objects.all().raw("SELECT 1")
        with pytest.raises(NotImplementedError):
            Site.objects.all().aiterator()


@pytest.mark.parametrize("model", [Site, Sector, Job, AuditEvent, IdempotencyKey])
def test_every_query_names_the_account(model: type[models.Model], tenant: Tenant) -> None:
    condition = f'"{model._meta.db_table}"."account_id" = {tenant.account.pk}'
    with tenant.work():
        for manager in model._meta.managers:
            assert condition in str(manager.all().query), manager.name


def test_every_statement_names_the_account(tenant: Tenant) -> None:
    with tenant.work(), _sent() as statements:
        Sector.objects.count()
        Sector.objects.update(name="x")
        Sector.deleted.all()._raw_delete("default")
        Sector.objects.filter(name="x").exists()
    assert len(statements) == 4
    assert all(f'"account_id" = {tenant.account.pk}' in statement for statement in statements), statements


def test_every_query_names_the_allowed_sites(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant_transaction(context_of(tenant.member, frozenset({other.pk}))):
        for manager in (Sector.objects, Sector.deleted):
            assert f'"igny8_auth_sector"."site_id" IN ({other.pk})' in str(manager.all().query)
        for manager in (Site.objects, Site.deleted):
            assert f'"igny8_auth_site"."id" IN ({other.pk})' in str(manager.all().query)
        assert [site.pk for site in Site.objects.all()] == [other.pk]


def test_nothing_is_asked_where_no_site_is_allowed(tenant: Tenant) -> None:
    with tenant_transaction(context_of(tenant.member, frozenset())), _sent() as statements:
        assert (Site.objects.count(), Sector.objects.count(), list(Sector.deleted.all())) == (0, 0, [])
    assert statements == []


def test_manager_shows_the_own_account_only(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        assert [site.pk for site in Site.objects.all()] == [tenant.site.pk]
        assert not Site.objects.filter(pk=stranger.site.pk).exists()


@pytest.mark.parametrize("name", CALL_NAMES)
def test_queryset_of_one_account_is_refused_in_another(name: str, tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        queryset = Site.objects.all()
    with stranger.work(), _sent() as statements, pytest.raises(TenantMismatch):
        _calls(queryset)[name]()
    assert statements == []


@pytest.mark.parametrize("key", ["account", "account_id", "site", "sector_id", "id"])
def test_update_refuses_to_move_rows(key: str, tenant: Tenant) -> None:
    with tenant.work(), _sent() as statements, pytest.raises(TenantMismatch):
        Sector.objects.update(**{key: tenant.site.pk})
    assert statements == []


@pytest.mark.parametrize("key", ["account", "site"])
def test_bulk_update_refuses_to_move_rows(key: str, tenant: Tenant) -> None:
    with tenant.work(), _sent() as statements, pytest.raises(TenantMismatch):
        Sector.objects.bulk_update([tenant.sector], ["name", key])
    assert statements == []


def test_new_thread_starts_without_a_tenant(tenant: Tenant) -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append(context_or_none())
        try:
            Site.objects.count()
        except NoTenantContext as error:
            seen.append(type(error))
        finally:
            connections.close_all()

    with tenant.work():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [None, NoTenantContext]


def test_generator_that_is_left_open_reads_nothing_later(tenant: Tenant) -> None:
    def rows() -> Iterator[Site]:
        yield from Site.objects.all().iterator(chunk_size=1)

    with tenant.work():
        left_open = rows()
    with pytest.raises(NoTenantContext):
        next(left_open)
