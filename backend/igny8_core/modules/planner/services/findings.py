"""Looks for what chases one query and keeps it with what people said about it; it must never act on a finding."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from igny8_core.auth.models import Site
from igny8_core.auth.selectors import site_language
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import FindingState, QuerySource
from igny8_core.modules.planner.errors import FindingStateConflict
from igny8_core.modules.planner.models import ContentIdea, Keyword, PlanFinding, SitePage
from igny8_core.modules.planner.ownership.conflicts import (
    Found,
    IdeaView,
    PageView,
    RankView,
    conflicts_find,
)
from igny8_core.modules.planner.selectors import rankings_read
from igny8_core.modules.planner.services.owners import owners_refresh
from igny8_core.modules.planner.types import FindingsReport, Progress
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.variants import variant_key
from igny8_core.semantics.vectors import KeywordSpace
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_ALLOWED = {
    FindingState.OPEN: {FindingState.DISMISSED, FindingState.GONE},
    FindingState.DISMISSED: {FindingState.OPEN},
    FindingState.GONE: {FindingState.OPEN},
}
_SAYS = ("action", "query", "weight", "evidence", "idea_id", "other_idea_id", "page_id", "other_page_id")
_TOLD = "idea_id", "other_idea_id", "page_id", "other_page_id"


def finding_transition(row: PlanFinding, state: FindingState) -> None:
    """Move a finding in memory; the caller saves. Raises FindingStateConflict."""
    if state not in _ALLOWED[FindingState(row.state)]:
        raise FindingStateConflict(f"A finding that is {row.state} cannot become {state}.")
    row.state = state


def findings_start(*, site_id: UUID) -> Job:
    """Have a worker look; called again it returns the job that is at work."""
    payload = {"site_id": str(site_id)}
    return enqueue("planner.find_conflicts", payload=payload, site_id=site_id, dedupe_key=str(site_id))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a look compares."""

    ideas: Sequence[IdeaView]
    pages: Sequence[PageView]
    ranks: Sequence[RankView]
    texts: Sequence[str]

    def embed(self, texts: Sequence[str]) -> Matrix:
        """The queries in the space of the site's own keywords."""
        return KeywordSpace.fit([*self.texts, *texts]).embed(texts)


def findings_run(*, site_id: UUID, progress: Progress) -> FindingsReport:
    """Look at a site's ideas, pages and rankings, and keep what is found; call it with no transaction open.

    What was dismissed stays so for as long as it is about the same two things; what is no longer there is gone, and
    open again when it comes back. Clusters without an owner get the page whose query is theirs. Twice changes nothing
    more. Raises NotFound for a foreign site.
    """
    progress(0, 2, "Reading pages and ideas")
    with tenant_transaction():
        plan = _read(site_id)
    progress(1, 2, "Comparing")
    found = conflicts_find(plan.ideas, plan.pages, plan.ranks, embed=plan.embed)
    with tenant_transaction():
        if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
            raise NotFound
        owners_refresh(site_id)
        return _keep(found, site_id=site_id)


def findings_dismiss(ids: Iterable[UUID]) -> int:
    """Keep both things of each finding, all or none; returns how many. Raises NotFound and FindingStateConflict."""
    return _decide(ids, lambda _: FindingState.DISMISSED)


def findings_reopen(ids: Iterable[UUID]) -> int:
    """Take dismissals back, all or none; returns how many. Raises NotFound and FindingStateConflict."""
    return _decide(ids, lambda _: FindingState.OPEN)


def findings_put_back(states: Mapping[UUID, FindingState]) -> int:
    """Give findings the states that they had before a decision, all or none; returns how many."""
    return _decide(states, states.__getitem__)


def _decide(ids: Iterable[UUID], state_of: Callable[[UUID], FindingState]) -> int:
    wanted = sorted(set(ids))
    with transaction.atomic(using=TENANT_ALIAS):
        rows = PlanFinding.objects.select_for_update(of=("self",)).in_bulk(wanted)
        if len(rows) < len(wanted):
            raise NotFound
        for finding_id in wanted:
            row, state = rows[finding_id], state_of(finding_id)
            if row.state == state:
                continue
            finding_transition(row, state)
            row.save(update_fields=["state"])
            audit_write(f"finding.{state}", row=row, detail={"kind": row.kind})
    return len(wanted)


def _read(site_id: UUID) -> _Plan:
    language = site_language(site_id)
    volumes = Keyword.objects.filter(site_id=site_id).order_by("pk").values_list("normalized", "volume")
    searched = {text: volume or 0 for text, volume in volumes}
    return _Plan(
        ideas=[
            _idea_view(row, searched, language=language)
            for row in ContentIdea.objects.filter(site_id=site_id).order_by("pk")
        ],
        pages=[
            _page_view(row)
            for row in SitePage.objects.filter(site_id=site_id, removed_at=None).order_by("pk")
        ],
        ranks=rankings_read(site_id),
        texts=list(searched),
    )


def _idea_view(row: ContentIdea, searched: Mapping[str, int], *, language: str) -> IdeaView:
    return IdeaView(
        id=row.pk,
        query=keyword_normalise(row.head_keyword),
        key=row.variant_key or variant_key(row.head_keyword, language),
        cluster_id=row.cluster_id,
        state=row.state,
        kind=row.kind,
        score=row.score,
        volume=searched.get(keyword_normalise(row.head_keyword), 0),
    )


def _page_view(row: SitePage) -> PageView:
    return PageView(
        id=row.pk,
        url=row.url,
        query=row.head_query,
        key=row.variant_key,
        content_id=row.content_id,
        is_said=row.query_source in (QuerySource.ARTICLE, QuerySource.PERSON),
    )


def _keep(found: Sequence[Found], *, site_id: UUID) -> FindingsReport:
    now = utc_now()
    ideas = set(ContentIdea.objects.filter(site_id=site_id).values_list("pk", flat=True))
    pages = set(SitePage.objects.filter(site_id=site_id, removed_at=None).values_list("pk", flat=True))
    there = {one.key: one for one in found if _is_there(one, ideas, pages)}
    rows = {row.key: row for row in PlanFinding.objects.select_for_update().filter(site_id=site_id)}
    new = [_new(one, site_id) for key, one in there.items() if key not in rows]
    PlanFinding.objects.bulk_create(new, batch_size=500)
    returned = gone = 0
    for key, row in rows.items():
        before = _state(row)
        if key in there:
            _say(row, there[key])
            if row.state == FindingState.GONE:
                finding_transition(row, FindingState.OPEN)
                returned += 1
        elif row.state == FindingState.OPEN:
            finding_transition(row, FindingState.GONE)
            gone += 1
        if _state(row) != before:
            row.save()
    PlanFinding.objects.filter(site_id=site_id, key__in=list(there)).update(found_at=now)
    open_ = PlanFinding.objects.filter(site_id=site_id, state=FindingState.OPEN).count()
    return FindingsReport(open=open_, new=len(new) + returned, gone=gone)


def _is_there(one: Found, ideas: set[UUID], pages: set[UUID]) -> bool:
    wanted_ideas = {found for found in (one.idea_id, one.other_idea_id) if found}
    return wanted_ideas <= ideas and {found for found in (one.page_id, one.other_page_id) if found} <= pages


def _new(one: Found, site_id: UUID) -> PlanFinding:
    row = PlanFinding(site_id=site_id, kind=one.kind, key=one.key)
    _say(row, one)
    return row


def _say(row: PlanFinding, one: Found) -> None:
    row.action, row.query, row.weight = one.action, one.query[:200], one.weight
    for name in _TOLD:
        setattr(row, name, getattr(one, name))
    row.evidence = _evidence(one)


def _state(row: PlanFinding) -> tuple[Any, ...]:
    return (row.state, *(getattr(row, name) for name in _SAYS))


def _evidence(one: Found) -> dict[str, Any]:
    total = sum(rank.impressions or 0 for rank in one.ranks)
    shares = [
        {
            "url": rank.url,
            "impressions": rank.impressions,
            "clicks": rank.clicks,
            "position": rank.position,
            "previous_position": rank.previous_position,
            "share": round(rank.impressions / total, 3) if total and rank.impressions is not None else None,
        }
        for rank in one.ranks[:10]
    ]
    return {
        "reason": one.reason,
        "similarity": one.similarity,
        "is_guess": one.is_guess,
        "shares": shares,
    }
