"""Scores articles and keeps what came out, tries texts without keeping anything, and audits whole sites."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import NotFound
from igny8_core.common.html import sanitize
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.scoring import RULESET_VERSION, ScoredPage, score_page
from igny8_core.modules.optimizer.selectors import articles_unscored
from igny8_core.modules.optimizer.shapes import finding_json, score_view
from igny8_core.modules.optimizer.types import DraftText, ScoreView
from igny8_core.modules.writer.selectors import article_document_get, head_keyword_uses
from igny8_core.modules.writer.types import ArticleDocument
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

Checkpoint = Callable[[], None]
Progress = Callable[[int, int, str], None]


def article_score(article_id: UUID) -> ScoreSnapshot:
    """Score an article's newest version, or give the score that this version has under this ruleset.

    Raises NotFound. Free: nothing is asked of a model.
    """
    return document_score(article_document_get(article_id))


def document_score(document: ArticleDocument) -> ScoreSnapshot:
    """Score one version of an article as it was read, or give the score that it has. Free.

    What the score takes from around the text (the site's domain, the other uses of its keyword) is kept with it: where
    that has changed, the version's row is scored anew.
    """
    identity = {
        "article_id": document.article_id,
        "article_version": document.version,
        "ruleset_version": RULESET_VERSION,
    }
    page = _page(_draft(document), site_id=document.site_id, article_id=document.article_id)
    surroundings = f"{page.previously_used_count} {page.site_host}"
    row = ScoreSnapshot.objects.filter(**identity).first()
    if row is not None and row.surroundings == surroundings:
        return row
    row = row or ScoreSnapshot(site_id=document.site_id, **identity)
    score = score_page(page)
    row.total, row.seo, row.readability = score.total, score.seo, score.readability
    row.findings, row.surroundings = [finding_json(finding) for finding in score.findings], surroundings
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return ScoreSnapshot.objects.get(**identity)  # scored by somebody else in the meantime
    return row


def text_analyze(
    draft: DraftText, *, site_id: UUID | None = None, article_id: UUID | None = None
) -> ScoreView:
    """Score a text and keep nothing; its HTML counts as it would be stored. Free.

    With a site its own links are internal and its other articles' keywords count, but for those of `article_id`. Raises
    NotFound for a site out of reach.
    """
    stored = replace(draft, html=sanitize(draft.html))
    return score_view(score_page(_page(stored, site_id=site_id, article_id=article_id)))


def article_analyze(article_id: UUID, **changes: Any) -> ScoreView:
    """Score an article as it would be with some of DraftText's fields changed, and keep nothing. Raises NotFound."""
    document = article_document_get(article_id)
    draft = replace(_draft(document), **changes)
    return text_analyze(draft, site_id=document.site_id, article_id=article_id)


def site_score_start(site_id: UUID) -> Job:
    """Have a worker score every article of a site that has no score; called again it returns the job at work.

    Raises NotFound.
    """
    site_get(site_id)
    payload = {"site_id": str(site_id)}
    return enqueue("optimizer.score_site", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def site_score(site_id: UUID, *, progress: Progress, checkpoint: Checkpoint) -> int:
    """Score a site's articles that have no score and return how many; call it with no transaction open.

    Each is a transaction of its own: stopped anywhere, the next run goes on with the rest.
    """
    with tenant_transaction():
        waiting = articles_unscored(site_id)
    for done, article_id in enumerate(waiting):
        progress(done, len(waiting), f"{done} of {len(waiting)} articles scored")
        checkpoint()
        with suppress(NotFound), tenant_transaction():  # deleted meanwhile
            article_score(article_id)
    progress(len(waiting), len(waiting), f"{len(waiting)} articles scored")
    return len(waiting)


def _draft(document: ArticleDocument) -> DraftText:
    return DraftText(
        title=document.title,
        slug=document.slug,
        meta_description=document.meta_description,
        html=document.html,
        head_keyword=document.head_keyword,
        secondary_keywords=document.secondary_keywords,
        language=document.language,
    )


def _page(draft: DraftText, *, site_id: UUID | None, article_id: UUID | None) -> ScoredPage:
    site_host, uses = "", 0
    if site_id is not None:
        site_host = site_get(site_id).domain
        uses = head_keyword_uses(site_id, draft.head_keyword, article_id=article_id)
    return ScoredPage(
        title=draft.title,
        slug=draft.slug,
        meta_description=draft.meta_description,
        html=draft.html,
        head_keyword=draft.head_keyword,
        secondary_keywords=draft.secondary_keywords,
        language=draft.language,
        site_host=site_host,
        previously_used_count=uses,
    )
