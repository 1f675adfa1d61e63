"""A post of ours and the same post in the list that WordPress gives of its posts are one page of the plan."""

import pytest

from igny8_core.modules.integration.selectors import page_key
from igny8_core.modules.integration.services import posts_sync
from igny8_core.modules.integration.types import PostsReport
from igny8_core.modules.planner.models import SitePage
from igny8_core.modules.publisher.errors import PublicationVanished
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import article_change, published, refused, reserved
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def read(tenant: Tenant, row: Publication) -> PostsReport:
    with tenant_scope(tenant.context):
        return posts_sync(row.destination_id, progress=lambda *_, **__: None)


def the_page(tenant: Tenant) -> SitePage:
    with tenant.work():
        return SitePage.objects.get()


def test_post_of_ours_is_followed_wherever_people_put_it(tenant: Tenant, wordpress: FakeWordPress) -> None:
    row = published(tenant, reserved(tenant, url=wordpress.url).pk)
    ours = the_page(tenant)
    assert ours.remote_key == page_key(row.destination_id, row.external_id)
    assert read(tenant, row) == PostsReport(seen=1, added=0, refused=0, removed=0, is_whole=True)
    wordpress.edit(int(row.external_id), slug="by-hand", title="By hand")
    assert read(tenant, row).added == 0
    page = the_page(tenant)
    assert (page.pk, page.url, page.title) == (ours.pk, f"{wordpress.url}/by-hand/", "By hand")
    assert (page.source, page.content_id) == ("published", row.article_id)
    assert (page.head_query, page.query_source) == (ours.head_query, "article")
    wordpress.edit(int(row.external_id), status="private")
    assert read(tenant, row).removed == 1
    assert the_page(tenant).removed_at is not None
    wordpress.edit(int(row.external_id), status="publish")
    assert read(tenant, row) == PostsReport(seen=1, added=0, refused=0, removed=0, is_whole=True)
    assert the_page(tenant).removed_at is None


def test_page_that_was_noted_before_the_list_was_read_meets_it_by_address(
    tenant: Tenant, wordpress: FakeWordPress
) -> None:
    row = published(tenant, reserved(tenant, url=wordpress.url).pk)
    with tenant.work():
        SitePage.objects.update(remote_key=f"post:{row.marker}")
    assert read(tenant, row).added == 0
    page = the_page(tenant)
    assert (page.remote_key, page.content_id) == (
        page_key(row.destination_id, row.external_id),
        row.article_id,
    )


def test_post_that_was_deleted_over_there_is_gone_before_the_list_is_read(
    tenant: Tenant, wordpress: FakeWordPress
) -> None:
    row = published(tenant, reserved(tenant, url=wordpress.url).pk)
    read(tenant, row)
    del wordpress.posts[int(row.external_id)]
    article_change(tenant, row, title="Revised")
    refused(tenant, row, PublicationVanished)
    assert the_page(tenant).removed_at is not None


def test_posts_of_others_stand_beside_ours(tenant: Tenant, wordpress: FakeWordPress) -> None:
    wordpress.add(status="publish", slug="moka-pot", title="Moka pots")
    wordpress.add(status="draft", slug="kettle", title="Kettles")
    row = published(tenant, reserved(tenant, url=wordpress.url).pk)
    assert read(tenant, row) == PostsReport(seen=2, added=1, refused=0, removed=0, is_whole=True)
    with tenant.work():
        sources = dict(SitePage.objects.values_list("head_query", "source"))
    assert sources["moka pot"] == "imported"
    assert sorted(sources.values()) == ["imported", "published"]
