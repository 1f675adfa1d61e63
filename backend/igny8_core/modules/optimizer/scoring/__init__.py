"""The on-page score of an article: pure, deterministic and explained; it never calls a model or a database."""

from igny8_core.modules.optimizer.scoring.engine import CHECKS, RULESET_VERSION, score_page
from igny8_core.modules.optimizer.scoring.findings import (
    Dimension,
    Finding,
    Part,
    Place,
    Position,
    Score,
    ScoredPage,
    Verdict,
)

__all__ = [
    "CHECKS",
    "RULESET_VERSION",
    "Dimension",
    "Finding",
    "Part",
    "Place",
    "Position",
    "Score",
    "ScoredPage",
    "Verdict",
    "score_page",
]
