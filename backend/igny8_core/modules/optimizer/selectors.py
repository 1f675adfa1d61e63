"""Reads of scores."""

from uuid import UUID

from igny8_core.modules.optimizer.models import ScoreSnapshot


def score_latest(article_id: UUID) -> ScoreSnapshot | None:
    """An article's newest score."""
    return ScoreSnapshot.objects.filter(article_id=article_id).order_by("-id").first()
