"""Reservations: one identity per article and destination, one slug per destination, whoever asks at once."""

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services import destination_delete, destination_preview_ensure
from igny8_core.modules.publisher import selectors, services
from igny8_core.modules.publisher.errors import PublicationSiteConflict
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.samples import article_make, wordpress_make
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def reserve(article_id: UUID, destination_id: UUID) -> Publication:
    return services.publication_reserve(article_id=article_id, destination_id=destination_id)


def test_same_pair_is_one_row(tenant: Tenant) -> None:
    with tenant.work():
        article, row = article_make(tenant), destination_preview_ensure(tenant.site.pk)
        first, second = reserve(article.pk, row.pk), reserve(article.pk, row.pk)
        assert (first.pk, first.marker) == (second.pk, second.marker)
        assert (first.state, first.slug, first.sent_at) == ("reserved", "burr-grinders", None)


def test_slugs_are_numbered_in_order_and_each_destination_has_its_own(tenant: Tenant) -> None:
    with tenant.work():
        preview = destination_preview_ensure(tenant.site.pk)
        blog = wordpress_make(tenant, "https://blog.example")
        articles = [article_make(tenant) for _ in range(3)]
        slugs = [reserve(article.pk, preview.pk).slug for article in articles]
        assert slugs == ["burr-grinders", "burr-grinders-2", "burr-grinders-3"]
        assert reserve(articles[2].pk, blog.pk).slug == "burr-grinders"


def test_slug_of_a_deleted_publication_is_free_again(tenant: Tenant) -> None:
    with tenant.work():
        row = destination_preview_ensure(tenant.site.pk)
        reserve(article_make(tenant).pk, row.pk).delete()
        assert reserve(article_make(tenant).pk, row.pk).slug == "burr-grinders"


@pytest.mark.parametrize(("slug", "expected"), [("Grinders_1", "grinders-1"), ("", "post-")])
def test_slug_is_made_usable(tenant: Tenant, slug: str, expected: str) -> None:
    with tenant.work():
        article = article_make(tenant, slug=slug)
        row = reserve(article.pk, destination_preview_ensure(tenant.site.pk).pk)
    assert row.slug == (expected if slug else f"post-{article.pk.hex[-12:]}")


def test_article_of_another_site_is_refused(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        article = article_make(tenant, site=other)
        row = destination_preview_ensure(tenant.site.pk)
        with pytest.raises(PublicationSiteConflict):
            reserve(article.pk, row.pk)
        assert Publication.objects.count() == 0


def test_foreign_and_missing_rows_are_not_found(tenant: Tenant, stranger: Tenant) -> None:
    with stranger.work():
        foreign_article = article_make(stranger).pk
        foreign_destination = destination_preview_ensure(stranger.site.pk).pk
    with tenant.work():
        article, row = article_make(tenant).pk, destination_preview_ensure(tenant.site.pk).pk
        for pair in (
            (foreign_article, row),
            (article, foreign_destination),
            (uuid4(), row),
            (article, uuid4()),
        ):
            with pytest.raises(NotFound):
                reserve(*pair)
        assert Publication.objects.count() == 0


def test_publications_leave_and_come_back_with_their_destination(tenant: Tenant) -> None:
    with tenant.work():
        blog = wordpress_make(tenant, "https://blog.example")
        row = reserve(article_make(tenant).pk, blog.pk)
        destination_delete(Destination.objects.get(pk=blog.pk))
        assert Publication.objects.count() == 0
        wordpress_make(tenant, "https://blog.example")
        assert reserve(row.article_id, blog.pk).marker == row.marker


def test_selectors_show_the_row(tenant: Tenant) -> None:
    with tenant.work():
        article, row = article_make(tenant), destination_preview_ensure(tenant.site.pk)
        made = reserve(article.pk, row.pk)
        view = selectors.publication_get(made.pk)
        assert (view.id, view.state, view.url, view.twins) == (made.pk, "reserved", "", ())
        with pytest.raises(NotFound):
            selectors.publication_get(uuid4())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_same_article", [True, False])
def test_six_at_once_reserve_what_six_in_turn_would(tenant: Tenant, is_same_article: bool) -> None:
    with tenant.work():
        articles = [article_make(tenant).pk for _ in range(1 if is_same_article else 6)] * (
            6 if is_same_article else 1
        )
        row = destination_preview_ensure(tenant.site.pk)
    found: list[tuple[UUID, str]] = []
    together = threading.Barrier(6)

    def work(article_id: UUID) -> None:
        try:
            together.wait()
            with tenant.work():
                made = reserve(article_id, row.pk)
            found.append((made.pk, made.slug))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(article_id,)) for article_id in articles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbered = ["burr-grinders", *(f"burr-grinders-{number}" for number in range(2, 7))]
    assert len(found) == 6
    assert sorted({slug for _, slug in found}) == (numbered[:1] if is_same_article else numbered)
    with tenant.work():
        assert Publication.objects.count() == (1 if is_same_article else 6)
