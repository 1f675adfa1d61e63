"""Proposes which page may own a query, each with its reason; pure, it must never decide."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from igny8_core.modules.planner.ownership.addresses import query_derive
from igny8_core.modules.planner.ownership.conflicts import RankView
from igny8_core.modules.planner.types import OwnerProposal
from igny8_core.semantics.variants import variant_stems

SHOWN = 5
PageFacts = tuple[UUID, str, str, str, str]


def owners_propose(
    query: str, *, pages: Iterable[PageFacts], ranks: Sequence[RankView], language: str
) -> list[OwnerProposal]:
    """At most five pages that may own a query, the best reason first: same query, search, title, address.

    A page is named once. `ranks` are those of the query; of title and address all of the query's words must be there.
    """
    wanted = set(variant_stems(query, language))
    by_rank = {rank.page_id: at for at, rank in enumerate(sorted(ranks, key=lambda one: one.strength))}
    found: list[tuple[int, int, str, OwnerProposal]] = []
    for page_id, url, title, head_query, source in pages:
        at = by_rank.get(page_id)
        reason, detail = _reason(
            wanted, url=url, title=title, head_query=head_query, source=source, language=language
        )
        place = _ORDER.index(reason)
        if at is not None and place > _ORDER.index("search"):
            rank = sorted(ranks, key=lambda one: one.strength)[at]
            reason, detail, place = "search", _figures(rank), _ORDER.index("search")
        if reason:
            proposal = OwnerProposal(page_id, url, title, reason, detail)
            found.append((place, at if at is not None else len(ranks), url, proposal))
    return [proposal for *_order, proposal in sorted(found, key=lambda one: one[:3])[:SHOWN]]


_ORDER = ("same_query", "search", "title", "address", "")


def _reason(
    wanted: set[str], *, url: str, title: str, head_query: str, source: str, language: str
) -> tuple[str, str]:
    if not wanted:
        return "", ""
    if set(variant_stems(head_query, language)) == wanted and source != "derived":
        return "same_query", head_query
    if wanted <= set(variant_stems(title, language)):
        return "title", title
    derived = query_derive(url=url, title="")
    return ("address", derived) if wanted <= set(variant_stems(derived, language)) else ("", "")


def _figures(rank: RankView) -> str:
    parts = []
    if rank.position is not None:
        parts.append(f"position {rank.position:g}")
    if rank.clicks is not None:
        parts.append(f"{rank.clicks} clicks")
    if rank.impressions is not None:
        parts.append(f"{rank.impressions} impressions")
    return ", ".join(parts)
