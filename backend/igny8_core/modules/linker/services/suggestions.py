"""Finds links that articles should have and keeps what people decide about them; it must never change an article."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction

from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import NotFound
from igny8_core.common.html import to_text
from igny8_core.common.text import storable
from igny8_core.modules.linker.addresses import site_addresses
from igny8_core.modules.linker.constants import MAX_RANKED, MAX_SUGGESTIONS, SuggestionState
from igny8_core.modules.linker.models import LinkNode, LinkSuggestion
from igny8_core.modules.linker.placing import LinkTarget, anchors_choose
from igny8_core.modules.linker.placing.anchors import ChosenAnchor
from igny8_core.modules.linker.services.graph import site_lock, site_scan
from igny8_core.modules.linker.states import suggestion_transition
from igny8_core.modules.linker.types import Progress, SiteAddresses, SuggestReport
from igny8_core.modules.writer import selectors as writer
from igny8_core.modules.writer.types import ArticleDocument
from igny8_core.semantics.linking import FLOOR, ORPHAN_WEIGHT, LinkIndex, RankedPage
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue
from igny8_core.tenancy.softdelete import row_delete


@dataclass(frozen=True, slots=True)
class _Found:
    """A link to suggest."""

    target_id: UUID
    url: str
    anchor: ChosenAnchor
    page: RankedPage


@dataclass(frozen=True, slots=True)
class _Site:
    """The published articles of a site, indexed, and where each is read."""

    targets: list[ArticleDocument]
    addresses: SiteAddresses
    index: LinkIndex
    links_in: list[int]


def suggestions_start(*, site_id: UUID, article_id: UUID | None = None) -> Job:
    """Have a worker look for links of a site's articles, or of one; a job that is at work is returned again.

    It asks no model and costs no credits. Raises NotFound for a foreign site and for an article of another one.
    """
    site_get(site_id)
    if article_id is not None and writer.article_document_get(article_id).site_id != site_id:
        raise NotFound
    payload = {"site_id": str(site_id), "article_id": str(article_id) if article_id else None}
    key = f"{site_id}:{article_id or ''}"
    return enqueue("linker.suggest_links", payload=payload, site_id=site_id, dedupe_key=key)


def suggestions_make(*, site_id: UUID, article_id: UUID | None = None, progress: Progress) -> SuggestReport:
    """Suggest links for every article of a site, or for one, to its published articles.

    Call it outside any transaction. Reads the site's links first. What people decided stays and is not suggested
    again; an open suggestion that no longer holds goes. Running again changes nothing. Raises NotFound.
    """
    site_scan(site_id=site_id, progress=progress)
    with tenant_transaction():
        site = _site(site_id)
        versions = writer.article_versions(site_id)
        wanted = [article_id] if article_id else [one for one, _ in versions]
    made = 0
    for done, source_id in enumerate(wanted):
        progress(done, len(wanted), "Looking for links")
        with tenant_transaction():
            documents = writer.article_documents([source_id])
            decided = _decided(source_id)
        if not documents or documents[0].site_id != site_id:
            continue
        found = _search(documents[0], site, decided=decided)
        with tenant_transaction():
            site_lock(site_id)
            made += _store(documents[0], found)
    return SuggestReport(articles=len(wanted), suggestions=made)


def suggestion_accept(suggestion_id: UUID) -> LinkSuggestion:
    """Say that a link is wanted; an accepted one stays as it is. Raises NotFound and LinkStateConflict."""
    return _decide(suggestion_id, SuggestionState.ACCEPTED)


def suggestion_reject(suggestion_id: UUID) -> LinkSuggestion:
    """Say that a link is not wanted; it is not suggested again. Raises NotFound and LinkStateConflict."""
    return _decide(suggestion_id, SuggestionState.REJECTED)


def suggestions_decide(ids: Sequence[UUID], *, is_accepted: bool) -> int:
    """Accept or reject many, all or none; returns how many. Raises as the single ones do."""
    state = SuggestionState.ACCEPTED if is_accepted else SuggestionState.REJECTED
    wanted = sorted(set(ids))
    with transaction.atomic(using=TENANT_ALIAS):
        for suggestion_id in wanted:
            _decide(suggestion_id, state)
    return len(wanted)


def _decide(suggestion_id: UUID, state: SuggestionState) -> LinkSuggestion:
    with transaction.atomic(using=TENANT_ALIAS):
        row = LinkSuggestion.objects.select_for_update(of=("self",)).filter(pk=suggestion_id).first()
        if row is None:
            raise NotFound
        if row.state != state:
            suggestion_transition(row, state)
            row.save()
            audit_write(f"link_suggestion.{state}", row=row, detail={"article": str(row.source_id)})
    return row


def _site(site_id: UUID) -> _Site:
    addresses = site_addresses(site_id)
    targets = writer.article_documents(list(addresses.homes))
    inbound = dict(LinkNode.objects.filter(site_id=site_id).values_list("article_id", "inbound"))
    return _Site(
        targets=targets,
        addresses=addresses,
        index=LinkIndex.fit([one.title for one in targets], [to_text(one.html) for one in targets]),
        links_in=[inbound.get(one.article_id, 0) for one in targets],
    )


def _decided(source_id: UUID) -> set[UUID]:
    rows = LinkSuggestion.objects.filter(source_id=source_id).exclude(state=SuggestionState.SUGGESTED)
    return set(rows.values_list("target_id", flat=True))


def _search(source: ArticleDocument, site: _Site, *, decided: set[UUID]) -> list[_Found]:
    allowed = [
        one.article_id != source.article_id
        and one.article_id not in decided
        and one.language == source.language
        for one in site.targets
    ]
    ranked = site.index.rank(
        source.title,
        to_text(source.html),
        allowed=np.array(allowed, bool),
        links_in=site.links_in,
        limit=MAX_RANKED,
        floor=FLOOR,
        orphan_weight=ORPHAN_WEIGHT,
    )
    pages = {str(site.targets[page.index].article_id): page for page in ranked}
    targets = [_target(site.targets[page.index], site) for page in ranked]
    chosen = anchors_choose(source.html, targets, limit=MAX_SUGGESTIONS, weight=site.index.weight)
    return [
        _Found(UUID(one.key), url=site.addresses.homes[UUID(one.key)], anchor=one, page=pages[one.key])
        for one in chosen
    ]


def _target(document: ArticleDocument, site: _Site) -> LinkTarget:
    return LinkTarget(
        key=str(document.article_id),
        url=site.addresses.homes[document.article_id],
        title=document.title,
        head_keyword=document.head_keyword,
    )


def _store(source: ArticleDocument, found: Sequence[_Found]) -> int:
    """Make the article's open suggestions those found; returns how many there are. What was decided meanwhile stays."""
    rows = {row.target_id: row for row in LinkSuggestion.objects.filter(source_id=source.article_id)}
    kept = {one.target_id for one in found}
    for row in rows.values():
        if row.state == SuggestionState.SUGGESTED and row.target_id not in kept:
            row_delete(row)
    open_count = 0
    for one in found:
        row = rows.get(one.target_id) or LinkSuggestion(
            site_id=source.site_id, source_id=source.article_id, target_id=one.target_id
        )
        if row.state == SuggestionState.SUGGESTED:
            open_count += 1
            _fill(row, one)
    return open_count


def _fill(row: LinkSuggestion, found: _Found) -> None:
    page = found.page
    parts = {
        "words": page.words,
        "meaning": page.meaning,
        "title": page.title,
        "phrase": page.phrase,
        "popularity": page.popularity,
        "anchor": found.anchor.share,
    }
    values = {
        "url": found.url,
        "anchor": storable(found.anchor.anchor),
        "sentence": storable(found.anchor.sentence),
        "score": round(page.score, 4),
        "score_parts": {name: round(value, 4) for name, value in parts.items()},
    }
    if row._state.adding or any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
