"""Published articles about coffee that name one another, and what the tests ask of them."""

import itertools
from typing import Any
from uuid import UUID

from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.linker.models import LinkBatch, LinkSuggestion
from igny8_core.modules.linker.services import (
    batch_create,
    batch_insert,
    batch_undo,
    batch_undo_start,
    site_scan,
    suggestions_make,
)
from igny8_core.modules.linker.types import ScanReport, SuggestReport
from igny8_core.modules.publisher.constants import PublicationState
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.services import publication_reserve
from igny8_core.modules.publisher.tests.samples import article_make
from igny8_core.modules.writer.models import Article, ArticleRevision
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

PRESS = (
    "<h2>French press coffee</h2>"
    "<p>A coarse grind from a burr grinder suits the press. Steep it for four minutes.</p>"
)
GRINDER = "<p>A burr grinder crushes beans evenly. For French press coffee choose a coarse setting.</p>"
BREW = "<p>Cold brew coffee steeps for a night. Grind coarse with a burr grinder. It is not French press coffee.</p>"
TEXTS = {
    "French press coffee": PRESS,
    "Burr grinder": GRINDER,
    "Cold brew coffee": BREW,
}
BASE = "https://blog.test"
_numbers = itertools.count(1)


def post_make(tenant: Tenant, title: str, html: str, *, is_published: bool = True) -> Article:
    """An article, published on the preview under an address of the blog unless told otherwise."""
    with tenant.work():
        slug = title.lower().replace(" ", "-")
        article = article_make(
            tenant, title=title, slug=slug, html=html, head_keyword=title.lower(), word_count=50
        )
        if is_published:
            destination = destination_preview_ensure(tenant.site.pk)
            row = publication_reserve(article_id=article.pk, destination_id=destination.pk)
            Publication.objects.filter(pk=row.pk).update(
                state=PublicationState.PUBLISHED, url=f"{BASE}/{row.slug}/", article_version=article.version
            )
        return article


def blog_make(tenant: Tenant) -> dict[str, Article]:
    """Three published articles."""
    return {title: post_make(tenant, title, html) for title, html in TEXTS.items()}


def scan(tenant: Tenant) -> ScanReport:
    with tenant_scope(tenant.context):
        return site_scan(site_id=tenant.site.pk, progress=lambda *_: None)


def suggest(tenant: Tenant, article: Article | None = None) -> SuggestReport:
    with tenant_scope(tenant.context):
        article_id = article.pk if article else None
        return suggestions_make(site_id=tenant.site.pk, article_id=article_id, progress=lambda *_: None)


def suggestions(tenant: Tenant) -> list[LinkSuggestion]:
    with tenant.work():
        return list(LinkSuggestion.objects.order_by("source_id", "target_id"))


def suggested(tenant: Tenant, source: Article) -> list[tuple[str, str]]:
    """(state, anchor) of an article's suggestions, by anchor."""
    rows = [row for row in suggestions(tenant) if row.source_id == source.pk]
    return sorted((row.state, row.anchor) for row in rows)


def inserted(tenant: Tenant, ids: list[UUID]) -> LinkBatch:
    """A batch that has put these in."""
    with tenant.work():
        batch, _ = batch_create(ids)
    with tenant_scope(tenant.context):
        return batch_insert(batch.pk, progress=lambda *_: None)


def undone(tenant: Tenant, batch: LinkBatch) -> LinkBatch:
    with tenant.work():
        batch_undo_start(batch.pk)
    with tenant_scope(tenant.context):
        return batch_undo(batch.pk, progress=lambda *_: None)


def html_of(tenant: Tenant, article: Article) -> str:
    with tenant.work():
        return str(Article.objects.get(pk=article.pk).html)


def revisions(tenant: Tenant, article: Article) -> list[str]:
    """The sources of an article's revisions, oldest first."""
    with tenant.work():
        rows = ArticleRevision.objects.filter(article=article).order_by("number")
        return list(rows.values_list("source", flat=True))


def state_of(tenant: Tenant) -> list[Any]:
    """Everything that a second run must leave alone, to the version."""
    with tenant.work():
        return [
            list(model.objects.order_by("pk").values_list("pk", "version"))
            for model in (LinkSuggestion, LinkBatch, Article, ArticleRevision)
        ]
