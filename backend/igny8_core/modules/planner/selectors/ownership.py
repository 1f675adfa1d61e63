"""Reads of pages, owners and findings for the API, the console and the room's own services; never a lazy queryset."""

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from igny8_core.auth.selectors import site_get, site_language
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.planner.constants import FindingKind, FindingState, IdeaKind, IdeaState
from igny8_core.modules.planner.models import Cluster, ContentIdea, KeywordRanking, PlanFinding, SitePage
from igny8_core.modules.planner.ownership.addresses import address_key, is_of_site
from igny8_core.modules.planner.ownership.conflicts import RankView
from igny8_core.modules.planner.ownership.proposals import owners_propose
from igny8_core.modules.planner.types import (
    ClusterOwner,
    FindingQuery,
    FindingRow,
    FindingShare,
    FindingSide,
    IdeaConflict,
    PageQuery,
    PageRow,
)
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.pages import page_read

_WRITTEN = (IdeaState.QUEUED, IdeaState.COMPLETED)
_TAKEN = (IdeaState.ACCEPTED, IdeaState.QUEUED, IdeaState.COMPLETED)
_PARTS = ("idea", "other_idea", "page", "other_page")
_RANKINGS_READ = 200_000


def page_list(query: PageQuery, *, number: int = 1) -> Page[PageRow]:
    """One page of a site's pages, the newest first, those that were removed last."""
    rows = SitePage.objects.filter(site_id=query.site_id)
    if query.source is not None:
        rows = rows.filter(source=query.source)
    if query.query_source is not None:
        rows = rows.filter(query_source=query.query_source)
    if query.is_removed is not None:
        rows = rows.filter(removed_at__isnull=not query.is_removed)
    if query.search:
        words = Q(url__icontains=query.search) | Q(title__icontains=query.search)
        rows = rows.filter(words | Q(head_query__icontains=query.search))
    page = page_read(
        rows.order_by(F("removed_at").asc(nulls_first=True), "-id"), lambda row: row, number=number
    )
    owned = _owned_by([row.pk for row in page.rows])
    shown = tuple(_page_row(row, owned) for row in page.rows)
    return Page(rows=shown, total=page.total, number=page.number, size=page.size)


def page_get(page_id: UUID) -> PageRow:
    """A page; raises NotFound."""
    row = SitePage.objects.filter(pk=page_id).first()
    if row is None:
        raise NotFound
    return _page_row(row, _owned_by([row.pk]))


def page_removals(ids: Collection[UUID]) -> dict[UUID, bool]:
    """Which of those pages that are there were removed from the site."""
    rows = SitePage.objects.filter(pk__in=ids).values_list("pk", "removed_at")
    return {page_id: removed_at is not None for page_id, removed_at in rows}


def _owned_by(page_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """The cluster whose head query each page owns, the most searched of several."""
    owned: dict[UUID, tuple[UUID, str]] = {}
    rows = Cluster.objects.filter(owner_page_id__in=page_ids).order_by("-volume", "pk")
    for page_id, cluster_id, name in rows.values_list("owner_page_id", "pk", "name"):
        owned.setdefault(page_id, (cluster_id, name))
    return owned


def _page_row(row: SitePage, owned: dict[UUID, tuple[UUID, str]]) -> PageRow:
    cluster_id, cluster_name = owned.get(row.pk, (None, ""))
    return PageRow(
        id=row.pk,
        site_id=row.site_id,
        url=row.url,
        title=row.title,
        head_query=row.head_query,
        query_source=row.query_source,
        source=row.source,
        content_id=row.content_id,
        cluster_id=cluster_id,
        cluster_name=cluster_name,
        first_seen_at=row.created_at,
        last_seen_at=row.last_seen_at,
        removed_at=row.removed_at,
        version=row.version,
    )


def cluster_owner(cluster_id: UUID) -> ClusterOwner:
    """Which page owns a cluster's head query, and at most five that could; raises NotFound."""
    cluster = Cluster.objects.select_related("owner_page").filter(pk=cluster_id).first()
    if cluster is None:
        raise NotFound
    page = cluster.owner_page
    row = None
    if page is not None:
        row = _page_row(page, {page.pk: (cluster.pk, cluster.name)})
    pages = SitePage.objects.filter(site_id=cluster.site_id, removed_at=None)
    if page is not None:
        pages = pages.exclude(pk=page.pk)
    proposals = owners_propose(
        cluster.head_keyword,
        pages=pages.order_by("pk").values_list("pk", "url", "title", "head_query", "query_source"),
        ranks=rankings_read(cluster.site_id, cluster_id=cluster.pk, query=cluster.head_keyword),
        language=site_language(cluster.site_id),
    )
    return ClusterOwner(
        cluster_id=cluster.pk,
        head_query=cluster.head_keyword,
        page=row,
        source=cluster.owner_source,
        proposals=tuple(proposals),
    )


def rankings_read(
    site_id: UUID, *, cluster_id: UUID | None = None, query: str | None = None
) -> list[RankView]:
    """The site's own addresses that searches show, as the exports said it; with `query` those for it alone.

    An address is the site's own when it is a known page or on the site's domain: an export may be of a competitor.
    """
    rows = KeywordRanking.objects.filter(site_id=site_id, keyword__deleted_at=None)
    if cluster_id is not None:
        rows = rows.filter(keyword__cluster_id=cluster_id)
    columns = (
        "url",
        "impressions",
        "clicks",
        "position",
        "previous_position",
        "keyword__text",
        "keyword__volume",
    )
    found = list(rows.order_by("-seen_on", "pk").values_list(*columns)[:_RANKINGS_READ])
    if not found:
        return []
    domain, language = site_get(site_id).domain, site_language(site_id)
    pages = SitePage.objects.filter(site_id=site_id, removed_at=None).order_by("-pk")
    known = {address_key(url): page_id for page_id, url in pages.values_list("pk", "url")}
    wanted = variant_key(query, language) if query is not None else None
    views = (_rank_view(*row, known=known, language=language) for row in found)
    own = (view for view in views if view.page_id or is_of_site(view.url, domain=domain))
    return [view for view in own if wanted is None or view.key == wanted]


def _rank_view(
    url: str,
    impressions: int | None,
    clicks: int | None,
    position: float | None,
    previous_position: float | None,
    text: str,
    volume: int | None,
    *,
    known: dict[str, UUID],
    language: str,
) -> RankView:
    return RankView(
        query=text,
        key=variant_key(text, language),
        url=url,
        page_id=known.get(address_key(url)),
        impressions=impressions,
        clicks=clicks,
        position=position,
        previous_position=previous_position,
        volume=volume or 0,
    )


def finding_list(query: FindingQuery, *, number: int = 1) -> Page[FindingRow]:
    """One page of a site's findings, most at stake first; without a state the open ones."""
    rows = PlanFinding.objects.filter(site_id=query.site_id).select_related(*_PARTS)
    rows = rows.filter(state=query.state or FindingState.OPEN)
    if query.kind is not None:
        rows = rows.filter(kind=query.kind)
    if query.action is not None:
        rows = rows.filter(action=query.action)
    if query.search:
        rows = rows.filter(query__icontains=query.search)
    return page_read(rows.order_by("-weight", "-id"), finding_row, number=number)


def findings_of(*, idea_id: UUID | None = None, page_id: UUID | None = None) -> list[FindingRow]:
    """The open findings that an idea, or a page, is part of; most at stake first, at most 50."""
    wanted = (
        Q(idea_id=idea_id) | Q(other_idea_id=idea_id)
        if idea_id
        else Q(page_id=page_id) | Q(other_page_id=page_id)
    )
    rows = PlanFinding.objects.filter(wanted, state=FindingState.OPEN).select_related(*_PARTS)
    return [finding_row(row) for row in rows.order_by("-weight", "-id")[:50]]


def finding_counts(site_id: UUID) -> dict[str, int]:
    """How many findings are open, by kind."""
    kinds = PlanFinding.objects.filter(site_id=site_id, state=FindingState.OPEN).values_list(
        "kind", flat=True
    )
    counts = {kind.value: 0 for kind in FindingKind}
    for kind in kinds:
        counts[kind] += 1
    return counts


def finding_states(ids: Collection[UUID]) -> dict[UUID, str]:
    """The states of those findings that are there."""
    return dict(PlanFinding.objects.filter(pk__in=ids).values_list("pk", "state"))


def finding_row(row: PlanFinding) -> FindingRow:
    """A finding whose idea and page are loaded, as everybody is shown it."""
    sides = [_idea_side(one) for one in (row.idea, row.other_idea) if one is not None]
    sides += [_page_side(one) for one in (row.page, row.other_page) if one is not None]
    evidence = row.evidence
    return FindingRow(
        id=row.pk,
        site_id=row.site_id,
        kind=row.kind,
        state=row.state,
        action=row.action,
        query=row.query,
        weight=row.weight,
        reason=evidence.get("reason", ""),
        similarity=evidence.get("similarity"),
        sides=tuple(sides),
        shares=tuple(FindingShare(**share) for share in evidence.get("shares", [])),
        found_at=row.found_at,
    )


def _idea_side(row: ContentIdea) -> FindingSide:
    return FindingSide(
        id=row.pk, is_idea=True, title=row.title, address="", query=row.head_keyword, state=row.state
    )


def _page_side(row: SitePage) -> FindingSide:
    state = "removed" if row.removed_at else row.source
    return FindingSide(
        id=row.pk,
        is_idea=False,
        title=row.title or urlsplit(row.url).path,
        address=row.url,
        query=row.head_query,
        state=state,
    )


def ideas_clear(rows: Any) -> Any:
    """Those ideas that nothing on the site or in the plan answers already; a dismissed conflict is none."""
    dismissed = PlanFinding.objects.filter(idea_id=OuterRef("pk"), state=FindingState.DISMISSED)
    same = {"site_id": OuterRef("site_id"), "variant_key": OuterRef("variant_key")}
    served = Exists(SitePage.objects.filter(**same, removed_at=None)) & ~Exists(
        dismissed.filter(kind=FindingKind.IDEA_SERVED)
    )
    taken = Exists(ContentIdea.objects.filter(**same, state__in=_TAKEN).exclude(pk=OuterRef("pk"))) & ~Exists(
        dismissed.filter(kind__in=(FindingKind.IDEA_WRITTEN, FindingKind.IDEA_TWIN))
    )
    found = Exists(PlanFinding.objects.filter(idea_id=OuterRef("pk"), state=FindingState.OPEN))
    return rows.exclude(Q(found) | ~Q(variant_key="") & (Q(served) | Q(taken)))


def idea_conflicts(ids: Collection[UUID]) -> list[IdeaConflict]:
    """What answers the queries of unwritten ideas already, as the rows are now; pairs that somebody dismissed not.

    A near-duplicate that nobody decided on counts only when both are asked about: the lower score is in conflict.
    """
    unwritten = ContentIdea.objects.filter(pk__in=ids, kind=IdeaKind.NEW_CONTENT).exclude(state__in=_WRITTEN)
    ideas = list(unwritten.order_by("-score", "pk"))
    dismissed = _dismissed_pairs(ideas)
    found = [*_page_conflicts(ideas), *_idea_twins(ideas), *_found_conflicts(ideas)]
    unique: dict[tuple[UUID, UUID | None], IdeaConflict] = {}
    for one in found:
        pair = (one.idea_id, one.page_id or one.other_idea_id)
        if pair not in dismissed:
            unique.setdefault(pair, one)
    return list(unique.values())


def _dismissed_pairs(ideas: Iterable[ContentIdea]) -> set[tuple[UUID, UUID | None]]:
    ids = [one.pk for one in ideas]
    rows = PlanFinding.objects.filter(
        Q(idea_id__in=ids) | Q(other_idea_id__in=ids), state=FindingState.DISMISSED
    )
    pairs: set[tuple[UUID, UUID | None]] = set()
    for idea_id, other_id, page_id in rows.values_list("idea_id", "other_idea_id", "page_id"):
        pairs |= {(idea_id, page_id or other_id), (other_id, idea_id)}
    return pairs


def _page_conflicts(ideas: Collection[ContentIdea]) -> Iterable[IdeaConflict]:
    keys = {one.variant_key for one in ideas if one.variant_key}
    sites = {one.site_id for one in ideas}
    rows = SitePage.objects.filter(site_id__in=sites, variant_key__in=keys, removed_at=None).order_by("pk")
    pages = {(row.site_id, row.variant_key): row for row in rows} if keys else {}
    for one in ideas:
        page = pages.get((one.site_id, one.variant_key))
        if page is not None:
            yield _conflict(one, FindingKind.IDEA_SERVED, page=page)


def _idea_twins(ideas: Collection[ContentIdea]) -> Iterable[IdeaConflict]:
    keys = {one.variant_key for one in ideas if one.variant_key}
    if not keys:
        return
    sites = {one.site_id for one in ideas}
    rows = ContentIdea.objects.filter(site_id__in=sites, variant_key__in=keys, state__in=_TAKEN).order_by(
        "pk"
    )
    before = {(row.site_id, row.variant_key): row for row in rows if row.kind == IdeaKind.NEW_CONTENT}
    for one in ideas:
        other = before.setdefault((one.site_id, one.variant_key), one) if one.variant_key else one
        if other.pk != one.pk:
            is_written = other.state in (IdeaState.QUEUED, IdeaState.COMPLETED)
            kind = FindingKind.IDEA_WRITTEN if is_written else FindingKind.IDEA_TWIN
            yield _conflict(one, kind, other=other)


def _found_conflicts(ideas: Collection[ContentIdea]) -> Iterable[IdeaConflict]:
    by_id = {one.pk: one for one in ideas}
    mine = Q(idea_id__in=by_id) | Q(other_idea_id__in=by_id)
    rows = PlanFinding.objects.filter(mine, state=FindingState.OPEN).select_related(*_PARTS)
    for row in rows.order_by("-weight", "pk"):
        one, other = row.idea, row.other_idea
        if one is not None and one.pk not in by_id:
            one, other = other, one
        if one is None or one.pk not in by_id:
            continue
        if row.kind == FindingKind.IDEA_TWIN and (
            other is None or (other.state not in _TAKEN and other.pk not in by_id)
        ):
            continue
        yield _conflict(by_id[one.pk], FindingKind(row.kind), page=row.page, other=other)


def _conflict(
    idea: ContentIdea, kind: FindingKind, *, page: SitePage | None = None, other: ContentIdea | None = None
) -> IdeaConflict:
    query = idea.head_keyword
    if page is not None:
        sentence = f"“{query}” is answered by {page.url} already: refresh that page instead."
    elif kind == FindingKind.IDEA_WRITTEN and other is not None:
        sentence = f"“{query}” is nearly what “{other.title}” is written about."
    else:
        sentence = f"“{query}” is nearly the same idea as “{other.title if other else ''}”."
    return IdeaConflict(
        idea_id=idea.pk,
        kind=kind,
        query=query,
        sentence=sentence,
        page_id=page.pk if page else None,
        other_idea_id=other.pk if other else None,
    )


__all__ = [
    "cluster_owner",
    "finding_counts",
    "finding_list",
    "finding_row",
    "finding_states",
    "findings_of",
    "idea_conflicts",
    "ideas_clear",
    "page_get",
    "page_list",
    "page_removals",
    "rankings_read",
]
