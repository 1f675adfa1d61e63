"""Deleting, restoring and purging: by each account's own window, never across accounts."""

from datetime import timedelta

import pytest
import time_machine

from igny8_core.auth.models import Sector, Site
from igny8_core.auth.services import account_update
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.tenancy import tasks
from igny8_core.tenancy.errors import DeletedRowCollision, TenantMismatch
from igny8_core.tenancy.softdelete import row_delete, row_restore
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)


def test_delete_hides_the_row_with_what_it_owns_and_nothing_else(tenant: Tenant, stranger: Tenant) -> None:
    kept = site_make(tenant)
    with tenant.work():
        assert row_delete(tenant.site) == 3
        assert list(Site.objects.all()) == [kept]
        assert Sector.objects.count() == 0
        assert {row.deletion_id for row in Sector.deleted.all()} == {tenant.site.deletion_id}
    with stranger.work():
        assert (Site.objects.count(), Sector.objects.count()) == (1, 2)


def test_delete_of_a_foreign_row_is_refused(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work(), pytest.raises(TenantMismatch):
        row_delete(stranger.site)
    with tenant.work(), pytest.raises(TenantMismatch):
        stranger.site.delete()


def test_queryset_delete_is_soft(tenant: Tenant) -> None:
    with tenant.work():
        Sector.objects.all().delete()
        assert (Sector.objects.count(), Sector.deleted.count()) == (0, 2)


def test_restore_brings_back_the_set_that_went_together(tenant: Tenant) -> None:
    with tenant.work():
        row_delete(tenant.sector)
        row_delete(tenant.site)
        row_restore(Site, tenant.site.pk)
        assert list(Sector.objects.all()) == [tenant.other_sector]


def test_restore_that_collides_names_the_field_and_changes_nothing(tenant: Tenant) -> None:
    with tenant.work():
        row_delete(tenant.site)
    site_make(tenant, tenant.site.domain)
    with tenant.work():
        with pytest.raises(DeletedRowCollision) as caught:
            row_restore(Site, tenant.site.pk)
        assert caught.value.fields == {"domain": ["This value is taken again."]}
        assert Sector.objects.count() == 0


def test_restore_of_a_foreign_or_living_row_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    with stranger.work():
        row_delete(stranger.site)
    with tenant.work():
        for row in (stranger.site, tenant.site):
            with pytest.raises(NotFound):
                row_restore(Site, row.pk)


def test_deleted_row_frees_its_unique_value(tenant: Tenant) -> None:
    with tenant.work():
        row_delete(tenant.site)
    assert site_make(tenant, tenant.site.domain).pk != tenant.site.pk


def test_purge_uses_each_accounts_own_window(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        account_update(tenant.account.pk, retention_days=1)
    for one in (tenant, stranger):
        with one.work():
            row_delete(one.sector)
    with time_machine.travel(utc_now() + timedelta(days=2), tick=True):
        tasks.purge_deleted()
        with tenant.work():
            assert Sector.deleted.count() == 0
            with pytest.raises(NotFound):
                row_restore(Sector, tenant.sector.pk)
        with stranger.work():
            assert Sector.deleted.count() == 1
            assert row_restore(Sector, stranger.sector.pk).pk == stranger.sector.pk


def test_purge_removes_a_deleted_site_with_everything_on_it(tenant: Tenant) -> None:
    with tenant.work():
        row_delete(tenant.site)
    with time_machine.travel(utc_now() + timedelta(days=31), tick=True):
        tasks.purge_deleted()
    with tenant.work():
        assert (Site.deleted.count(), Sector.deleted.count()) == (0, 0)


def test_purge_keeps_what_a_living_row_points_at_and_purges_the_rest(tenant: Tenant) -> None:
    from igny8_core.auth.services import api_key_create

    with tenant.work():
        api_key_create(
            user=tenant.owner, name="k", scopes=["a:read"], allowed_scopes=["a:read"], site_id=tenant.site.pk
        )
        row_delete(tenant.site)
    with time_machine.travel(utc_now() + timedelta(days=31), tick=True):
        assert tasks.purge_deleted() == 2, "both accounts went well"
    with tenant.work():
        assert Site.deleted.get() == tenant.site
        assert Sector.deleted.count() == 0
