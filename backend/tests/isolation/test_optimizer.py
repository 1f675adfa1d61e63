"""Scores against other accounts and sites."""

from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.writer.models import Article
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import Body, IsolationContract, row_of


class TestScores(IsolationContract):
    url, model, foreign_fields = "/api/v1/optimizer/scores/", ScoreSnapshot, {"article_id": Article}

    def create_body(self, tenant: Tenant) -> Body:
        return {"article_id": str(row_of(Article, tenant).pk)}
