"""Puts suggested links into articles, one revision and one transaction per article, and takes a batch out again.

A crash between two articles leaves each either done or untouched, and written down as such in the same transaction.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.linker.constants import MAX_RETRIES, ArticleOutcome, BatchState, SuggestionState
from igny8_core.modules.linker.errors import LinkSiteConflict, LinkStateConflict
from igny8_core.modules.linker.models import LinkBatch, LinkSuggestion
from igny8_core.modules.linker.placing import PlacedLink, links_remove
from igny8_core.modules.linker.services.graph import scan_start
from igny8_core.modules.linker.services.previews import insertion, suggestion_rows
from igny8_core.modules.linker.states import batch_transition, suggestion_transition
from igny8_core.modules.linker.types import Progress
from igny8_core.modules.writer import selectors as writer
from igny8_core.modules.writer import services as writer_services
from igny8_core.modules.writer.errors import ArticleChanged
from igny8_core.modules.writer.types import ArticleDocument
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue


def batch_create(suggestion_ids: Sequence[UUID]) -> tuple[LinkBatch, Job]:
    """Accept suggestions and have a worker put them in; nothing is sent to any destination.

    Raises NotFound, LinksNone, LinkSiteConflict, and LinkStateConflict for a link that another batch is putting in,
    or that stands in its article already.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        list(
            LinkSuggestion.objects.select_for_update(of=("self",))
            .filter(pk__in=suggestion_ids)
            .order_by("pk")
        )
        rows = suggestion_rows(suggestion_ids)
        if len({row.site_id for row in rows}) > 1:
            raise LinkSiteConflict
        batch = LinkBatch.objects.create(site_id=rows[0].site_id, wanted_count=len(rows))
        for row in rows:
            _claim(row, batch)
        audit_write("link_batch.created", row=batch, detail={"links": len(rows)})
        return batch, _enqueued("linker.insert_batch", batch)


def batch_insert(batch_id: UUID, *, progress: Progress) -> LinkBatch:
    """Put a batch's links in, article by article; call it with no transaction open, again after a crash.

    A link whose words are gone, or that a limit forbids, is refused with its reason. Raises NotFound, and
    ArticleChanged (retryable) while a person keeps saving an article.
    """
    with tenant_transaction():
        batch = _get(batch_id)
        if batch.state != BatchState.INSERTING:
            return batch
        waiting = LinkSuggestion.objects.filter(batch=batch).order_by("source_id", "pk")
        article_ids = list(dict.fromkeys(waiting.values_list("source_id", flat=True)))
    for done, article_id in enumerate(article_ids):
        progress(done, len(article_ids), "Inserting links")
        _patiently(_article_insert, batch_id, article_id)
    return _finish(batch_id, BatchState.INSERTING, BatchState.INSERTED)


def batch_undo_start(batch_id: UUID) -> Job:
    """Have a worker take a batch's links out; called again while it works it returns that job.

    A batch that is still inserting stops at its next article. Raises NotFound and LinkStateConflict (undone).
    """
    with transaction.atomic(using=TENANT_ALIAS):
        batch = _locked(batch_id)
        if batch.state != BatchState.UNDOING:
            batch_transition(batch, BatchState.UNDOING)
            batch.save()
            audit_write("link_batch.undone", row=batch)
        return _enqueued("linker.undo_batch", batch)


def batch_undo(batch_id: UUID, *, progress: Progress) -> LinkBatch:
    """Take a batch's links out, article by article; call it with no transaction open, again after a crash.

    An article that nobody edited since gets back its bytes from before. In an edited one only the links that stand
    exactly as they were put in are taken out, and the outcome says so. Raises NotFound and ArticleChanged.
    """
    with tenant_transaction():
        batch = _get(batch_id)
        if batch.state != BatchState.UNDOING:
            return batch
        article_ids = [UUID(one["article_id"]) for one in batch.articles if one["after"]]
    for done, article_id in enumerate(article_ids):
        progress(done, len(article_ids), "Removing links")
        _patiently(_article_undo, batch_id, article_id)
    return _finish(batch_id, BatchState.UNDOING, BatchState.UNDONE)


def batch_fail(batch_id: UUID, error: DomainError) -> None:
    """End a batch whose job gave up; what is in stays in and can be undone, the rest is free for another batch."""
    with transaction.atomic(using=TENANT_ALIAS):
        batch = LinkBatch.objects.select_for_update(of=("self",)).filter(pk=batch_id).first()
        if batch is None or batch.state not in (BatchState.INSERTING, BatchState.UNDOING):
            return
        batch_transition(batch, BatchState.FAILED)
        batch.error_code, batch.error_message = error.code, error.message
        batch.save()
        _release(batch)


def _claim(row: LinkSuggestion, batch: LinkBatch) -> None:
    if row.batch_id is not None and row.state == SuggestionState.ACCEPTED:
        raise LinkStateConflict("Another batch is inserting one of these links.")
    if row.state != SuggestionState.ACCEPTED:
        suggestion_transition(row, SuggestionState.ACCEPTED)
        audit_write("link_suggestion.accepted", row=row, detail={"article": str(row.source_id)})
    row.batch, row.problem = batch, ""
    row.save()


def _article_insert(batch_id: UUID, article_id: UUID) -> None:
    batch = _locked(batch_id)
    rows = LinkSuggestion.objects.select_for_update(of=("self",)).filter(
        batch=batch, source_id=article_id, state=SuggestionState.ACCEPTED
    )
    waiting = list(rows.order_by("-score", "pk"))
    documents = writer.article_documents([article_id])
    if batch.state != BatchState.INSERTING or not waiting or not documents:
        return
    made = insertion(documents[0], waiting)
    entry = _entry(documents[0])
    if made.placed:
        applied = writer_services.article_links_apply(
            article_id, expected_version=documents[0].version, html=made.html
        )
        entry |= {"outcome": ArticleOutcome.INSERTED, "before": applied.before, "after": applied.after}
        entry["inserted"] = len(made.placed)
    _settle(waiting, {link.key: link.markup for link in made.placed}, {r.key: r.reason for r in made.refused})
    batch.articles = [*batch.articles, entry]
    batch.inserted_count += len(made.placed)
    batch.refused_count += len(made.refused)
    batch.save()


def _entry(document: ArticleDocument) -> dict[str, Any]:
    return {
        "article_id": str(document.article_id),
        "title": document.title,
        "outcome": ArticleOutcome.UNCHANGED,
        "inserted": 0,
        "before": None,
        "after": None,
        "undone": None,
    }


def _settle(rows: Sequence[LinkSuggestion], placed: dict[str, str], refused: dict[str, str]) -> None:
    """What was placed is inserted; what was refused leaves the batch and says why."""
    for row in rows:
        key = str(row.pk)
        if key in placed:
            suggestion_transition(row, SuggestionState.INSERTED)
            row.markup = placed[key]
        else:
            row.batch, row.problem = None, refused[key]
        row.save()


def _article_undo(batch_id: UUID, article_id: UUID) -> None:
    batch = _locked(batch_id)
    entry = next(one for one in batch.articles if one["article_id"] == str(article_id))
    rows = LinkSuggestion.objects.select_for_update(of=("self",)).filter(
        batch=batch, source_id=article_id, state=SuggestionState.INSERTED
    )
    standing = list(rows.order_by("-score", "pk"))
    documents = writer.article_documents([article_id])
    if batch.state != BatchState.UNDOING or not standing or not documents:
        return
    html, removed, outcome = _undone(documents[0], entry, standing)
    changes: dict[str, Any] = {"outcome": outcome}
    if removed:
        applied = writer_services.article_links_apply(
            article_id, expected_version=documents[0].version, html=html
        )
        changes["undone"] = applied.after
    for row in standing:
        _take_out(row, is_removed=str(row.pk) in removed)
    batch.articles = [one | changes if one is entry else one for one in batch.articles]
    batch.reverted_count += len(removed)
    batch.save()


def _undone(
    document: ArticleDocument, entry: dict[str, Any], standing: Sequence[LinkSuggestion]
) -> tuple[str, set[str], ArticleOutcome]:
    """The HTML without the links, the suggestions whose link is out, and the outcome."""
    keys = {str(row.pk) for row in standing}
    before = writer.article_revision_html(document.article_id, entry["before"])
    if before is not None and document.html == writer.article_revision_html(
        document.article_id, entry["after"]
    ):
        return before, keys, ArticleOutcome.RESTORED
    html, gone = links_remove(document.html, [PlacedLink(str(row.pk), row.markup) for row in standing])
    if not gone:
        return document.html, set(), ArticleOutcome.KEPT
    return html, set(gone), ArticleOutcome.REMOVED if len(gone) == len(keys) else ArticleOutcome.PARTLY


def _take_out(row: LinkSuggestion, *, is_removed: bool) -> None:
    if is_removed:
        suggestion_transition(row, SuggestionState.REVERTED)
        row.markup, row.batch = "", None
    else:
        row.problem = "edited"
    row.save()


def _patiently(work: Any, batch_id: UUID, article_id: UUID) -> None:
    """Do one article in a transaction of its own; whoever saved it in the same moment was first, so read it again."""
    for attempt in range(MAX_RETRIES):
        try:
            with tenant_transaction():
                work(batch_id, article_id)
            return
        except ArticleChanged:
            if attempt == MAX_RETRIES - 1:
                raise


def _finish(batch_id: UUID, before: BatchState, state: BatchState) -> LinkBatch:
    with tenant_transaction():
        batch = _locked(batch_id)
        if batch.state == before:
            batch_transition(batch, state)
            batch.save()
            _release(batch)
            scan_start(site_id=batch.site_id)
    return batch


def _release(batch: LinkBatch) -> None:
    """What the batch did not get to is free again."""
    waiting = LinkSuggestion.objects.filter(batch=batch, state=SuggestionState.ACCEPTED)
    for row in waiting.order_by("pk"):
        row.batch = None
        row.save()


def _enqueued(kind: str, batch: LinkBatch) -> Job:
    payload = {"batch_id": str(batch.pk)}
    return enqueue(kind, payload=payload, site_id=batch.site_id, dedupe_key=str(batch.pk))


def _get(batch_id: UUID) -> LinkBatch:
    batch = LinkBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    return batch


def _locked(batch_id: UUID) -> LinkBatch:
    batch = LinkBatch.objects.select_for_update(of=("self",)).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    return batch
