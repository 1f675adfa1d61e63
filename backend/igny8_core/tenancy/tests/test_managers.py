"""The first lock: nothing answers without a tenant, and nothing of another account ever does."""

import pytest
from django.db import models

from igny8_core.auth.models import Sector, Site
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext, TenantMismatch
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db


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
        "subquery": lambda: list(queryset.model._base_manager.filter(pk__in=queryset)),
    }


CALL_NAMES = list(_calls(Site.objects.all()))


@pytest.mark.parametrize("name", CALL_NAMES)
@pytest.mark.parametrize("manager", ["objects", "deleted"])
def test_manager_refuses_every_call_without_a_tenant(name: str, manager: str) -> None:
    with pytest.raises(NoTenantContext):
        _calls(getattr(Site, manager).all())[name]()


def test_manager_none_needs_no_tenant() -> None:
    assert list(Site.objects.none()) == []


def test_manager_raw_and_async_iteration_are_refused(tenant: Tenant) -> None:
    with tenant.work():
        with pytest.raises(NotImplementedError):
            Site.objects.all().raw("SELECT 1")
        with pytest.raises(NotImplementedError):
            Site.objects.all().aiterator()


def test_manager_shows_the_own_account_only(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        assert [site.pk for site in Site.objects.all()] == [tenant.site.pk]
        assert not Site.objects.filter(pk=stranger.site.pk).exists()


def test_manager_shows_allowed_sites_only(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant_transaction(context_of(tenant.member, frozenset({other.pk}))):
        assert [site.pk for site in Site.objects.all()] == [other.pk]
        assert Sector.objects.count() == 0
    with tenant_transaction(context_of(tenant.member, frozenset())):
        assert Site.objects.count() == 0


@pytest.mark.parametrize("name", CALL_NAMES)
def test_queryset_of_one_account_is_refused_in_another(name: str, tenant: Tenant, stranger: Tenant) -> None:
    if name in ("create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"):
        return  # they write the row of the current account and never compile the foreign filter first
    with tenant.work():
        queryset = Site.objects.all()
    with stranger.work(), pytest.raises(TenantMismatch):
        _calls(queryset)[name]()
    with stranger.work():
        assert Site.objects.get().name == stranger.site.name


@pytest.mark.parametrize("key", ["account", "account_id", "site", "sector_id", "id"])
def test_update_refuses_to_move_rows(key: str, tenant: Tenant) -> None:
    with tenant.work(), pytest.raises(TenantMismatch):
        Sector.objects.update(**{key: tenant.site.pk})
