"""Turns scores, fresh or stored, into the frozen shape that the room hands out."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import Enum
from typing import Any

from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.scoring import Finding, Score
from igny8_core.modules.optimizer.types import FindingView, PositionView, ScorePoint, ScoreView


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored."""
    return asdict(finding, dict_factory=lambda pairs: {name: _plain(value) for name, value in pairs})


def finding_view(stored: Mapping[str, Any]) -> FindingView:
    """A stored finding; those of the first ruleset name neither part nor excerpt."""
    fields = {"part": "text", "excerpt": "", **stored}
    position = fields.pop("position")
    return FindingView(position=None if position is None else PositionView(**position), **fields)


def score_view(score: Score) -> ScoreView:
    """A score that nobody stored."""
    return ScoreView(
        total=score.total,
        seo=score.seo,
        readability=score.readability,
        ruleset_version=score.ruleset_version,
        findings=tuple(finding_view(finding_json(finding)) for finding in score.findings),
    )


def snapshot_view(row: ScoreSnapshot) -> ScoreView:
    """A stored score with its findings."""
    return ScoreView(
        total=row.total,
        seo=row.seo,
        readability=row.readability,
        ruleset_version=row.ruleset_version,
        findings=tuple(map(finding_view, row.findings)),
        point=snapshot_point(row),
    )


def snapshot_point(row: ScoreSnapshot) -> ScorePoint:
    """A stored score without its findings."""
    return ScorePoint(
        id=row.pk,
        article_id=row.article_id,
        article_version=row.article_version,
        ruleset_version=row.ruleset_version,
        total=row.total,
        seo=row.seo,
        readability=row.readability,
        created_at=row.created_at,
    )


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
