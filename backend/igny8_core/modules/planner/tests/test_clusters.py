"""Clustering: keywords find their topic once, stay there, and nobody's decision is overruled."""

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ClusterType, KeywordStatus
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.modules.planner.services.clusters_plan import cluster_type
from igny8_core.modules.planner.tests.samples import (
    HEADER,
    NO_PROGRESS,
    ROWS,
    clustered,
    imported,
    keyword,
)
from igny8_core.modules.planner.types import ClusterReport
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def cluster_of(tenant: Tenant, text: str) -> Cluster:
    with tenant.work():
        return Cluster.objects.get(keywords__text=text)


def snapshot(tenant: Tenant) -> set[tuple[object, ...]]:
    with tenant.work():
        return set(Keyword.objects.values_list("text", "cluster_id", "status", "version"))


class TestRun:
    def test_cluster_run_groups_by_topic(self, tenant: Tenant) -> None:
        imported(tenant)
        report = clustered(tenant)
        moka, dog = cluster_of(tenant, "moka pot"), cluster_of(tenant, "dog training collar")
        with tenant.work():
            texts = set(Keyword.objects.filter(cluster=moka).values_list("text", flat=True))
        assert report.clustered + report.unassigned == len(ROWS)
        assert moka.pk != dog.pk
        assert all("moka" in text for text in texts)
        assert len(texts) == 8
        assert (moka.name, moka.head_keyword, moka.keywords_count, moka.volume) == (
            "moka pot",
            "moka pot",
            8,
            82400,
        )
        assert moka.avg_difficulty == 18.62
        assert (moka.intent, moka.type, moka.sector_id) == ("informational", "blog", tenant.sector.pk)
        assert keyword(tenant, "moka pot").status == KeywordStatus.CLUSTERED

    def test_cluster_run_again_changes_nothing(self, tenant: Tenant) -> None:
        imported(tenant)
        first = clustered(tenant)
        before = snapshot(tenant)
        assert clustered(tenant) == ClusterReport(clusters=0, clustered=0, unassigned=first.unassigned)
        assert snapshot(tenant) == before

    def test_cluster_run_twice_at_once_writes_once(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        imported(tenant)
        calls: list[int] = []

        def second_delivery(done: int, total: int, message: str) -> None:
            calls.append(done)
            if len(calls) == 2:  # the first run has its plan and has written nothing yet
                clustered(tenant)

        with tenant_scope(tenant.context):
            late = services.cluster_run(site_id=tenant.site.pk, progress=second_delivery)
        with tenant.work():
            assert (late.clusters, late.clustered) == (0, 0)
            assert Cluster.objects.filter(head_keyword="moka pot").count() == 1

    def test_cluster_run_places_new_keywords_into_existing_clusters(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        moka = cluster_of(tenant, "moka pot")
        with tenant.work():
            services.cluster_update(Cluster.objects.get(pk=moka.pk), name="Stovetop")
        imported(tenant, f"{HEADER}\nmoka pot for induction,Commercial,2400,,20,,,\n")
        report = clustered(tenant)
        with tenant.work():
            after = Cluster.objects.get(pk=moka.pk)
        assert (report.clusters, report.clustered) == (0, 1)
        assert keyword(tenant, "moka pot for induction").cluster_id == moka.pk
        assert (after.name, after.keywords_count, after.volume) == ("Stovetop", 9, 84800)

    def test_cluster_run_leaves_a_locked_cluster_alone(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        moka = cluster_of(tenant, "moka pot")
        with tenant.work():
            services.cluster_update(Cluster.objects.get(pk=moka.pk), is_locked=True)
        imported(tenant, f"{HEADER}\nmoka pot for induction,Commercial,2400,,20,,,\n")
        assert clustered(tenant).clustered == 0
        assert keyword(tenant, "moka pot for induction").status == KeywordStatus.NEW

    def test_cluster_run_ignores_archived_keywords(self, tenant: Tenant) -> None:
        imported(tenant)
        row = keyword(tenant, "moka pot")
        with tenant.work():
            services.keywords_set_status([row.pk], status=KeywordStatus.ARCHIVED)
        clustered(tenant)
        assert keyword(tenant, "moka pot").cluster_id is None

    def test_cluster_run_keeps_sectors_apart(self, tenant: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            for text in ("moka pot gasket", "moka pot gasket replacement"):
                services.keyword_create(site=tenant.site, sector=tenant.other_sector, text=text)
        clustered(tenant)
        one, other = cluster_of(tenant, "moka pot"), cluster_of(tenant, "moka pot gasket")
        assert one.pk != other.pk
        assert other.sector_id == tenant.other_sector.pk

    def test_cluster_run_of_one_sector_touches_no_other(self, tenant: Tenant) -> None:
        imported(tenant)
        report = clustered(tenant, sector_id=tenant.other_sector.pk)
        assert report == ClusterReport(clusters=0, clustered=0, unassigned=0)
        assert keyword(tenant, "moka pot").cluster_id is None

    def test_cluster_run_without_keywords_is_fine(self, tenant: Tenant) -> None:
        assert clustered(tenant) == ClusterReport(clusters=0, clustered=0, unassigned=0)

    def test_cluster_run_of_a_foreign_site_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        with pytest.raises(NotFound), tenant_scope(stranger.context):
            services.cluster_run(site_id=tenant.site.pk, progress=NO_PROGRESS)


class TestType:
    @pytest.mark.parametrize(
        ("count", "intent", "kind"),
        [
            (12, "informational", ClusterType.PILLAR),
            (11, "informational", ClusterType.BLOG),
            (3, "commercial", ClusterType.PAGE),
            (3, "navigational", ClusterType.PAGE),
            (3, "transactional", ClusterType.CATEGORY),
        ],
    )
    def test_cluster_type_follows_size_and_intent(self, count: int, intent: str, kind: ClusterType) -> None:
        assert cluster_type(keywords_count=count, intent=intent) is kind
