"""What a site has on its way out, as a list shows it, and trying several of them again."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.selectors import publication_list, publications_of
from igny8_core.modules.publisher.services import publication_reserve, publications_retry
from igny8_core.modules.publisher.tests.samples import (
    again,
    article_change,
    article_make,
    published,
    reserved,
)
from igny8_core.modules.publisher.types import PublicationQuery, RetryReport
from igny8_core.modules.writer.services import article_reject
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def shown(tenant: Tenant, **narrowed: Any) -> list[Any]:
    with tenant.work():
        return list(publication_list(PublicationQuery(site_id=tenant.site.pk, **narrowed)).rows)


def test_list_shows_the_article_the_destination_and_what_is_out_of_date(tenant: Tenant) -> None:
    row = reserved(tenant, title="Burr grinders")
    published(tenant, row.pk)
    [one] = shown(tenant)
    assert (one.article_title, one.state) == ("Burr grinders", "published")
    assert one.destination_name == f"Preview of {tenant.site.name}"
    assert (one.url, one.is_outdated) == (again(tenant, row).url, False)
    article_change(tenant, row, title="Newer")
    [one] = shown(tenant)
    assert (one.article_title, one.is_outdated) == ("Newer", True)


def test_list_is_narrowed(tenant: Tenant, stranger: Tenant) -> None:
    first, second = reserved(tenant, title="Kettles"), reserved(tenant, url="https://blog.example")
    reserved(stranger)
    with tenant.work():
        Publication.objects.filter(pk=second.pk).update(state="failed", url="https://blog.example/burrs")

    def found(**narrowed: Any) -> list[Any]:
        return [row.id for row in shown(tenant, **narrowed)]

    assert found() == [second.pk, first.pk]
    assert found(state="failed") == found(search="example/burrs") == [second.pk]
    assert found(search="kettle") == found(destination_id=first.destination_id) == [first.pk]
    assert found(article_id=first.article_id) == [first.pk]
    assert found(search="nothing") == []
    with tenant.work():
        there = publications_of(first.article_id)
    assert [view.id for view in there.values()] == [first.pk]
    assert list(there) == [first.destination_id]


def test_list_costs_the_same_with_one_row_and_twenty(tenant: Tenant) -> None:
    def fill(count: int) -> None:
        with tenant.work():
            destination = destination_preview_ensure(tenant.site.pk)
            for _ in range(count):
                publication_reserve(article_id=article_make(tenant).pk, destination_id=destination.pk)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(tenant)
        return len(queries)

    fill(1)
    few = cost()
    fill(19)
    assert cost() == few
    assert len(shown(tenant)) == 20


def test_several_are_tried_again_or_none(tenant: Tenant, stranger: Tenant) -> None:
    rows = [reserved(tenant).pk, reserved(tenant).pk]
    for missing in (reserved(stranger).pk, uuid4()):
        with tenant.work(), pytest.raises(NotFound):
            publications_retry([rows[0], missing])
    with tenant.work():
        assert not Job.objects.exists()
        for _ in range(2):
            assert publications_retry(rows) == RetryReport(started=2, held=0)
        assert Job.objects.count() == 2


def test_one_that_the_gate_holds_does_not_keep_the_others(tenant: Tenant) -> None:
    held, free = reserved(tenant), reserved(tenant)
    with tenant.work():
        article_reject(held.article_id, comment="Too short.")
        assert publications_retry([held.pk, free.pk]) == RetryReport(started=1, held=1)
        assert [job.payload["publication_id"] for job in Job.objects.all()] == [str(free.pk)]
