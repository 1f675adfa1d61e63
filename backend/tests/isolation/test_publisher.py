"""Publications against other accounts and sites."""

from igny8_core.modules.integration.models import Destination
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import Body, IsolationContract, row_of


class TestPublications(IsolationContract):
    url, model = "/api/v1/publisher/publications/", Publication
    foreign_fields = {"article": Article, "destination": Destination}

    def create_body(self, tenant: Tenant) -> Body:
        return {
            "article": str(row_of(Article, tenant).pk),
            "destination": str(row_of(Destination, tenant).pk),
        }
