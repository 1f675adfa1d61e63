"""Deleting, restoring and purging: by each account's own window, never across accounts."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from igny8_core.auth.models import ApiKey, Sector, Site, SiteUserAccess
from igny8_core.auth.services import account_update, api_key_create, api_key_revoke
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.automation.models import RunItem
from igny8_core.modules.planner.models import ContentIdea, Keyword, KeywordImport
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.tenancy import tasks
from igny8_core.tenancy.errors import DeletedRowCollision, TenantMismatch
from igny8_core.tenancy.softdelete import row_delete, row_restore
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import key_client, limited_user, row_make

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


def _past_the_window() -> Any:
    return time_machine.travel(utc_now() + timedelta(days=31), tick=True)


def test_restore_ends_with_the_window_and_not_with_the_purge(tenant: Tenant) -> None:
    with tenant.work():
        row_delete(tenant.site)
    url = f"/api/v1/account/sites/{tenant.site.pk}/restore/"
    with time_machine.travel(utc_now() + timedelta(days=29), tick=True):
        assert client_of(tenant.owner).post(url).status_code == 200
    with tenant.work():
        row_delete(Site.objects.get(pk=tenant.site.pk))
    with _past_the_window():
        with tenant.work(), pytest.raises(NotFound):
            row_restore(Site, tenant.site.pk)
        assert client_of(tenant.owner).post(url).status_code == 404
        with tenant.work():
            assert Site.deleted.get() == tenant.site, "nothing was purged meanwhile"


def test_purge_takes_the_credentials_of_a_site_with_it(tenant: Tenant, stranger: Tenant) -> None:
    people = []
    for one in (tenant, stranger):
        key_client(one.owner, site=one.site)
        key_client(one.owner, site=one.site)
        people.append(limited_user(one, one.site))
    with tenant.work():
        api_key_revoke(ApiKey.objects.filter(account_id=tenant.account.pk).latest("id").pk)
        api_key_create(user=tenant.owner, name="all", scopes=["a:read"], allowed_scopes=["a:read"])
        row_delete(tenant.site)
    with _past_the_window():
        tasks.purge_deleted()
    with tenant.work():
        assert (Site.deleted.count(), Sector.deleted.count()) == (0, 0)
    keys = ApiKey.objects.filter(account_id=tenant.account.pk)
    assert list(keys.values_list("name", "site_id")) == [("all", None)], "no key became one of all sites"
    assert not SiteUserAccess.objects.filter(user=people[0]).exists()
    assert ApiKey.objects.filter(account_id=stranger.account.pk, site=stranger.site).count() == 2
    assert SiteUserAccess.objects.filter(user=people[1]).count() == 1


def test_purge_before_the_window_leaves_the_credentials(tenant: Tenant) -> None:
    key_client(tenant.owner, site=tenant.site)
    with tenant.work():
        row_delete(tenant.site)
    tasks.purge_deleted()
    assert ApiKey.objects.filter(site=tenant.site).exists()


def test_purge_empties_keys_that_may_be_empty(tenant: Tenant) -> None:
    """An import or an article is not kept for ever by the history that names it."""
    source, article = row_make(KeywordImport, tenant), row_make(Article, tenant)
    publication = row_make(Publication, tenant, article=article)
    keyword = row_make(Keyword, tenant, source_import=source)
    item = row_make(RunItem, tenant, article=article, publication=publication)
    with tenant.work():
        row_delete(source)
        assert row_delete(article) == 2, "its publication goes with it"
    with _past_the_window():
        tasks.purge_deleted()
    with tenant.work():
        for model in (KeywordImport, Article, Publication):
            assert not model.deleted.exists(), model
        assert Keyword.objects.get(pk=keyword.pk).source_import_id is None
        seen = RunItem.objects.get(pk=item.pk)
        assert (seen.article_id, seen.publication_id) == (None, None)


def test_purge_keeps_what_a_living_row_needs_and_purges_the_rest(tenant: Tenant) -> None:
    task = row_make(WritingTask, tenant)
    with tenant.work():
        row_delete(task.idea)
        row_delete(tenant.other_sector)
    with _past_the_window():
        assert tasks.purge_deleted() == 2, "both accounts went well"
        with tenant.work():
            assert ContentIdea.deleted.get().pk == task.idea_id
            assert Sector.deleted.count() == 0
