"""What a site has already, as the making of ideas needs it: pages, how they stand in search, and what to link to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from igny8_core.auth.selectors import site_language
from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.constants import IdeaKind, QuerySource
from igny8_core.modules.planner.ideation.scoring import NO_FIGURES, Standing, opportunity
from igny8_core.modules.planner.models import ContentIdea, KeywordMetric, SitePage
from igny8_core.modules.planner.ownership.conflicts import SERVED_MAX_POSITION, RankView
from igny8_core.modules.planner.selectors import rankings_read
from igny8_core.modules.planner.types import BriefLink
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.variants import variant_key
from igny8_core.semantics.vectors import KeywordSpace

LINKS = 5
_LINK_MIN_SIMILARITY = 0.35


@dataclass(frozen=True, slots=True)
class _Page:
    id: UUID
    url: str
    title: str
    query: str
    key: str
    is_said: bool
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grounds:
    """The site's pages by what they answer; `improved` are pages that an idea is, or was, about."""

    pages: dict[UUID, _Page]
    by_key: dict[str, UUID]
    ranks: dict[str, RankView]
    clicks_before: dict[str, int]
    improved: frozenset[UUID]
    now: datetime
    language: str

    @classmethod
    def read(cls, site_id: UUID) -> "Grounds":
        """Read them, in the caller's transaction."""
        pages = {row.pk: _page(row) for row in SitePage.objects.filter(site_id=site_id, removed_at=None)}
        by_key: dict[str, UUID] = {}
        for page in sorted(pages.values(), key=lambda one: (not one.is_said, str(one.id))):
            if page.key:
                by_key.setdefault(page.key, page.id)
        ranks: dict[str, RankView] = {}
        for rank in sorted(rankings_read(site_id), key=lambda one: one.strength):
            if rank.page_id is not None and rank.key:
                ranks.setdefault(rank.key, rank)
        return cls(
            pages,
            by_key,
            ranks,
            _clicks_before(site_id),
            _improved(site_id),
            utc_now(),
            site_language(site_id),
        )

    def looked_again(self, site_id: UUID) -> "Grounds":
        """The same, with the ideas that there are by now."""
        return replace(self, improved=_improved(site_id))

    def page_for(self, query: str) -> UUID | None:
        """The page that answers a query: by its own query, or because a search shows it at the top."""
        key = variant_key(query, self.language)
        if not key:
            return None
        rank = self.ranks.get(key)
        is_high = rank is not None and rank.position is not None and rank.position <= SERVED_MAX_POSITION
        return self.by_key.get(key) or (rank.page_id if rank is not None and is_high else None)

    def standing(self, query: str, page_id: UUID) -> Standing:
        """How the page does for the query."""
        key, page = variant_key(query, self.language), self.pages[page_id]
        age = (self.now - page.changed_at).days if page.changed_at else None
        rank = self.ranks.get(key)
        if rank is None or rank.page_id != page_id:
            return Standing(age_days=age)
        return Standing(
            position=rank.position,
            previous_position=rank.previous_position,
            impressions=rank.impressions,
            clicks=rank.clicks,
            clicks_before=self.clicks_before.get(keyword_normalise(rank.query)),
            age_days=age,
        )

    def is_opportunity(self, query: str) -> bool:
        """Whether a search says that the page for the query can win, or loses."""
        page_id = self.page_for(query)
        if page_id is None:
            return False
        figures = replace(NO_FIGURES, standing=self.standing(query, page_id))
        return opportunity(figures) in (IdeaKind.QUICK_WIN, IdeaKind.DECLINING)

    def links(self, heads: Sequence[str], space: KeywordSpace) -> list[tuple[BriefLink, ...]]:
        """For each head at most five pages to link to, the nearest by meaning first; never a page that answers it."""
        pages = sorted((one for one in self.pages.values() if one.query), key=lambda one: str(one.id))
        if not pages or not heads:
            return [() for _ in heads]
        cosines = space.embed(heads) @ space.embed([one.query for one in pages]).T
        return [self._linked(head, pages, row) for head, row in zip(heads, cosines, strict=True)]

    def _linked(self, head: str, pages: Sequence[_Page], cosines: Matrix) -> tuple[BriefLink, ...]:
        own, key = self.page_for(head), variant_key(head, self.language)
        near = sorted(
            (-float(cosine), page.url, page)
            for cosine, page in zip(cosines, pages, strict=True)
            if cosine >= _LINK_MIN_SIMILARITY and page.id != own and page.key != key
        )
        return tuple(
            BriefLink(page.id, page.url, page.title, f"about “{page.query}”, {-cosine:.2f} alike")
            for cosine, _, page in near[:LINKS]
        )


def _improved(site_id: UUID) -> frozenset[UUID]:
    ideas = ContentIdea.objects.filter(site_id=site_id, page__isnull=False)
    return frozenset(found for found in ideas.values_list("page_id", flat=True) if found)


def _page(row: SitePage) -> _Page:
    is_said = row.query_source in (QuerySource.ARTICLE, QuerySource.PERSON)
    return _Page(row.pk, row.url, row.title, row.head_query, row.variant_key, is_said, row.changed_at)


def _clicks_before(site_id: UUID) -> dict[str, int]:
    """The clicks that each query got the time before the last, as one tool's history says."""
    rows = KeywordMetric.objects.filter(site_id=site_id, clicks__isnull=False).order_by("-seen_on", "pk")
    seen: set[tuple[str, str]] = set()
    before: dict[str, int] = {}
    for text, tool, clicks in rows.values_list("keyword__normalized", "source_tool", "clicks"):
        if (text, tool) in seen:
            before.setdefault(text, clicks or 0)
        seen.add((text, tool))
    return before
