"""Articles, destinations and reservations for tests of the publisher."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from igny8_core.auth.models import Site
from igny8_core.common.errors import DomainError
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services import destination_preview_ensure, destination_wordpress_save
from igny8_core.modules.planner.models import Cluster, ContentIdea
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.services import publication_publish, publication_reserve
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

PASSWORD = "abcd EFGH ijkl MNOP qrst UVWX"
_numbers = itertools.count(1)


def article_make(tenant: Tenant, *, site: Site | None = None, **changes: Any) -> Article:
    """A finished article; call it inside the tenant's transaction."""
    site_id = (site or tenant.site).pk
    query = f"burr grinder {next(_numbers)}"
    cluster = Cluster.objects.create(site_id=site_id, name=query, head_keyword=query)
    idea = ContentIdea.objects.create(site_id=site_id, cluster=cluster, title=query, head_keyword=query)
    task = WritingTask.objects.create(site_id=site_id, idea=idea, title=query, head_keyword=query)
    fields = {
        "title": "Burr grinders & how to choose one",
        "slug": "burr-grinders",
        "html": "<h2>Conical or flat</h2>\n<p>Conical burrs run quieter.</p>",
        "excerpt": "Which grinder to buy.",
        "meta_description": "Conical or flat burrs: which grinder to buy.",
        "head_keyword": query,
        "category": "Coffee gear",
        "tags": ["grinders"],
        "word_count": 900,
    }
    return Article.objects.create(site_id=site_id, task=task, idea=idea, **{**fields, **changes})


def wordpress_make(tenant: Tenant, url: str, *, minimum_score: int | None = None) -> Destination:
    """A WordPress destination, open to every article unless told otherwise; call it inside the tenant's transaction."""
    return destination_wordpress_save(
        site_id=tenant.site.pk,
        base_url=url,
        username="anna",
        application_password=PASSWORD,
        minimum_score=minimum_score,
    )


def reserved(tenant: Tenant, *, url: str = "", **changes: Any) -> Publication:
    """A committed reservation of a new article: on WordPress when an address is given, else on the preview."""
    with tenant.work():
        article = article_make(tenant, **changes)
        row = wordpress_make(tenant, url) if url else destination_preview_ensure(tenant.site.pk)
        return publication_reserve(article_id=article.pk, destination_id=row.pk)


def published(tenant: Tenant, publication_id: UUID) -> Publication:
    """Publish as a job does: inside the scope, outside any transaction."""
    with tenant_scope(tenant.context):
        return publication_publish(publication_id, checkpoint=lambda: None, progress=lambda *_: None)


def refused(tenant: Tenant, row: Publication, kind: type[DomainError]) -> Any:
    """Publish, which must be refused so; gives the error."""
    with pytest.raises(kind) as caught:
        published(tenant, row.pk)
    return caught.value


def again(tenant: Tenant, row: Publication) -> Publication:
    """The row as it is stored."""
    with tenant.work():
        return Publication.objects.get(pk=row.pk)


def article_change(tenant: Tenant, row: Publication, **changes: Any) -> None:
    """Edit the publication's article."""
    with tenant.work():
        article = Article.objects.get(pk=row.article_id)
        for name, value in changes.items():
            setattr(article, name, value)
        article.save()
