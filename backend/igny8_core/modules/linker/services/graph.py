"""Keeps the graph: reads anew the articles that changed, and counts; it must never change an article."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from igny8_core.auth.models import Site
from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import NotFound
from igny8_core.common.text import storable
from igny8_core.modules.linker.addresses import site_addresses
from igny8_core.modules.linker.constants import (
    ARTICLES_PER_STEP,
    WEAK_INBOUND,
    WEAK_OUTBOUND,
    LinkHealth,
    LinkKind,
)
from igny8_core.modules.linker.models import LinkEdge, LinkNode
from igny8_core.modules.linker.placing import FoundLink, address_key, host_of, links_read
from igny8_core.modules.linker.types import Progress, ScanReport, SiteAddresses
from igny8_core.modules.writer import selectors as writer
from igny8_core.modules.writer.types import ArticleDocument
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue
from igny8_core.tenancy.softdelete import row_delete


def scan_start(*, site_id: UUID) -> Job:
    """Have a worker read a site's links; called again it returns the job that is at work. Raises NotFound."""
    site_get(site_id)
    payload = {"site_id": str(site_id)}
    return enqueue("linker.scan_site", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def site_scan(*, site_id: UUID, progress: Progress) -> ScanReport:
    """Read the links of a site's articles that changed since they were read, then resolve and count all links.

    Call it outside any transaction; it writes in steps of a few articles, and `progress` may stop it between two.
    Running again changes nothing. Raises NotFound for a foreign site.
    """
    with tenant_transaction():
        addresses = site_addresses(site_id)
        versions = dict(writer.article_versions(site_id))
        known = dict(LinkNode.objects.filter(site_id=site_id).values_list("article_id", "article_version"))
    changed = [article_id for article_id, version in versions.items() if known.get(article_id) != version]
    progress(0, len(changed), "Reading links")
    for start in range(0, len(changed), ARTICLES_PER_STEP):
        step = changed[start : start + ARTICLES_PER_STEP]
        with tenant_transaction():
            site_lock(site_id)
            for document in writer.article_documents(step):
                _read(document, addresses)
        progress(start + len(step), len(changed), "Reading links")
    with tenant_transaction():
        site_lock(site_id)
        links = _settle(site_id, addresses)
    return ScanReport(articles=len(versions), read=len(changed), links=links)


def site_lock(site_id: UUID) -> None:
    """Let one writer of a site's graph in at a time; keys that point at the site are let through. Raises NotFound."""
    if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
        raise NotFound


def _read(document: ArticleDocument, addresses: SiteAddresses) -> None:
    """Make an article's edges those of its text; rows are reused by position, so that a scan leaves no rubbish."""
    kinds = [(link, _kind(link.url, addresses)) for link in links_read(document.html)]
    links = [(link, kind) for link, kind in kinds if kind is not None]
    rows = list(LinkEdge.objects.filter(source_id=document.article_id).order_by("position"))
    for row in rows[len(links) :]:
        row_delete(row)
    for position, (link, kind) in enumerate(links, 1):
        found = rows[position - 1] if position <= len(rows) else None
        row = found or LinkEdge(site_id=document.site_id, source_id=document.article_id, position=position)
        row.position = position
        _fill(row, link, kind, addresses)
    node = LinkNode.objects.filter(article_id=document.article_id).first()
    node = node or LinkNode(site_id=document.site_id, article_id=document.article_id)
    node.article_version, node.title = document.version, document.title
    node.save()


def _fill(row: LinkEdge, link: FoundLink, kind: LinkKind, addresses: SiteAddresses) -> None:
    row.url, row.anchor = storable(link.url), storable(link.anchor)
    row.kind, row.target_id = kind, addresses.articles.get(address_key(link.url))
    row.save()


def _kind(url: str, addresses: SiteAddresses) -> LinkKind | None:
    """Internal, external, or None for what leads to no page."""
    scheme, _, rest = url.partition(":")
    if rest and "/" not in scheme and scheme.lower() not in ("http", "https"):
        return None
    host = host_of(url)
    is_internal = not host or host in addresses.hosts or address_key(url) in addresses.articles
    return LinkKind.INTERNAL if is_internal else LinkKind.EXTERNAL


def _settle(site_id: UUID, addresses: SiteAddresses) -> int:
    """Resolve every edge by today's addresses, then count; only what differs is written. Returns the edges."""
    edges = list(LinkEdge.objects.filter(site_id=site_id).order_by("pk"))
    for edge in edges:
        target, kind = addresses.articles.get(address_key(edge.url)), _kind(edge.url, addresses) or edge.kind
        if (edge.target_id, edge.kind) != (target, kind):
            edge.target_id, edge.kind = target, kind
            edge.save(update_fields=["target", "kind"])
    _count(list(LinkNode.objects.filter(site_id=site_id).order_by("pk")), edges)
    return len(edges)


def _count(nodes: Sequence[LinkNode], edges: Sequence[LinkEdge]) -> None:
    internal = [edge for edge in edges if edge.kind == LinkKind.INTERNAL and edge.target_id != edge.source_id]
    pairs = {(edge.source_id, edge.target_id) for edge in internal if edge.target_id}
    inbound = Counter(target for _, target in pairs)  # a page that links twice is one voice
    outbound = Counter(edge.source_id for edge in internal)
    external = Counter(edge.source_id for edge in edges if edge.kind == LinkKind.EXTERNAL)
    for node in nodes:
        counts = inbound[node.article_id], outbound[node.article_id], external[node.article_id]
        health = link_health(inbound=counts[0], outbound=counts[1])
        if (node.inbound, node.outbound, node.external, node.health) != (*counts, health):
            node.inbound, node.outbound, node.external = counts
            node.health = health
            node.save()


def link_health(*, inbound: int, outbound: int) -> LinkHealth:
    """Orphan: nothing leads to it. Weak: fewer than 3 lead to it or fewer than 2 lead on. Else healthy."""
    if not inbound:
        return LinkHealth.ORPHAN
    is_weak = inbound < WEAK_INBOUND or outbound < WEAK_OUTBOUND
    return LinkHealth.WEAK if is_weak else LinkHealth.HEALTHY
