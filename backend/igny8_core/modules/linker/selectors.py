"""Reads of a site's links, suggestions and batches; frozen dataclasses, never a lazy queryset."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Avg, Count, QuerySet

from igny8_core.common.errors import NotFound
from igny8_core.modules.linker.addresses import site_addresses
from igny8_core.modules.linker.constants import SHOWN_NODES, LinkHealth, LinkKind, SuggestionState
from igny8_core.modules.linker.models import LinkBatch, LinkEdge, LinkNode, LinkSuggestion
from igny8_core.modules.linker.types import (
    BatchArticle,
    BatchView,
    GraphView,
    NodeView,
    SiteAddresses,
    SuggestionView,
)
from igny8_core.modules.writer.selectors import article_versions


def graph_get(site_id: UUID) -> GraphView:
    """A site's links in numbers, as they were last read, with its orphans and hubs. Raises NotFound."""
    addresses, versions = site_addresses(site_id), dict(article_versions(site_id))
    nodes = LinkNode.objects.filter(site_id=site_id)
    means = nodes.aggregate(inbound=Avg("inbound"), outbound=Avg("outbound"))
    health = dict(nodes.order_by().values_list("health").annotate(n=Count("pk")))
    kinds = dict(
        LinkEdge.objects.filter(site_id=site_id).order_by().values_list("kind").annotate(n=Count("pk"))
    )
    read = dict(nodes.values_list("article_id", "article_version"))
    orphans = nodes.filter(health=LinkHealth.ORPHAN).order_by("title", "pk")[:SHOWN_NODES]
    hubs = nodes.filter(inbound__gt=0).order_by("-inbound", "pk")[:SHOWN_NODES]
    return GraphView(
        articles=len(versions),
        internal_links=kinds.get(LinkKind.INTERNAL, 0),
        external_links=kinds.get(LinkKind.EXTERNAL, 0),
        orphan=health.get(LinkHealth.ORPHAN, 0),
        weak=health.get(LinkHealth.WEAK, 0),
        healthy=health.get(LinkHealth.HEALTHY, 0),
        average_inbound=round(means["inbound"] or 0.0, 2),
        average_outbound=round(means["outbound"] or 0.0, 2),
        stale=sum(read.get(article_id) != version for article_id, version in versions.items()),
        orphans=_nodes(orphans, addresses, versions),
        hubs=_nodes(hubs, addresses, versions),
    )


def suggestions_of(article_id: UUID) -> tuple[SuggestionView, ...]:
    """What may still be put into an article, best first: suggested and accepted links."""
    states = [SuggestionState.SUGGESTED, SuggestionState.ACCEPTED]
    rows = LinkSuggestion.objects.filter(source_id=article_id, state__in=states)
    return _suggestions(rows.order_by("-score", "pk"))


def batch_get(batch_id: UUID) -> BatchView:
    """A batch of the current account; raises NotFound."""
    return _batch(_batch_row(batch_id))


def batch_articles(batch_id: UUID) -> tuple[BatchArticle, ...]:
    """What a batch did to each article, and whether an older version of it is public. Raises NotFound."""
    batch = _batch_row(batch_id)
    addresses, versions = site_addresses(batch.site_id), dict(article_versions(batch.site_id))
    return tuple(
        BatchArticle(
            article_id=UUID(one["article_id"]),
            title=one["title"],
            outcome=one["outcome"],
            inserted=one["inserted"],
            before=one["before"],
            after=one["after"],
            undone=one["undone"],
            is_published_older=_is_older(UUID(one["article_id"]), addresses, versions),
        )
        for one in batch.articles
    )


def _nodes(
    rows: Iterable[LinkNode], addresses: SiteAddresses, versions: dict[UUID, int]
) -> tuple[NodeView, ...]:
    return tuple(
        NodeView(
            article_id=row.article_id,
            title=row.title,
            inbound=row.inbound,
            outbound=row.outbound,
            external=row.external,
            health=row.health,
            url=addresses.homes.get(row.article_id, ""),
            is_stale=versions.get(row.article_id) != row.article_version,
            is_published_older=_is_older(row.article_id, addresses, versions),
        )
        for row in rows
    )


def _is_older(article_id: UUID, addresses: SiteAddresses, versions: dict[UUID, int]) -> bool:
    published = addresses.versions.get(article_id)
    return published is not None and published < versions.get(article_id, 0)


def _suggestions(rows: QuerySet[LinkSuggestion]) -> tuple[SuggestionView, ...]:
    return tuple(
        SuggestionView(
            id=row.pk,
            source_id=row.source_id,
            source_title=row.source.title,
            target_id=row.target_id,
            target_title=row.target.title,
            url=row.url,
            anchor=row.anchor,
            sentence=row.sentence,
            score=row.score,
            score_parts=row.score_parts,
            state=row.state,
            problem=row.problem,
            batch_id=row.batch_id,
        )
        for row in rows.select_related("source", "target")
    )


def _batch(row: LinkBatch) -> BatchView:
    return BatchView(
        id=row.pk,
        site_id=row.site_id,
        state=row.state,
        wanted=row.wanted_count,
        inserted=row.inserted_count,
        refused=row.refused_count,
        reverted=row.reverted_count,
        error_code=row.error_code,
        error_message=row.error_message,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _batch_row(batch_id: UUID) -> LinkBatch:
    row = LinkBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise NotFound
    return row
