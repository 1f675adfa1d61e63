"""Pages, owners, findings, confirmations and files over HTTP."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from igny8_core.modules.planner.constants import IdeaKind, IdeaState
from igny8_core.modules.planner.models import Cluster, ContentIdea, PlanFinding, SitePage
from igny8_core.modules.planner.tests.findings import idea_make, looked, page_make
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/planner"


class TestPages:
    def test_page_is_added_changed_and_removed(self, tenant: Tenant) -> None:
        client = client_of(tenant.member)
        url = f"https://{tenant.site.domain}/moka-pot"
        made = client.post(f"{BASE}/pages/", {"site": str(tenant.site.pk), "url": url})
        assert (made.status_code, made.json()["data"]["head_query"]) == (201, "moka pot")
        row_url = f"{BASE}/pages/{made.json()['data']['id']}/"
        changed = client.patch(row_url, {"head_query": "Kettle"}, headers={"If-Match": made["ETag"]})
        assert changed.json()["data"]["query_source"] == "person"
        stale = client.patch(row_url, {"head_query": "x"}, headers={"If-Match": made["ETag"]})
        assert stale.status_code == 412
        removed = client.patch(row_url, {"is_removed": True})
        assert removed.json()["data"]["removed_at"] is not None
        again = client.post(f"{BASE}/pages/", {"site": str(tenant.site.pk), "url": url})
        assert (again.status_code, again.json()["code"]) == (409, "page_taken")

    def test_pages_are_brought_from_a_list(self, tenant: Tenant) -> None:
        body = {"site": str(tenant.site.pk), "text": f"https://{tenant.site.domain}/a-pot,A\nhttps://x.test/"}
        answer = client_of(tenant.member).post(f"{BASE}/pages/import/", body)
        assert answer.json()["data"] == {"added": 1, "known": 0, "refused": 1}

    def test_viewer_reads_and_changes_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            page = page_make(tenant, "moka pot")
        client = client_of(tenant.viewer)
        assert client.get(f"{BASE}/pages/{page.pk}/").status_code == 200
        assert client.patch(f"{BASE}/pages/{page.pk}/", {"head_query": "x"}).status_code == 403
        assert client.post(f"{BASE}/pages/import/", {}).status_code == 403
        with tenant.work():
            assert SitePage.objects.get().head_query == "moka pot"

    @pytest.mark.parametrize("count", [1, 20])
    @pytest.mark.parametrize("name", ["pages", "findings"])
    def test_lists_ask_the_same_whatever_their_length(
        self, tenant: Tenant, name: str, count: int, django_assert_max_num_queries: Any
    ) -> None:
        with tenant.work():
            for number in range(count):
                page_make(tenant, f"pot {number}")
                idea_make(tenant, f"pots {number}")
        looked(tenant)
        client = client_of(tenant.member)
        client.get(f"{BASE}/{name}/")
        with django_assert_max_num_queries(7):
            assert client.get(f"{BASE}/{name}/").json()["count"] == count


class TestOwners:
    def test_owner_is_shown_and_set(self, tenant: Tenant) -> None:
        with tenant.work():
            cluster = Cluster.objects.create(site=tenant.site, name="pots", head_keyword="pots")
            page = page_make(tenant, "moka pot")
        client, url = client_of(tenant.member), f"{BASE}/clusters/{cluster.pk}"
        assert client.get(f"{url}/owner/").json()["data"]["page"] is None
        answer = client.post(f"{url}/set-owner/", {"page": str(page.pk)}).json()["data"]
        assert (answer["page"]["id"], answer["owner_source"]) == (str(page.pk), "person")
        assert client.post(f"{url}/set-owner/", {"page": None}, format="json").json()["data"]["page"] is None
        refused = client_of(tenant.viewer).post(f"{url}/set-owner/", {"page": str(page.pk)})
        assert refused.status_code == 403


class TestFindings:
    def test_findings_are_looked_for_dismissed_and_reopened(self, tenant: Tenant) -> None:
        with tenant.work():
            page = page_make(tenant, "moka pot")
            idea_make(tenant, "moka pots")
        client = client_of(tenant.member)
        started = client.post(f"{BASE}/findings/look/", {"site": str(tenant.site.pk)})
        assert started.status_code == 202
        with tenant.work():
            assert Job.objects.get().kind == "planner.find_conflicts"
        looked(tenant)
        (row,) = client.get(f"{BASE}/findings/", {"kind": "idea_served"}).json()["results"]
        assert (row["page"], row["action"], row["evidence"]["reason"]) == (
            str(page.pk),
            "refresh",
            "same_query",
        )
        body = {"ids": [row["id"]]}
        assert client.post(f"{BASE}/findings/bulk-dismiss/", body).json()["data"] == {"changed": 1}
        assert client.get(f"{BASE}/findings/", {"state": "open"}).json()["count"] == 0
        assert client.post(f"{BASE}/findings/bulk-reopen/", body).json()["data"] == {"changed": 1}
        assert client_of(tenant.viewer).post(f"{BASE}/findings/bulk-dismiss/", body).status_code == 403
        with tenant.work():
            assert PlanFinding.objects.get().state == "open"


class TestIdeas:
    def test_accepting_what_is_served_says_what_serves_it(self, tenant: Tenant) -> None:
        with tenant.work():
            page, idea = page_make(tenant, "moka pot"), idea_make(tenant, "moka pots")
        client, url = client_of(tenant.member), f"{BASE}/ideas/{idea.pk}"
        (conflict,) = client.get(f"{url}/conflicts/").json()["data"]["conflicts"]
        assert (conflict["kind"], conflict["page_id"]) == ("idea_served", str(page.pk))
        for answer in (
            client.post(f"{url}/accept/"),
            client.post(f"{BASE}/ideas/bulk-accept/", {"ids": [str(idea.pk)]}),
        ):
            body = answer.json()
            assert (answer.status_code, body["code"]) == (409, "idea_duplicates")
            assert body["errors"] == {"confirm": [conflict["sentence"]]}
        accepted = client.post(f"{url}/accept/", {"is_confirmed": True})
        assert accepted.json()["data"]["state"] == "accepted"

    def test_improvement_is_completed_by_hand(self, tenant: Tenant) -> None:
        with tenant.work():
            idea = idea_make(
                tenant,
                "moka pot",
                kind=IdeaKind.REFRESH,
                page=page_make(tenant, "moka pot"),
                state=IdeaState.ACCEPTED,
            )
        client = client_of(tenant.member)
        done = client.post(f"{BASE}/ideas/{idea.pk}/complete/").json()["data"]
        assert (done["state"], done["kind"], done["page"]) == ("completed", "refresh", str(idea.page_id))
        assert client.get(f"{BASE}/ideas/", {"kind": "refresh"}).json()["count"] == 1
        assert client.get(f"{BASE}/ideas/", {"kind": "new_content"}).json()["count"] == 0

    def test_ideas_are_exported_safely(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            idea_make(stranger, "secret")
        with tenant.work():
            idea_make(tenant, "moka pot", title="=HYPERLINK(1)", score=9.0)
            idea_make(tenant, "kettle", score=70.5, state=IdeaState.REJECTED)
        client = client_of(tenant.viewer)
        answer = client.get(f"{BASE}/ideas/export/")
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert [line.split(",")[:5] for line in lines[1:]] == [
            ["Kettle", "kettle", "New content", "Rejected", "70.5"],
            ["'=HYPERLINK(1)", "moka pot", "New content", "New", "9.0"],
        ]
        assert len(client.get(f"{BASE}/ideas/export/", {"state": "new"}).content.splitlines()) == 2
        book = load_workbook(io.BytesIO(client.get(f"{BASE}/ideas/export-xlsx/", {"search": "pot"}).content))
        assert [cell.value for cell in book["Ideas"]["A"]] == ["Title", "'=HYPERLINK(1)"]
        assert client.get(f"{BASE}/ideas/export/", {"unknown": "1"}).status_code == 400

    def test_export_holds_what_exists(self, tenant: Tenant) -> None:
        answer = client_of(tenant.viewer).get(f"{BASE}/ideas/export/")
        assert answer.content.decode("utf-8-sig").count("\r\n") == 1
        with tenant.work():
            assert ContentIdea.objects.count() == 0
