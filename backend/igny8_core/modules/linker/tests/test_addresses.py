"""Which address a site's articles are linked by: the publisher's, and a live blog's before a preview's."""

import pytest

from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.linker.addresses import site_addresses
from igny8_core.modules.publisher.constants import PublicationState
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.selectors import posts_published
from igny8_core.modules.publisher.services import publication_reserve
from igny8_core.modules.publisher.tests.samples import article_make, wordpress_make
from igny8_core.modules.publisher.types import PublishedPost
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


def publish(
    tenant: Tenant, article_id: object, destination_id: object, url: str, state: str = "published"
) -> None:
    row = publication_reserve(article_id=article_id, destination_id=destination_id)  # type: ignore[arg-type]  # the samples' ids are plain objects here
    Publication.objects.filter(pk=row.pk).update(state=PublicationState(state), url=url, article_version=3)


def test_live_blog_is_never_linked_into_a_preview(tenant: Tenant) -> None:
    with tenant.work():
        both, only_preview, failed = (article_make(tenant) for _ in range(3))
        preview = destination_preview_ensure(tenant.site.pk)
        for article in (both, only_preview):
            publish(tenant, article.pk, preview.pk, f"http://127.0.0.1:8000/preview/t/{article.pk}/")
        assert set(site_addresses(tenant.site.pk).homes) == {both.pk, only_preview.pk}
        blog = wordpress_make(tenant, "https://blog.test")
        publish(tenant, both.pk, blog.pk, "https://www.blog.test/both/")
        publish(tenant, failed.pk, blog.pk, "https://www.blog.test/failed/", "failed")
        found = site_addresses(tenant.site.pk)
    assert found.homes == {both.pk: "https://www.blog.test/both/"}
    assert found.versions == {both.pk: 3}
    assert found.articles == {
        f"127.0.0.1:8000/preview/t/{both.pk}": both.pk,
        f"127.0.0.1:8000/preview/t/{only_preview.pk}": only_preview.pk,
        "blog.test/both": both.pk,
    }
    assert found.hosts == {tenant.site.domain, "127.0.0.1:8000", "blog.test"}


def test_published_posts_are_those_of_the_site_and_the_account(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        article, preview = article_make(tenant), destination_preview_ensure(tenant.site.pk)
        publish(tenant, article.pk, preview.pk, "https://blog.test/a/")
        assert posts_published(tenant.site.pk) == [
            PublishedPost(article.pk, preview.pk, url="https://blog.test/a/", article_version=3)
        ]
        assert posts_published(stranger.site.pk) == []
    with stranger.work():
        assert posts_published(tenant.site.pk) == []
