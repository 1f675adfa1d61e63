"""The planner's tables: `keywords` stand in one file, the plan that is made of them in the other."""

from igny8_core.modules.planner.models.keywords import (
    ImportMapping,
    Keyword,
    KeywordImport,
    KeywordMetric,
    KeywordRanking,
    KeywordVector,
)
from igny8_core.modules.planner.models.plan import (
    Cluster,
    ContentIdea,
    PlanEdit,
    PlanFinding,
    SitePage,
    Topic,
)

__all__ = [
    "Cluster",
    "ContentIdea",
    "ImportMapping",
    "Keyword",
    "KeywordImport",
    "KeywordMetric",
    "KeywordRanking",
    "KeywordVector",
    "PlanEdit",
    "PlanFinding",
    "SitePage",
    "Topic",
]
