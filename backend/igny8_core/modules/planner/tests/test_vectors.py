"""A provider's vectors: bought once, paid when they are stored, never paid for a failure."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.ai import retry
from igny8_core.ai.errors import ModelAnswerBroken, ModelNotConfigured, ModelServerFailed
from igny8_core.modules.billing.errors import InsufficientCredits
from igny8_core.modules.billing.selectors import balance_get
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import KeywordStatus, Placement
from igny8_core.modules.planner.models import Keyword, KeywordVector
from igny8_core.modules.planner.selectors import cluster_estimate
from igny8_core.modules.planner.selectors import vectors as selectors_vectors
from igny8_core.modules.planner.services import vectors
from igny8_core.modules.planner.services.clusters_plan import KeywordFacts, SiteFacts, plan_make
from igny8_core.modules.planner.tests.fake_embeddings import FakeEmbeddings, serve
from igny8_core.modules.planner.tests.samples import NO_PROGRESS, clustered, imported
from igny8_core.semantics.cluster import Granularity
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint, run_killed

TEXTS = ("Moka pot", "moka pot!", "dog food", "mortgage", "mortgage rates")


@pytest.fixture
def model(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEmbeddings]:
    """The installation's embedding model, with retries that do not wait and batches of two."""
    monkeypatch.setattr(retry, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(vectors, "VECTOR_BATCH", 2)
    monkeypatch.setattr(selectors_vectors, "VECTOR_BATCH", 2)
    with serve(FakeEmbeddings()) as fake:
        settings.EMBEDDING_BASE_URL, settings.EMBEDDING_MODEL = fake.url, "fake"
        yield fake


def give(tenant: Tenant, credits: int) -> None:
    with tenant.work():
        credits_grant(credits, reason="for a test", idempotency_key="test")


def balance(tenant: Tenant) -> tuple[int, int]:
    with tenant.work():
        found = balance_get()
        return found.balance, found.held


def buy(tenant: Tenant, texts: tuple[str, ...] = TEXTS) -> Any:
    with tenant_scope(tenant.context):
        return services.meaning_bought(texts, site_id=tenant.site.pk, job_id=None, progress=NO_PROGRESS)


def runs(tenant: Tenant) -> int:
    with tenant.work():
        return Job.objects.filter(kind="planner.cluster_keywords").count()


def stored(tenant: Tenant) -> set[str]:
    with tenant.work():
        return set(KeywordVector.objects.values_list("normalized", flat=True))


@pytest.mark.django_db(transaction=True)
class TestBuying:
    def test_vectors_are_asked_once_a_text_and_paid_by_the_batch(
        self, tenant: Tenant, model: FakeEmbeddings
    ) -> None:
        give(tenant, 10)
        means = buy(tenant)
        assert model.asked == [["dog food", "moka pot"], ["mortgage", "mortgage rates"]]
        assert balance(tenant) == (8, 0)
        rows = means(["moka pot", "mortgage", "unheard of"])
        assert np.array_equal(rows, [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]])

    def test_vectors_that_the_account_has_are_free(self, tenant: Tenant, model: FakeEmbeddings) -> None:
        give(tenant, 10)
        buy(tenant)
        buy(tenant, (*TEXTS, "puppy"))
        assert model.asked[2:] == [["puppy"]]
        assert balance(tenant) == (7, 0)

    def test_vectors_of_another_account_are_not_used(
        self, tenant: Tenant, stranger: Tenant, model: FakeEmbeddings
    ) -> None:
        give(tenant, 10)
        give(stranger, 10)
        buy(tenant)
        buy(stranger)
        assert len(model.asked) == 4
        assert (balance(tenant), balance(stranger)) == ((8, 0), (8, 0))

    def test_a_failed_batch_is_given_back_and_the_one_before_stays(
        self, tenant: Tenant, model: FakeEmbeddings
    ) -> None:
        give(tenant, 10)
        model.fails_at = 2
        with pytest.raises(ModelServerFailed):
            buy(tenant)
        assert balance(tenant) == (9, 0)
        assert stored(tenant) == {"dog food", "moka pot"}
        model.fails_at = None
        buy(tenant)
        assert balance(tenant) == (8, 0)

    def test_without_credits_nobody_is_asked(self, tenant: Tenant, model: FakeEmbeddings) -> None:
        with pytest.raises(InsufficientCredits):
            buy(tenant)
        assert (model.asked, stored(tenant), balance(tenant)) == ([], set(), (0, 0))

    def test_rows_of_another_length_under_the_same_name_are_refused(
        self, tenant: Tenant, model: FakeEmbeddings
    ) -> None:
        give(tenant, 10)
        buy(tenant)
        model.length = 3
        with pytest.raises(ModelAnswerBroken):
            buy(tenant, (*TEXTS, "moka puppy"))

    def test_without_a_text_there_is_no_meaning(self, tenant: Tenant, model: FakeEmbeddings) -> None:
        assert buy(tenant, ("?!",)) is None
        assert model.asked == []

    def test_without_a_model_it_says_so(self, tenant: Tenant, settings: Any) -> None:
        settings.EMBEDDING_MODEL = ""
        with pytest.raises(ModelNotConfigured):
            buy(tenant)


@pytest.mark.django_db(transaction=True)
class TestClustering:
    def test_cluster_run_stands_on_the_providers_vectors_and_pays_once(
        self, tenant: Tenant, model: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vectors, "VECTOR_BATCH", 500)
        give(tenant, 10)
        imported(tenant)
        first = clustered(tenant, vectors="provider")
        assert first.clusters > 0
        assert (len(model.asked), balance(tenant)) == (1, (9, 0))
        clustered(tenant, vectors="provider")
        assert (len(model.asked), balance(tenant)) == (1, (9, 0))

    def test_api_starts_nothing_that_cannot_be_paid(self, tenant: Tenant, model: FakeEmbeddings) -> None:
        imported(tenant)
        body = {"site": str(tenant.site.pk), "vectors": "provider"}
        answer = client_of(tenant.member).post("/api/v1/planner/clusters/run/", body)
        assert (answer.status_code, answer.json()["code"]) == (402, "insufficient_credits")
        assert (model.asked, runs(tenant)) == ([], 0)

    def test_api_says_when_no_model_is_named(self, tenant: Tenant, settings: Any) -> None:
        settings.EMBEDDING_MODEL = ""
        body = {"site": str(tenant.site.pk), "vectors": "provider"}
        answer = client_of(tenant.member).post("/api/v1/planner/clusters/run/", body)
        assert (answer.status_code, answer.json()["code"]) == (503, "model_not_configured")
        assert runs(tenant) == 0

    @pytest.mark.parametrize(
        ("point", "asked_again"),
        [
            (FaultPoint("igny8_core.modules.planner.services.vectors:embed_texts", "before"), True),
            (FaultPoint("igny8_core.modules.planner.services.vectors:embed_texts", "after"), True),
            (FaultPoint("igny8_core.modules.planner.services.clusters:plan_make", "before"), False),
        ],
        ids=str,
    )
    def test_killed_run_pays_once_when_it_is_run_again(
        self,
        tenant: Tenant,
        model: FakeEmbeddings,
        monkeypatch: pytest.MonkeyPatch,
        point: FaultPoint,
        asked_again: bool,
    ) -> None:
        give(tenant, 10)
        imported(tenant)
        run_killed(
            "igny8_core.modules.planner.services.clusters:cluster_run",
            {"site_id": tenant.site.pk, "vectors": "provider"},
            context=tenant.context,
            at=point,
            environment={"EMBEDDING_BASE_URL": model.url, "EMBEDDING_MODEL": "fake"},
        )
        before = len(model.asked)
        monkeypatch.setattr(vectors, "VECTOR_BATCH", 500)  # as in the process that was killed
        clustered(tenant, vectors="provider")
        assert (len(model.asked) > before) is asked_again
        assert balance(tenant) == (9, 0)


def test_shared_urls_bring_keywords_into_one_cluster() -> None:
    texts = ("heart attack", "myocardial infarction", "garden shed", "tool shed")
    page = frozenset({UUID(int=1)})
    rows = [
        KeywordFacts(
            UUID(int=10 + at), text, None, "informational", None, None, page if at < 2 else frozenset()
        )
        for at, text in enumerate(texts)
    ]
    site = SiteFacts(keywords=rows, clusters=[], locked=frozenset())
    groups = [set(one.keyword_ids) for one in plan_make(site, granularity=Granularity.FINE).clusters]
    assert {rows[0].id, rows[1].id} in groups


@pytest.mark.django_db(transaction=True)
def test_estimate_is_what_buying_costs(tenant: Tenant, model: FakeEmbeddings) -> None:
    give(tenant, 10)
    buy(tenant, TEXTS[:2])
    with tenant.work():
        for country, text in zip(("us", "de", "", "", ""), TEXTS, strict=True):
            services.keyword_create(site=tenant.site, text=text, country=country)
    with tenant.work(), CaptureQueriesContext(connection) as queries:
        estimate = cluster_estimate(site_id=tenant.site.pk)
    assert (estimate.texts, estimate.missing, estimate.credits) == (4, 3, 2)
    assert not any('"text"' in query["sql"] for query in queries)  # the database counts, nothing is loaded
    buy(tenant)
    assert balance(tenant) == (7, 0)
    with tenant.work():
        assert cluster_estimate(site_id=tenant.site.pk).credits == 0


@pytest.mark.django_db(transaction=True)
class TestEstimateApi:
    URL = "/api/v1/planner/clusters/estimate/"

    def test_price_is_said_before_and_nothing_happens(self, tenant: Tenant, model: FakeEmbeddings) -> None:
        imported(tenant)
        answer = client_of(tenant.member).post(self.URL, {"site": str(tenant.site.pk)})
        assert answer.json()["data"] == {"texts": 18, "missing": 18, "credits": 9}
        other = {"site": str(tenant.site.pk), "sector": str(tenant.other_sector.pk)}
        assert client_of(tenant.member).post(self.URL, other).json()["data"]["credits"] == 0
        assert (model.asked, runs(tenant), stored(tenant)) == ([], 0, set())

    def test_keywords_that_no_run_looks_at_cost_nothing(self, tenant: Tenant, model: FakeEmbeddings) -> None:
        with tenant.work():
            archived, aside, _open = (
                services.keyword_create(site=tenant.site, text=text).pk for text in ("one", "two", "three")
            )
            services.keywords_set_status([archived], status=KeywordStatus.ARCHIVED)
            Keyword.objects.filter(pk=aside).update(cluster_source=Placement.HUMAN)
        answer = client_of(tenant.member).post(self.URL, {"site": str(tenant.site.pk)})
        assert answer.json()["data"] == {"texts": 1, "missing": 1, "credits": 1}

    def test_viewer_and_stranger_are_refused(
        self, tenant: Tenant, stranger: Tenant, model: FakeEmbeddings
    ) -> None:
        body = {"site": str(tenant.site.pk)}
        assert client_of(tenant.viewer).post(self.URL, body).status_code == 403
        assert client_of(stranger.owner).post(self.URL, body).status_code == 400

    def test_without_a_model_it_says_so(self, tenant: Tenant, settings: Any) -> None:
        settings.EMBEDDING_MODEL = ""
        answer = client_of(tenant.member).post(self.URL, {"site": str(tenant.site.pk)})
        assert (answer.status_code, answer.json()["code"]) == (503, "model_not_configured")
