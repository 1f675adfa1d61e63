"""Pipeline runs and their items against other accounts and sites."""

from typing import Any

from igny8_core.auth.models import Sector, Site
from igny8_core.modules.automation.constants import RunState
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.planner.models import KeywordImport
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import Body, IsolationContract, row_make, row_of


class TestRuns(IsolationContract):
    url, model = "/api/v1/automation/runs/", PipelineRun
    foreign_fields = {
        "site_id": Site,
        "destination_id": Destination,
        "sector_id": Sector,
        "import_id": KeywordImport,
    }

    def make(self, tenant: Tenant) -> Any:
        """A finished run: beside an unfinished one the site takes no other."""
        return row_make(PipelineRun, tenant, state=RunState.COMPLETED)

    def create_body(self, tenant: Tenant) -> Body:
        return {
            "site_id": str(tenant.site.pk),
            "destination_id": str(row_of(Destination, tenant).pk),
            "article_count": 1,
        }


class TestItems(IsolationContract):
    url, model = "/api/v1/automation/items/", RunItem
