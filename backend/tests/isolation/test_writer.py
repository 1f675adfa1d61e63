"""Writing tasks and articles against other accounts and sites."""

from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.modules.writer.tests.samples import idea_make
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import Body, IsolationContract


class TestTasks(IsolationContract):
    url, model, foreign_fields = "/api/v1/writer/tasks/", WritingTask, {"idea": ContentIdea}

    def create_body(self, tenant: Tenant) -> Body:
        return {"idea": str(idea_make(tenant).pk)}


class TestArticles(IsolationContract):
    url, model = "/api/v1/writer/articles/", Article

    def update_body(self, tenant: Tenant) -> Body:
        return {"title": "Renamed"}
