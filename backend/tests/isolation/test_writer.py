"""Writing tasks and articles against other accounts and sites."""

from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import Body, IsolationContract, row_of


class TestTasks(IsolationContract):
    url, model, foreign_fields = "/api/v1/writer/tasks/", WritingTask, {"idea": ContentIdea}

    def create_body(self, tenant: Tenant) -> Body:
        return {"idea": str(row_of(ContentIdea, tenant).pk)}


class TestArticles(IsolationContract):
    url, model = "/api/v1/writer/articles/", Article

    def update_body(self, tenant: Tenant) -> Body:
        return {"title": "Renamed"}
