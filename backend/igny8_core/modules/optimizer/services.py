"""Scores articles and keeps what came out."""

from dataclasses import asdict
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.scoring import RULESET_VERSION, Finding, ScoredPage, score_page
from igny8_core.modules.writer.selectors import article_document_get
from igny8_core.modules.writer.types import ArticleDocument


def article_score(article_id: UUID) -> ScoreSnapshot:
    """Score an article's newest version, or give the score that this version has under this ruleset.

    Raises NotFound. Free: nothing is asked of a model.
    """
    return document_score(article_document_get(article_id))


def document_score(document: ArticleDocument) -> ScoreSnapshot:
    """Score one version of an article as it was read, or give the score that it has. Free."""
    identity = {
        "article_id": document.article_id,
        "article_version": document.version,
        "ruleset_version": RULESET_VERSION,
    }
    existing = ScoreSnapshot.objects.filter(**identity).first()
    if existing is not None:
        return existing
    score = score_page(
        ScoredPage(
            title=document.title,
            slug=document.slug,
            meta_description=document.meta_description,
            html=document.html,
            head_keyword=document.head_keyword,
            secondary_keywords=document.secondary_keywords,
            language=document.language,
        )
    )
    snapshot = ScoreSnapshot(
        site_id=document.site_id,
        total=score.total,
        seo=score.seo,
        readability=score.readability,
        findings=[_finding(finding) for finding in score.findings],
        **identity,
    )
    try:
        with transaction.atomic():
            snapshot.save()
    except IntegrityError:
        return ScoreSnapshot.objects.get(**identity)  # scored by somebody else in the meantime
    return snapshot


def _finding(finding: Finding) -> dict[str, Any]:
    return asdict(finding, dict_factory=lambda pairs: {name: _plain(value) for name, value in pairs})


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
