"""Makes content ideas from clusters and moves them through their states; it must never write an article."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from igny8_core.auth.models import Site
from igny8_core.auth.selectors import site_language
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.briefs import brief_json
from igny8_core.modules.planner.constants import ClusterStatus, IdeaKind, IdeaState, KeywordStatus
from igny8_core.modules.planner.errors import IdeaDuplicates, IdeaImproves, IdeaStateConflict, IdeaTaken
from igny8_core.modules.planner.ideation.drafts import (
    Candidate,
    ClusterView,
    IdeaDraft,
    idea_draft,
    idea_drafts,
)
from igny8_core.modules.planner.ideation.scoring import NO_FIGURES, idea_score, opportunity
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.selectors import idea_conflicts
from igny8_core.modules.planner.services.grounds import Grounds
from igny8_core.modules.planner.types import BriefLink, IdeasReport, Progress
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.variants import variant_key
from igny8_core.semantics.vectors import KeywordSpace
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_ALLOWED = {
    IdeaState.NEW: {IdeaState.ACCEPTED, IdeaState.REJECTED, IdeaState.QUEUED},
    IdeaState.ACCEPTED: {IdeaState.REJECTED, IdeaState.QUEUED, IdeaState.NEW, IdeaState.COMPLETED},
    IdeaState.QUEUED: {IdeaState.COMPLETED, IdeaState.FAILED},
    IdeaState.FAILED: {IdeaState.ACCEPTED, IdeaState.REJECTED, IdeaState.QUEUED},
    IdeaState.REJECTED: {IdeaState.ACCEPTED, IdeaState.NEW},
}


@dataclass(frozen=True, slots=True)
class _Word:
    """What ideas need of one keyword."""

    text: str
    volume: int | None
    difficulty: int | None
    intent: str
    intents: Sequence[str]
    cluster_id: UUID | None
    trend: Sequence[float]


@dataclass(frozen=True, slots=True)
class _Topic:
    """What ideas need of one cluster."""

    id: UUID
    head: str
    sector_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Draft:
    """An idea of a cluster, with the pages that its article should link to."""

    topic: _Topic
    draft: IdeaDraft
    links: tuple[BriefLink, ...]


def ideas_start(*, site_id: UUID) -> Job:
    """Have a worker make ideas for a site's clusters; called again it returns the job that is at work."""
    payload = {"site_id": str(site_id)}
    return enqueue("planner.generate_ideas", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def ideas_generate(*, site_id: UUID, progress: Progress, limit: int | None = None) -> IdeasReport:
    """Make the ideas that the site's clusters ask for and that were never there, whatever became of those.

    Call it outside any transaction; no model is used. A query that has an idea in any state, a rejected one included,
    gets no second; one that a page answers gives an idea to work on that page, once. With `limit` the best so many are
    made, and the next call goes on; without one, running again, or twice at once, makes nothing more. Raises NotFound
    for a foreign site.
    """
    with tenant_transaction():
        language, topics, words, grounds = _read(site_id)
    progress(0, len(topics), "Looking for ideas")
    drafts = _drafts(topics, words, language=language, grounds=grounds)
    progress(len(topics), len(topics), "Storing the ideas")
    with tenant_transaction():
        if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
            raise NotFound
        alive = set(Cluster.objects.filter(site_id=site_id).values_list("pk", flat=True))
        grounds = grounds.looked_again(site_id)  # another run may have written meanwhile
        known = set(ContentIdea.objects.filter(site_id=site_id).values_list("head_keyword", flat=True))
        rows = _rows(drafts, known=known, alive=alive, site_id=site_id, language=language, grounds=grounds)
        if limit is not None:
            rows = sorted(rows, key=lambda row: (-row.score, row.head_keyword))[:limit]
        ContentIdea.objects.bulk_create(rows, batch_size=500)
    return IdeasReport(created=len(rows), kept=len(known))


def idea_accept(idea_id: UUID, *, is_confirmed: bool = False) -> ContentIdea:
    """Say that an article is to be written; an accepted idea stays as it is.

    Raises NotFound, IdeaStateConflict, IdeaTaken when another open idea took its head keyword meanwhile, and
    IdeaDuplicates when something answers its query already and nobody confirmed to have seen that.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        _require_clear([idea_id], is_confirmed=is_confirmed)
        return _move(idea_id, IdeaState.ACCEPTED)


def idea_reject(idea_id: UUID) -> ContentIdea:
    """Say that no article is wanted; a rejected idea stays as it is. Raises NotFound and IdeaStateConflict."""
    return _move(idea_id, IdeaState.REJECTED)


def ideas_decide(ids: Sequence[UUID], *, is_accepted: bool, is_confirmed: bool = False) -> int:
    """Accept or reject many ideas, all or none; returns how many. Raises as the single ones do."""
    state = IdeaState.ACCEPTED if is_accepted else IdeaState.REJECTED
    wanted = sorted(set(ids))
    with transaction.atomic(using=TENANT_ALIAS):
        if is_accepted:
            _require_clear(wanted, is_confirmed=is_confirmed)
        for idea_id in wanted:
            _move(idea_id, state)
    return len(wanted)


def ideas_put_back(states: Mapping[UUID, IdeaState]) -> int:
    """Take decisions back: give ideas the states that they had, all or none; returns how many.

    A decided idea becomes new, accepted or rejected again. Raises as the single decisions do.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        for idea_id in sorted(states):
            _move(idea_id, states[idea_id])
    return len(states)


def idea_mark_queued(idea_id: UUID) -> ContentIdea:
    """Say that a writing task exists: its keywords are in use, its cluster is pending. Twice is a no-op.

    Raises NotFound, IdeaStateConflict, IdeaImproves for an idea about a page that is there, and IdeaDuplicates for one
    that nobody accepted and whose query is answered already.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        _require_new_page(idea_id)
        row = _move(idea_id, IdeaState.QUEUED)
    _use_keywords(row, before=KeywordStatus.CLUSTERED, after=KeywordStatus.IN_USE)
    Cluster.objects.filter(pk=row.cluster_id, status=ClusterStatus.NEW).update(
        status=ClusterStatus.PENDING, version=F("version") + 1, updated_at=utc_now()
    )
    return row


def idea_mark_failed(idea_id: UUID, *, reason: str) -> ContentIdea:
    """Say that writing failed, and why; its keywords are free again. Twice is a no-op."""
    row = _move(idea_id, IdeaState.FAILED, reason=reason)
    _use_keywords(row, before=KeywordStatus.IN_USE, after=KeywordStatus.CLUSTERED)
    return row


def idea_mark_completed(idea_id: UUID) -> ContentIdea:
    """Say that the article is written. Twice is a no-op."""
    return _move(idea_id, IdeaState.COMPLETED)


def idea_done(idea_id: UUID) -> ContentIdea:
    """Say that a page was improved as the idea asked; only its person knows. Twice is a no-op.

    Raises NotFound, and IdeaStateConflict for new content and for what nobody accepted.
    """
    return _move(idea_id, IdeaState.COMPLETED)


def idea_transition(row: ContentIdea, state: IdeaState) -> None:
    """Move an idea to another state in memory; the caller saves. Raises IdeaStateConflict.

    What improves a page is done when its person says so; new content only when its article is written.
    """
    is_unwritten = row.state == IdeaState.ACCEPTED and row.kind == IdeaKind.NEW_CONTENT
    if is_unwritten and state == IdeaState.COMPLETED:
        raise IdeaStateConflict("Its article is not written yet.")
    if state not in _ALLOWED.get(IdeaState(row.state), set()):
        raise IdeaStateConflict(f"An idea that is {row.state} cannot become {state}.")
    row.state = state


def _require_clear(ids: Sequence[UUID], *, is_confirmed: bool) -> None:
    """Raise IdeaDuplicates unless somebody confirmed, or decided before, or nothing answers the queries yet."""
    if is_confirmed:
        return
    undecided = ContentIdea.objects.filter(pk__in=ids, state__in=(IdeaState.NEW, IdeaState.REJECTED))
    conflicts = idea_conflicts(list(undecided.values_list("pk", flat=True)))
    if conflicts:
        raise IdeaDuplicates(conflicts)


def _require_new_page(idea_id: UUID) -> None:
    row = ContentIdea.objects.filter(pk=idea_id).first()
    if row is None:
        raise NotFound
    if row.kind != IdeaKind.NEW_CONTENT:
        raise IdeaImproves
    if row.state == IdeaState.NEW:
        _require_clear([idea_id], is_confirmed=False)


def _move(idea_id: UUID, state: IdeaState, *, reason: str = "") -> ContentIdea:
    with transaction.atomic(using=TENANT_ALIAS):
        row = (
            ContentIdea.objects.select_for_update(of=("self",))
            .select_related("cluster")
            .filter(pk=idea_id)
            .first()
        )
        if row is None:
            raise NotFound
        if row.state == state:
            return row
        idea_transition(row, state)
        row.failure_reason = reason
        _save(row)
        audit_write(f"idea.{state}", row=row, reason=reason)
    return row


def _save(row: ContentIdea) -> None:
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            row.save(update_fields=["state", "failure_reason"])
    except IntegrityError as error:
        raise IdeaTaken from error


def _use_keywords(row: ContentIdea, *, before: KeywordStatus, after: KeywordStatus) -> None:
    texts = [row.head_keyword, *row.brief.get("secondary_keywords", [])]
    Keyword.objects.filter(
        cluster_id=row.cluster_id,
        normalized__in=[keyword_normalise(text) for text in texts],
        status=before,
    ).update(status=after, version=F("version") + 1, updated_at=utc_now())


def _read(site_id: UUID) -> tuple[str, list[_Topic], list[_Word], Grounds]:
    language = site_language(site_id)
    clusters = Cluster.objects.filter(site_id=site_id).order_by("-volume", "pk")
    topics = [_Topic(*values) for values in clusters.values_list("pk", "head_keyword", "sector_id")]
    keywords = Keyword.objects.filter(site_id=site_id).exclude(status=KeywordStatus.ARCHIVED).order_by("pk")
    columns = ("text", "volume", "difficulty", "intent", "intents", "cluster_id", "trend")
    words = [_Word(*values) for values in keywords.values_list(*columns)]
    return language, topics, words, Grounds.read(site_id)


def _drafts(
    topics: Sequence[_Topic], words: Sequence[_Word], *, language: str, grounds: Grounds
) -> list[_Draft]:
    by_cluster: defaultdict[UUID | None, list[_Word]] = defaultdict(list)
    for word in words:
        by_cluster[word.cluster_id].append(word)
    if not words:
        return []
    wording = Wording.learn(((word.text, word.intents) for word in words), language=language)
    space = KeywordSpace.fit([word.text for word in words])
    found: list[tuple[_Topic, IdeaDraft]] = []
    for topic in topics:
        members = by_cluster[topic.id]
        candidates = [
            Candidate(word.text, word.volume, word.difficulty, word.intent, row, tuple(word.trend))
            for row, word in enumerate(members)
        ]
        vectors = space.embed([word.text for word in members])
        view = ClusterView(vectors=vectors, wording=wording, language=language)
        found += [(topic, draft) for draft in _of_cluster(candidates, topic, view=view, grounds=grounds)]
    links = grounds.links([draft.head_keyword for _, draft in found], space)
    return [_Draft(topic, draft, linked) for (topic, draft), linked in zip(found, links, strict=True)]


def _of_cluster(
    candidates: Sequence[Candidate], topic: _Topic, *, view: ClusterView, grounds: Grounds
) -> list[IdeaDraft]:
    """What the cluster asks for, and what a page of the site can win, or loses, for another of its keywords."""
    drafts = idea_drafts(candidates, head=topic.head, view=view)
    heads = {draft.head_keyword for draft in drafts}
    chances = [one for one in candidates if one.text not in heads and grounds.is_opportunity(one.text)]
    return drafts + [idea_draft(one, candidates, view=view) for one in chances]


def _rows(
    drafts: Iterable[_Draft],
    *,
    known: set[str],
    alive: set[UUID],
    site_id: UUID,
    language: str,
    grounds: Grounds,
) -> list[ContentIdea]:
    """The rows of the drafts that are news: one for each query, one for each page that is there."""
    new: dict[str, ContentIdea] = {}
    better: dict[UUID, ContentIdea] = {}
    keys = {variant_key(head, language) for head in known} - {""}
    for one in drafts:
        head, key = one.draft.head_keyword, variant_key(one.draft.head_keyword, language)
        if one.topic.id not in alive:
            continue
        page_id = grounds.page_for(head)
        if page_id is None:
            if head not in known and head not in new and key not in keys:
                new[head] = _row(one, site_id=site_id, language=language)
                keys |= {key} - {""}
        elif page_id not in grounds.improved:
            row = _improvement(one, page_id, site_id=site_id, language=language, grounds=grounds)
            # Its own article is not to be refreshed for no reason that a search gives.
            is_ours = head in known and row.kind == IdeaKind.REFRESH
            if not is_ours and (page_id not in better or row.score > better[page_id].score):
                better[page_id] = row
    return [*new.values(), *better.values()]


def _row(one: _Draft, *, site_id: UUID, language: str) -> ContentIdea:
    draft = one.draft
    return ContentIdea(
        site_id=site_id,
        sector_id=one.topic.sector_id,
        cluster_id=one.topic.id,
        title=draft.title_options[0],
        head_keyword=draft.head_keyword,
        variant_key=variant_key(draft.head_keyword, language),
        brief=brief_json(draft, language=language, links=one.links),
        score=draft.score,
        score_parts=draft.score_parts,
    )


_IMPROVING = {
    IdeaKind.QUICK_WIN: "Raise “{name}” for “{head}”",
    IdeaKind.DECLINING: "Win back the readers of “{name}”",
    IdeaKind.REFRESH: "Refresh “{name}” for “{head}”",
}


def _improvement(
    one: _Draft, page_id: UUID, *, site_id: UUID, language: str, grounds: Grounds
) -> ContentIdea:
    """The idea to work on the page that answers the draft's query, scored by how that page stands."""
    row, head = _row(one, site_id=site_id, language=language), one.draft.head_keyword
    figures = replace(one.draft.figures or NO_FIGURES, standing=grounds.standing(head, page_id))
    row.score, row.score_parts = idea_score(figures)
    row.kind, row.page_id = opportunity(figures), page_id
    page = grounds.pages[page_id]
    row.title = _IMPROVING[IdeaKind(row.kind)].format(name=page.title or page.url, head=head)[:200]
    return row
