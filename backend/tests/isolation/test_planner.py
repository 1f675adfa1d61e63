"""Keywords, imports, clusters, ideas and pages against other accounts and sites."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.auth.models import Sector, Site
from igny8_core.modules.planner.models import (
    Cluster,
    ContentIdea,
    ImportMapping,
    Keyword,
    KeywordImport,
    KeywordMetric,
    KeywordRanking,
    PlanEdit,
    PlanFinding,
    SitePage,
    Topic,
)
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import (
    Body,
    IsolationContract,
    key_client,
    row_make,
    row_of,
    text_of,
    unchanged,
)

BASE = "/api/v1/planner"


class TestKeywords(IsolationContract):
    url, model = f"{BASE}/keywords/", Keyword
    foreign_fields, foreign_changes = {"site": Site, "sector": Sector}, {"cluster": Cluster}

    def create_body(self, tenant: Tenant) -> Body:
        return {"site": str(tenant.site.pk), "text": "running shoes"}

    def update_body(self, tenant: Tenant) -> Body:
        return {"text": "hiking boots"}


class TestImports(IsolationContract):
    url, model = f"{BASE}/imports/", KeywordImport


class TestClusters(IsolationContract):
    url, model = f"{BASE}/clusters/", Cluster
    foreign_fields = {"site": Site, "sector": Sector, "topic": Topic, "keyword_ids": Keyword}

    def update_body(self, tenant: Tenant) -> Body:
        return {"name": "Renamed"}

    def create_body(self, tenant: Tenant) -> Body:
        return {"site": str(tenant.site.pk), "name": "Shoes"}


class TestTopics(IsolationContract):
    url, model = f"{BASE}/topics/", Topic

    def update_body(self, tenant: Tenant) -> Body:
        return {"name": "Renamed"}


class TestEdits(IsolationContract):
    url, model = f"{BASE}/edits/", PlanEdit


class TestIdeas(IsolationContract):
    url, model = f"{BASE}/ideas/", ContentIdea


class TestPages(IsolationContract):
    url, model = f"{BASE}/pages/", SitePage
    foreign_fields = {"site": Site, "sector": Sector}

    @pytest.fixture(autouse=True)
    def one_domain(self, tenant: Tenant, stranger: Tenant) -> None:
        """Both accounts have a site of one domain: the same address is free to both."""
        for one in (tenant, stranger):
            with one.work():
                Site.objects.filter(pk=one.site.pk).update(domain="shared.example")

    def create_body(self, tenant: Tenant) -> Body:
        return {"site": str(tenant.site.pk), "url": "https://shared.example/new"}

    def update_body(self, tenant: Tenant) -> Body:
        return {"head_query": "moka pot"}


class TestFindings(IsolationContract):
    url, model = f"{BASE}/findings/", PlanFinding


@pytest.mark.django_db
def test_cluster_s_owner_is_a_page_of_its_own_site(tenant: Tenant, stranger: Tenant) -> None:
    cluster, client = row_make(Cluster, tenant), client_of(tenant.owner)
    url, texts = f"{BASE}/clusters/{cluster.pk}/set-owner/", []
    for foreign in (row_make(SitePage, stranger).pk, uuid4()):
        with unchanged(tenant, stranger):
            texts.append(text_of(client.post(url, {"page": str(foreign)}), foreign))
    assert texts[0] == texts[1]
    assert texts[0].startswith("400 ")


@pytest.mark.django_db
def test_pages_are_brought_to_own_sites_alone(tenant: Tenant, stranger: Tenant) -> None:
    client, texts = client_of(tenant.owner), []
    for foreign in (stranger.site.pk, uuid4()):
        body = {"site": str(foreign), "text": f"https://{stranger.site.domain}/a"}
        with unchanged(tenant, stranger):
            texts.append(text_of(client.post(f"{BASE}/pages/import/", body), foreign))
    assert texts[0] == texts[1]
    assert texts[0].startswith("400 ")


class TestRankings(IsolationContract):
    url, model = f"{BASE}/rankings/", KeywordRanking


class TestMetrics(IsolationContract):
    url, model = f"{BASE}/metrics/", KeywordMetric


class TestImportMappings(IsolationContract):
    url, model = f"{BASE}/import-mappings/", ImportMapping


@pytest.mark.django_db
def test_columns_are_said_of_own_uploads_alone(tenant: Tenant, stranger: Tenant) -> None:
    client, texts = client_of(tenant.owner), []
    for foreign in (row_make(KeywordImport, stranger).pk, uuid4()):
        with unchanged(tenant, stranger):
            answer = client.post(f"{BASE}/imports/{foreign}/map/", {"columns": {"Word": "text"}})
            texts.append(text_of(answer, foreign))
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["clusters/run", "clusters/preview", "clusters/estimate", "ideas/generate", "findings/look"]
)
def test_work_is_started_for_own_sites_alone(tenant: Tenant, stranger: Tenant, path: str) -> None:
    client = client_of(tenant.owner)
    for body in ({"site": "{}"}, {"site": str(tenant.site.pk), "sector": "{}"}):
        texts = []
        for foreign in (stranger.sector.pk if "sector" in body else stranger.site.pk, uuid4()):
            with unchanged(tenant, stranger):
                sent = {name: value.replace("{}", str(foreign)) for name, value in body.items()}
                texts.append(text_of(client.post(f"{BASE}/{path}/", sent), foreign))
        assert texts[0] == texts[1]
        assert texts[0].startswith("400 ")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["site", "sector"])
def test_upload_for_a_foreign_site_leaves_nothing(
    tenant: Tenant, stranger: Tenant, name: str, settings: Any
) -> None:
    client, texts = client_of(tenant.owner), []
    for foreign in (getattr(stranger, name).pk, uuid4()):
        file = SimpleUploadedFile("a.csv", b"Keyword,Volume\nshoes,10\n")
        body = {"site": str(tenant.site.pk), "file": file, name: str(foreign)}
        with unchanged(tenant, stranger):
            texts.append(text_of(client.post(f"{BASE}/imports/", body, format="multipart"), foreign))
    assert texts[0] == texts[1]
    assert texts[0].startswith("400 ")
    assert not settings.MEDIA_ROOT.exists() or not any(settings.MEDIA_ROOT.rglob("*"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "model", "extra"),
    [
        ("keywords/bulk-status", Keyword, {"status": "archived"}),
        ("ideas/bulk-accept", ContentIdea, {}),
        ("ideas/bulk-reject", ContentIdea, {}),
        ("findings/bulk-dismiss", PlanFinding, {}),
        ("findings/bulk-reopen", PlanFinding, {}),
        ("keywords/move", Keyword, {"cluster": None}),
        ("keywords/release", Keyword, {}),
        ("clusters/bulk-change", Cluster, {"is_locked": True}),
        ("clusters/bulk-delete", Cluster, {}),
        ("clusters/bulk-topic", Cluster, {"name": "Shoes"}),
    ],
)
def test_bulk_changes_are_all_or_nothing(
    tenant: Tenant, stranger: Tenant, path: str, model: Any, extra: Body
) -> None:
    mine, client, texts = row_make(model, tenant), client_of(tenant.owner), []
    for foreign in (row_make(model, stranger).pk, uuid4()):
        body = {"ids": [str(mine.pk), str(foreign)], **extra}
        with unchanged(tenant, stranger):
            texts.append(text_of(client.post(f"{BASE}/{path}/", body), foreign))
    assert texts[0] == texts[1]
    assert texts[0].startswith("404 ")


@pytest.mark.django_db
def test_site_key_cannot_bulk_change_another_site(tenant: Tenant) -> None:
    mine = row_make(Keyword, tenant)
    client = key_client(tenant.owner, site=site_make(tenant))
    with unchanged(tenant):
        response = client.post(f"{BASE}/keywords/bulk-status/", {"ids": [str(mine.pk)], "status": "archived"})
    assert response.status_code == 404


@pytest.mark.django_db
def test_keyword_cannot_join_a_cluster_of_another_site(tenant: Tenant) -> None:
    keyword, other = row_make(Keyword, tenant), site_make(tenant)
    foreign, client = row_make(Cluster, tenant, site=other, sector=None), client_of(tenant.owner)
    with unchanged(tenant):
        response = client.patch(f"{BASE}/keywords/{keyword.pk}/", {"cluster": str(foreign.pk)})
    assert response.status_code in (400, 404, 409)
    assert row_of(Keyword, tenant).cluster_id is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("keywords/move", {"ids": [Keyword], "cluster": Cluster}),
        ("clusters/merge", {"ids": [Cluster], "into": Cluster}),
        ("clusters/bulk-topic", {"ids": [Cluster], "topic": Topic}),
        ("clusters/split", {"cluster": Cluster, "keyword_ids": [Keyword]}),
    ],
)
def test_edit_names_rows_of_one_account_and_site_alone(
    tenant: Tenant, stranger: Tenant, path: str, named: dict[str, Any]
) -> None:
    client, other = client_of(tenant.owner), site_make(tenant)

    def made(model: Any, account: Tenant, **fields: Any) -> Any:
        marks = {"normalized": uuid4().hex} if model is Keyword else {}
        return row_make(model, account, **marks, **fields).pk

    def own(model: Any) -> str:
        return str(made(model, tenant))

    for place, one in named.items():
        model = one[0] if isinstance(one, list) else one
        body = {
            name: [own(value[0])] if isinstance(value, list) else own(value) for name, value in named.items()
        }
        texts = []
        for foreign in (
            made(model, stranger),
            made(model, tenant, site=other, sector=None),
            uuid4(),
        ):
            value = [str(foreign)] if isinstance(one, list) else str(foreign)
            with unchanged(tenant, stranger):
                texts.append(text_of(client.post(f"{BASE}/{path}/", {**body, place: value}), foreign))
        assert texts[0] == texts[2], (path, place)
        assert texts[0].startswith("404 "), (path, place, texts[0])
        assert texts[1][0] == "4", (path, place, texts[1])
