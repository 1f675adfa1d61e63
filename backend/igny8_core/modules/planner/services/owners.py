"""Says which page owns a cluster's head query: one page each, and what a person said stays."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from igny8_core.auth.selectors import site_language
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import OwnerSource, QuerySource
from igny8_core.modules.planner.errors import OwnerElsewhere
from igny8_core.modules.planner.models import Cluster, SitePage
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS

_SURE = (
    QuerySource.ARTICLE,
    QuerySource.PERSON,
)  # a query read from an address proposes, and decides nothing


def cluster_owner_set(cluster_id: UUID, *, page_id: UUID | None) -> Cluster:
    """Say which page owns the cluster's head query, or with None that no page does; no rule changes it afterwards.

    Raises NotFound, and OwnerElsewhere for a page of another site or one that was removed.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = Cluster.objects.select_for_update(of=("self",)).filter(pk=cluster_id).first()
        if row is None:
            raise NotFound
        if page_id is not None:
            page = SitePage.objects.filter(pk=page_id).first()
            if page is None:
                raise NotFound
            if page.site_id != row.site_id or page.removed_at is not None:
                raise OwnerElsewhere
        row.owner_page_id, row.owner_source = page_id, OwnerSource.PERSON
        row.save(update_fields=["owner_page", "owner_source"])
        audit_write("cluster.owner_set", row=row, detail={"page_id": str(page_id) if page_id else None})
    return row


def owners_follow(pages: Sequence[SitePage]) -> None:
    """Let the clusters of a few changed pages have the right owner, in the caller's transaction.

    A page whose query was said, not read, owns the cluster whose head asks for the same; a page that was removed, or
    that answers something else now, owns nothing that a rule gave it. A removed page is taken from a person too.
    """
    for page in pages:
        is_there = page.removed_at is None
        for cluster in Cluster.objects.select_for_update(of=("self",)).filter(owner_page_id=page.pk):
            by_rule = cluster.owner_source == OwnerSource.RULES
            if not is_there or (by_rule and _key(cluster) != page.variant_key):
                _give(cluster, None)
        if is_there and page.variant_key and page.query_source in _SURE:
            for cluster in _asking(page):
                _give(cluster, page)


def owners_refresh(site_id: UUID) -> int:
    """Give every cluster without an owner the page whose query was said to be its head's; returns how many got one.

    Of several the first seen owns it. Clusters that a person decided on stay as they are.
    """
    free = Cluster.objects.filter(site_id=site_id, owner_page=None, owner_source=OwnerSource.NONE)
    pages: defaultdict[str, list[SitePage]] = defaultdict(list)
    sure = SitePage.objects.filter(site_id=site_id, removed_at=None, query_source__in=_SURE)
    for page in sure.exclude(variant_key="").order_by("pk"):
        pages[page.variant_key].append(page)
    given, language = 0, site_language(site_id)
    for cluster in free.order_by("pk") if pages else ():
        found = pages.get(variant_key(cluster.head_keyword, language))
        if found:
            _give(cluster, found[0])
            given += 1
    return given


def _asking(page: SitePage) -> Iterable[Cluster]:
    """Clusters without an owner whose head asks for the page's query."""
    wanted = Q(head_keyword__iexact=page.head_query) | Q(ideas__variant_key=page.variant_key)
    free = Cluster.objects.filter(
        wanted, site_id=page.site_id, owner_page=None, owner_source=OwnerSource.NONE
    )
    return [row for row in free.distinct().order_by("pk") if _key(row) == page.variant_key]


def _key(cluster: Cluster) -> str:
    return variant_key(cluster.head_keyword, site_language(cluster.site_id))


def _give(cluster: Cluster, page: SitePage | None) -> None:
    cluster.owner_page = page
    cluster.owner_source = OwnerSource.RULES if page else OwnerSource.NONE
    cluster.save(update_fields=["owner_page", "owner_source"])
