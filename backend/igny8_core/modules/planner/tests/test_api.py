"""The planner over HTTP: who may what, what is refused, and that lists cost the same for 1 and 20 rows."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import IdeaState
from igny8_core.modules.planner.models import (
    Cluster,
    ContentIdea,
    ImportMapping,
    Keyword,
    KeywordImport,
    KeywordMetric,
    KeywordRanking,
    PlanEdit,
    SitePage,
    Topic,
)
from igny8_core.modules.planner.tests.samples import SEMRUSH, clustered, ideas_made, imported
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/planner"
LISTS = (
    "keywords",
    "imports",
    "clusters",
    "topics",
    "edits",
    "ideas",
    "pages",
    "rankings",
    "metrics",
    "import-mappings",
)
MODELS = (
    Keyword,
    KeywordImport,
    Cluster,
    Topic,
    PlanEdit,
    ContentIdea,
    SitePage,
    KeywordRanking,
    KeywordMetric,
    ImportMapping,
)


def rows_make(tenant: Tenant, count: int) -> None:
    with tenant.work():
        site, sector = tenant.site, tenant.sector
        for number in range(count):
            mark = uuid4().hex
            cluster = Cluster.objects.create(site=site, sector=sector, name=mark, head_keyword=mark)
            row = services.keyword_create(site=site, sector=sector, text=mark, volume=number)
            services.keyword_update(row, cluster=cluster)  # which is an edit, too
            Topic.objects.create(site=site, sector=sector, name=mark, head_keyword=mark)
            KeywordImport.objects.create(site=site, sector=sector, filename="x.csv", storage_name=mark)
            ContentIdea.objects.create(
                site=site, sector=sector, cluster=cluster, title=mark, head_keyword=mark, brief={}
            )
            SitePage.objects.create(site=site, url=f"https://example.test/{mark}", source="imported")
            KeywordRanking.objects.create(
                site=site, sector=sector, keyword=row, url=f"https://example.test/{mark}", url_key=uuid4()
            )
            KeywordMetric.objects.create(site=site, keyword=row, source_tool="t", seen_on=date(2026, 1, 31))
            ImportMapping.objects.create(signature=mark, header=["Word"], columns={"Word": "text"})


def upload_body(tenant: Tenant, content: str = SEMRUSH) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("moka.csv", content.encode(), "text/csv"),
        "site": str(tenant.site.pk),
        "sector": str(tenant.sector.pk),
    }


def first_id(tenant: Tenant, model: Any) -> str:
    with tenant.work():
        return str(model.objects.values_list("pk", flat=True)[0])


class TestLists:
    @pytest.mark.parametrize("name", LISTS)
    def test_list_costs_the_same_for_any_number_of_rows(self, tenant: Tenant, name: str) -> None:
        client = client_of(tenant.viewer)
        rows_make(tenant, 1)
        client.get(f"{BASE}/{name}/")
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                response = client.get(f"{BASE}/{name}/")
            counts.append((len(queries), response.json()["count"]))
            rows_make(tenant, 19)
        assert [found for _, found in counts] == [1, 20]
        assert counts[0][0] == counts[1][0]

    @pytest.mark.parametrize("name", LISTS)
    def test_list_of_a_stranger_is_empty(self, tenant: Tenant, stranger: Tenant, name: str) -> None:
        rows_make(tenant, 1)
        assert client_of(stranger.owner).get(f"{BASE}/{name}/").json()["results"] == []

    @pytest.mark.parametrize("name", LISTS)
    def test_list_needs_a_credential(self, tenant: Tenant, name: str) -> None:
        assert client_of(None).get(f"{BASE}/{name}/").status_code == 401

    @pytest.mark.parametrize("model", MODELS)
    def test_row_of_a_stranger_is_not_found(self, tenant: Tenant, stranger: Tenant, model: Any) -> None:
        rows_make(tenant, 1)
        names = dict(zip(MODELS, LISTS, strict=True))
        address = f"{BASE}/{names[model]}/{first_id(tenant, model)}/"
        assert client_of(tenant.viewer).get(address).status_code == 200
        assert client_of(stranger.owner).get(address).status_code == 404

    def test_keywords_can_be_narrowed(self, tenant: Tenant) -> None:
        imported(tenant)
        client = client_of(tenant.viewer)

        def texts(query: str) -> set[str]:
            return {row["text"] for row in client.get(f"{BASE}/keywords/?{query}").json()["results"]}

        assert texts("search=explode") == {"can a moka pot explode"}
        assert texts("volume_min=70000&intent=commercial") == {"moka pot"}
        assert texts("volume_max=320") == {"can a moka pot explode"}
        assert texts("status=clustered") == set()
        assert texts("country=us&ordering=-volume&page_size=1") == {"mortgage refinance calculator"}
        assert texts("has_cluster=true") == set()
        assert client.get(f"{BASE}/keywords/?site__name=x").status_code == 400


class TestKeywords:
    def test_keyword_create_edit_delete_restore(self, tenant: Tenant) -> None:
        client = client_of(tenant.member)
        body = {"site": str(tenant.site.pk), "text": "green tea", "volume": 5}
        created = client.post(f"{BASE}/keywords/", body)
        assert (created.status_code, created.json()["data"]["intent"]) == (201, "informational")
        address = f"{BASE}/keywords/{created.json()['data']['id']}/"
        changed = client.patch(address, {"intent": "commercial"}, HTTP_IF_MATCH='"1"')
        assert (changed.status_code, changed.json()["data"]["intent_source"]) == (200, "human")
        assert client.patch(address, {"intent": "commercial"}, HTTP_IF_MATCH='"1"').status_code == 412
        assert client.delete(address).status_code == 204
        assert client.post(f"{address}restore/").status_code == 200
        assert client.post(f"{BASE}/keywords/", body).status_code == 409

    def test_keyword_restore_counts_again_in_its_cluster(self, tenant: Tenant) -> None:
        rows_make(tenant, 1)
        address = f"{BASE}/keywords/{first_id(tenant, Keyword)}/"
        client = client_of(tenant.member)
        client.delete(address)
        with tenant.work():
            assert Cluster.objects.get().keywords_count == 0
        client.post(f"{address}restore/")
        with tenant.work():
            assert Cluster.objects.get().keywords_count == 1

    def test_keyword_metrics_and_site_cannot_be_edited(self, tenant: Tenant) -> None:
        imported(tenant)
        address = f"{BASE}/keywords/{first_id(tenant, Keyword)}/"
        before = client_of(tenant.member).get(address).json()["data"]
        answer = client_of(tenant.member).patch(address, {"volume": 1, "site": str(uuid4())})
        assert answer.status_code == 200
        assert answer.json()["data"]["volume"] == before["volume"]
        assert answer.json()["data"]["site"] == before["site"]

    def test_keyword_cannot_join_a_stranger_s_cluster(self, tenant: Tenant, stranger: Tenant) -> None:
        rows_make(tenant, 1)
        rows_make(stranger, 1)
        address = f"{BASE}/keywords/{first_id(tenant, Keyword)}/"
        answer = client_of(tenant.member).patch(address, {"cluster": first_id(stranger, Cluster)})
        assert answer.status_code == 400
        assert "does not exist" in answer.json()["errors"]["cluster"][0]

    def test_keyword_bulk_status_is_all_or_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        imported(tenant)
        imported(stranger)
        own, foreign = first_id(tenant, Keyword), first_id(stranger, Keyword)
        client = client_of(tenant.member)
        mixed = client.post(f"{BASE}/keywords/bulk-status/", {"ids": [own, foreign], "status": "archived"})
        assert mixed.status_code == 404
        with tenant.work():
            assert not Keyword.objects.filter(status="archived").exists()
        done = client.post(f"{BASE}/keywords/bulk-status/", {"ids": [own], "status": "archived"})
        assert done.json()["data"] == {"changed": 1}

    def test_keyword_writes_need_an_editor(self, tenant: Tenant) -> None:
        imported(tenant)
        viewer = client_of(tenant.viewer)
        address = f"{BASE}/keywords/{first_id(tenant, Keyword)}/"
        answers = [
            viewer.post(f"{BASE}/keywords/", {"site": str(tenant.site.pk), "text": "x"}),
            viewer.patch(address, {"intent": "commercial"}),
            viewer.delete(address),
            viewer.post(f"{BASE}/keywords/bulk-status/", {"ids": [str(uuid4())], "status": "archived"}),
            viewer.post(f"{BASE}/imports/", upload_body(tenant), format="multipart"),
            viewer.post(f"{BASE}/clusters/run/", {"site": str(tenant.site.pk)}),
            viewer.post(f"{BASE}/ideas/generate/", {"site": str(tenant.site.pk)}),
        ]
        assert {answer.status_code for answer in answers} == {403}
        with tenant.work():
            assert Keyword.objects.count() == 18
            assert list(Job.objects.values_list("kind", flat=True)) == ["planner.key_keywords"]


class TestImports:
    def test_upload_starts_a_job(self, tenant: Tenant) -> None:
        answer = client_of(tenant.member).post(f"{BASE}/imports/", upload_body(tenant), format="multipart")
        assert answer.status_code == 202
        data = answer.json()["data"]
        with tenant.work():
            job = Job.objects.get(pk=data["job_id"])
            row = KeywordImport.objects.get(pk=data["import_id"])
        assert (job.kind, job.payload, job.site_id) == (
            "planner.import_keywords",
            {"import_id": data["import_id"]},
            tenant.site.pk,
        )
        assert (row.filename, row.state, row.sector_id) == ("moka.csv", "uploaded", tenant.sector.pk)

    def test_previewed_upload_waits_to_be_started(self, tenant: Tenant, stranger: Tenant) -> None:
        client, body = client_of(tenant.member), upload_body(tenant) | {"preview": "true"}
        answer = client.post(f"{BASE}/imports/", body, format="multipart")
        assert answer.status_code == 201
        data = answer.json()["data"]
        assert (data["state"], data["job_id"], data["preview"]["rows"]) == ("uploaded", None, 18)
        address = f"{BASE}/imports/{data['id']}/start/"
        assert client_of(tenant.viewer).post(address).status_code == 403
        assert client_of(stranger.owner).post(address).status_code == 404
        with tenant.work():
            assert (Job.objects.count(), Keyword.objects.count()) == (0, 0)
        started = [client.post(address, body) for body in (None, {})]
        assert [one.status_code for one in started] == [202, 202]
        assert started[0].json()["data"] == started[1].json()["data"]
        with tenant.work():
            assert started[0].json()["data"] == {
                "job_id": str(Job.objects.get().pk),
                "import_id": data["id"],
            }

    def test_preview_of_no_export_is_refused_and_not_stored(self, tenant: Tenant) -> None:
        body = upload_body(tenant, "%PDF-1.7") | {"preview": "true"}
        answer = client_of(tenant.member).post(f"{BASE}/imports/", body, format="multipart")
        assert (answer.status_code, answer.json()["code"]) == (422, "export_not_text")
        with tenant.work():
            assert not KeywordImport.objects.exists()

    def test_upload_to_a_stranger_s_site_is_refused(self, tenant: Tenant, stranger: Tenant) -> None:
        body = upload_body(tenant) | {"sector": ""}
        answer = client_of(stranger.owner).post(f"{BASE}/imports/", body, format="multipart")
        assert answer.status_code == 400
        with tenant.work():
            assert (KeywordImport.objects.count(), Job.objects.count()) == (0, 0)

    def test_upload_of_another_site_s_sector_is_refused(self, tenant: Tenant, stranger: Tenant) -> None:
        body = upload_body(tenant) | {"sector": str(stranger.sector.pk)}
        answer = client_of(tenant.owner).post(f"{BASE}/imports/", body, format="multipart")
        assert answer.status_code == 400

    def test_upload_beyond_the_limit_is_refused_before_it_is_read(self, tenant: Tenant) -> None:
        answer = client_of(tenant.member).post(
            f"{BASE}/imports/", upload_body(tenant), format="multipart", CONTENT_LENGTH=str(300 * 1024**2)
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "keyword_file_too_large")
        with tenant.work():
            assert KeywordImport.objects.count() == 0

    def test_big_upload_is_taken_through_a_file(self, tenant: Tenant) -> None:
        lines = "".join(f"keyword number {number},Informational,{number},,,,,\n" for number in range(130_000))
        content = SEMRUSH + lines
        assert len(content) > 5 * 1024**2
        answer = client_of(tenant.member).post(
            f"{BASE}/imports/", upload_body(tenant, content), format="multipart"
        )
        assert answer.status_code == 202

    def test_import_detail_shows_rejects(self, tenant: Tenant) -> None:
        imported(tenant, f"{SEMRUSH}???,,1,,,,,\n")
        client = client_of(tenant.viewer)
        listed = client.get(f"{BASE}/imports/").json()["results"][0]
        shown = client.get(f"{BASE}/imports/{listed['id']}/").json()["data"]
        assert (listed["rejected_count"], "rejects" in listed) == (1, False)
        assert shown["rejects"][0]["reason"] == "keyword_without_letters"


class TestClustersAndIdeas:
    def test_cluster_run_and_edit(self, tenant: Tenant) -> None:
        client = client_of(tenant.member)
        answer = client.post(f"{BASE}/clusters/run/", {"site": str(tenant.site.pk), "granularity": "fine"})
        assert answer.status_code == 202
        with tenant.work():
            job = Job.objects.get(pk=answer.json()["data"]["job_id"])
        assert (job.kind, job.payload["granularity"]) == ("planner.cluster_keywords", "fine")
        imported(tenant)
        clustered(tenant)
        address = f"{BASE}/clusters/{first_id(tenant, Cluster)}/"
        changed = client.patch(address, {"name": "Mine", "is_locked": True, "status": "finalized"})
        assert changed.status_code == 200
        assert (changed.json()["data"]["name"], changed.json()["data"]["is_locked"]) == ("Mine", True)
        assert client.patch(address, {"volume": 5}).json()["data"]["volume"] != 5

    def test_cluster_run_on_a_stranger_s_site_is_refused(self, tenant: Tenant, stranger: Tenant) -> None:
        answer = client_of(stranger.owner).post(f"{BASE}/clusters/run/", {"site": str(tenant.site.pk)})
        assert answer.status_code == 400
        with stranger.work():
            assert Job.objects.count() == 0

    def test_idea_decisions(self, tenant: Tenant, stranger: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        ideas_made(tenant)
        client = client_of(tenant.member)
        listed = client.get(f"{BASE}/ideas/?ordering=-score").json()["results"]
        ids = [row["id"] for row in listed]
        shown = client.get(f"{BASE}/ideas/{ids[0]}/").json()["data"]
        assert "brief" not in listed[0]
        assert shown["brief"]["outline"][0]["heading"]
        assert client.post(f"{BASE}/ideas/{ids[0]}/accept/").json()["data"]["state"] == "accepted"
        assert client.post(f"{BASE}/ideas/{ids[0]}/reject/").json()["data"]["state"] == "rejected"
        assert client.post(f"{BASE}/ideas/bulk-accept/", {"ids": ids[1:3]}).json()["data"] == {"changed": 2}
        assert client.post(f"{BASE}/ideas/bulk-reject/", {"ids": ids[1:3]}).json()["data"] == {"changed": 2}
        assert client_of(stranger.owner).post(f"{BASE}/ideas/{ids[3]}/accept/").status_code == 404
        with tenant.work():
            assert ContentIdea.objects.get(pk=ids[3]).state == IdeaState.NEW

    def test_idea_generate_starts_one_job(self, tenant: Tenant) -> None:
        client = client_of(tenant.member)
        first = client.post(f"{BASE}/ideas/generate/", {"site": str(tenant.site.pk)})
        second = client.post(f"{BASE}/ideas/generate/", {"site": str(tenant.site.pk)})
        assert first.status_code == second.status_code == 202
        assert first.json()["data"] == second.json()["data"]
