"""The account's sites, sectors, people, keys and audit trail against other accounts and sites."""

from typing import Any

from igny8_core.auth.models import ApiKey, Invitation, RefreshSession, Sector, Site, User
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import Body, IsolationContract, unchanged

BASE = "/api/v1/account"


class TestSites(IsolationContract):
    url, model = f"{BASE}/sites/", Site

    def make(self, tenant: Tenant) -> Any:
        return tenant.site

    def create_body(self, tenant: Tenant) -> Body:
        return {"name": "New", "domain": "new.example"}

    def update_body(self, tenant: Tenant) -> Body:
        return {"name": "Renamed"}


class TestSectors(IsolationContract):
    url, model, foreign_fields = f"{BASE}/sectors/", Sector, {"site": Site}

    def make(self, tenant: Tenant) -> Any:
        return tenant.sector

    def create_body(self, tenant: Tenant) -> Body:
        return {"site": str(tenant.site.pk), "name": "New sector"}


class TestMembers(IsolationContract):
    url, model, foreign_changes = f"{BASE}/members/", User, {"site_ids": Site}

    def update_body(self, tenant: Tenant) -> Body:
        return {"name": "Renamed"}

    def test_sites_of_a_person_are_the_accounts_own(
        self, tenant: Tenant, stranger: Tenant, mine: Any
    ) -> None:
        client = client_of(tenant.owner)
        ids = [str(site_make(tenant).pk), str(stranger.site.pk)]
        with unchanged(tenant, stranger):
            response = client.patch(f"{self.url}{mine.pk}/", {"site_ids": ids})
        assert response.status_code == 404


class TestInvitations(IsolationContract):
    url, model, foreign_fields = f"{BASE}/invitations/", Invitation, {"site_ids": Site}

    def create_body(self, tenant: Tenant) -> Body:
        return {"email": "new@example.test", "role": "viewer"}


class TestApiKeys(IsolationContract):
    url, model, foreign_fields = f"{BASE}/api-keys/", ApiKey, {"site_id": Site}

    def create_body(self, tenant: Tenant) -> Body:
        return {"name": "New", "scopes": ["planner:read"]}


class TestSessions(IsolationContract):
    url, model = "/api/v1/auth/sessions/", RefreshSession


class TestAudit(IsolationContract):
    url, model = f"{BASE}/audit/", AuditEvent
