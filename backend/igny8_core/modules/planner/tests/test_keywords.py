"""A person's changes to keywords, and what they do to clusters."""

from uuid import uuid4

import pytest

from igny8_core.auth.errors import PlanLimitReached
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import KeywordStatus, LabelSource
from igny8_core.modules.planner.errors import (
    ClusterLocked,
    ClusterSectorMismatch,
    KeywordMarketUnknown,
    KeywordStatusConflict,
    KeywordTaken,
    KeywordUnusable,
)
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.modules.planner.selectors import keyword_statuses
from igny8_core.tenancy.errors import DeletedRowCollision
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


def made(tenant: Tenant, text: str, **fields: object) -> Keyword:
    return services.keyword_create(site=tenant.site, sector=tenant.sector, text=text, **fields)


def cluster_made(tenant: Tenant, name: str = "tea", **fields: object) -> Cluster:
    return Cluster.objects.create(
        site=tenant.site, sector=fields.pop("sector", tenant.sector), name=name, head_keyword=name, **fields
    )


class TestCreate:
    def test_keyword_create_normalises_and_guesses_the_intent(self, tenant: Tenant) -> None:
        with tenant.work():
            row = made(tenant, "  Best   Green TEA ", volume=10)
        assert (row.text, row.normalized) == ("Best Green TEA", "best green tea")
        assert (row.intent, row.intent_source, row.source_tool) == (
            "commercial",
            LabelSource.RULES,
            "manual",
        )

    def test_keyword_create_refuses_a_twin_of_the_same_country(self, tenant: Tenant) -> None:
        with tenant.work():
            made(tenant, "green tea", country="us")
            made(tenant, "green tea", country="gb")
        with pytest.raises(KeywordTaken), tenant.work():
            made(tenant, "GREEN  tea", country="us")
        with tenant.work():
            assert Keyword.objects.count() == 2

    def test_keyword_create_and_update_write_a_market_in_one_way(self, tenant: Tenant) -> None:
        with tenant.work():
            row = made(tenant, "green tea", country="UK", language="en-GB")
            assert (row.country, row.language) == ("gb", "en")
            services.keyword_update(row, country="US", language="")
        with pytest.raises(KeywordTaken), tenant.work():
            made(tenant, "green tea", country="Us")
        for market in ({"country": "zz"}, {"language": "xx"}):
            with pytest.raises(KeywordMarketUnknown), tenant.work():
                made(tenant, "black tea", **market)
            with pytest.raises(KeywordMarketUnknown), tenant.work():
                services.keyword_update(Keyword.objects.get(pk=row.pk), **market)
        with tenant.work():
            assert list(Keyword.objects.values_list("country", "language")) == [("us", "")]

    @pytest.mark.parametrize("text", ["green\x01tea", "green\x7ftea", "green\uffff tea"])
    def test_keyword_create_refuses_what_no_file_can_hold(self, tenant: Tenant, text: str) -> None:
        with pytest.raises(KeywordUnusable, match="control characters"), tenant.work():
            made(tenant, text)

    def test_keyword_create_unknown_country_is_one_market(self, tenant: Tenant) -> None:
        with tenant.work():
            made(tenant, "green tea")
        with pytest.raises(KeywordTaken), tenant.work():
            made(tenant, "green tea")

    def test_keyword_create_refuses_text_without_content(self, tenant: Tenant) -> None:
        with pytest.raises(KeywordUnusable), tenant.work():
            made(tenant, "&&")

    def test_keyword_create_respects_the_plan(self, tenant: Tenant) -> None:
        plan = tenant.account.plan
        plan.max_keywords = 1
        plan.save()
        with tenant.work():
            made(tenant, "green tea")
            with pytest.raises(PlanLimitReached):
                made(tenant, "black tea")


class TestUpdate:
    def test_keyword_intent_set_by_a_person_is_marked(self, tenant: Tenant) -> None:
        with tenant.work():
            row = services.keyword_update(made(tenant, "green tea"), intent="transactional")
        assert (row.intent, row.intents, row.intent_source) == (
            "transactional",
            ["transactional"],
            LabelSource.HUMAN,
        )

    def test_keyword_move_keeps_the_clusters_figures(self, tenant: Tenant) -> None:
        with tenant.work():
            one, other = cluster_made(tenant, "tea"), cluster_made(tenant, "milk")
            row = made(tenant, "green tea", volume=50, difficulty=20)
            services.keyword_update(row, cluster=one)
            assert row.status == KeywordStatus.CLUSTERED
            services.keyword_update(row, cluster=other)
            one.refresh_from_db()
            other.refresh_from_db()
            assert (one.keywords_count, one.volume, one.avg_difficulty) == (0, 0, None)
            assert (other.keywords_count, other.volume, other.avg_difficulty) == (1, 50, 20.0)
            services.keyword_update(row, cluster=None)
            assert row.status == KeywordStatus.NEW

    def test_keyword_move_respects_locks(self, tenant: Tenant) -> None:
        with tenant.work():
            row = made(tenant, "green tea")
            locked = cluster_made(tenant, is_locked=True)
            with pytest.raises(ClusterLocked):
                services.keyword_update(row, cluster=locked)

    def test_keyword_move_stays_in_its_sector(self, tenant: Tenant) -> None:
        with tenant.work():
            elsewhere = cluster_made(tenant, sector=tenant.other_sector)
            with pytest.raises(ClusterSectorMismatch):
                services.keyword_update(made(tenant, "green tea"), cluster=elsewhere)

    def test_keyword_rename_to_a_taken_text_is_refused(self, tenant: Tenant) -> None:
        with tenant.work():
            made(tenant, "green tea")
        with pytest.raises(KeywordTaken), tenant.work():
            services.keyword_update(made(tenant, "black tea"), text="Green Tea")

    def test_keyword_delete_takes_it_out_of_the_figures(self, tenant: Tenant) -> None:
        with tenant.work():
            cluster = cluster_made(tenant)
            row = services.keyword_update(made(tenant, "green tea", volume=5), cluster=cluster)
            services.keyword_delete(row)
            cluster.refresh_from_db()
            assert (cluster.keywords_count, Keyword.objects.count()) == (0, 0)


class TestStatus:
    def test_keywords_status_changes_all(self, tenant: Tenant) -> None:
        with tenant.work():
            rows = [made(tenant, "green tea"), made(tenant, "black tea")]
            changed = services.keywords_set_status([row.pk for row in rows], status=KeywordStatus.ARCHIVED)
            assert changed == 2
            assert set(Keyword.objects.values_list("status", "version")) == {("archived", 2)}

    def test_keywords_status_is_all_or_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            foreign = made(stranger, "foreign")
        with tenant.work():
            row = made(tenant, "green tea")
        for missing in (foreign.pk, uuid4()):
            with pytest.raises(NotFound), tenant.work():
                services.keywords_set_status([row.pk, missing], status=KeywordStatus.ARCHIVED)
        with tenant.work():
            assert Keyword.objects.get().status == KeywordStatus.NEW
        with stranger.work():
            assert Keyword.objects.get().status == KeywordStatus.NEW

    def test_keywords_status_must_fit_the_cluster(self, tenant: Tenant) -> None:
        with tenant.work():
            row = made(tenant, "green tea")
            with pytest.raises(KeywordStatusConflict):
                services.keywords_set_status([row.pk], status=KeywordStatus.IN_USE)
            assert Keyword.objects.get().status == KeywordStatus.NEW


class TestMany:
    def test_archived_keywords_come_back_to_where_they_belong(self, tenant: Tenant) -> None:
        with tenant.work():
            free = made(tenant, "green tea")
            placed = services.keyword_update(made(tenant, "black tea"), cluster=cluster_made(tenant))
            untouched = made(tenant, "white tea")
            services.keywords_set_status([free.pk, placed.pk], status=KeywordStatus.ARCHIVED)
            assert services.keywords_unarchive([free.pk, placed.pk, untouched.pk]) == 3
            found = dict(Keyword.objects.values_list("text", "status"))
            assert Keyword.objects.get(pk=untouched.pk).version == untouched.version
        assert found == {"green tea": "new", "black tea": "clustered", "white tea": "new"}

    def test_keywords_get_the_statuses_back_that_they_had(self, tenant: Tenant) -> None:
        with tenant.work():
            free = made(tenant, "green tea")
            used = services.keyword_update(made(tenant, "black tea"), cluster=cluster_made(tenant))
            services.keywords_set_status([used.pk], status=KeywordStatus.IN_USE)
            before = keyword_statuses([free.pk, used.pk])
            services.keywords_set_status([free.pk, used.pk], status=KeywordStatus.ARCHIVED)
            assert services.keywords_put_back(before) == 2
            assert keyword_statuses([free.pk, used.pk]) == {free.pk: "new", used.pk: "in_use"}

    def test_keywords_delete_and_restore_keep_the_figures_true(self, tenant: Tenant) -> None:
        with tenant.work():
            cluster = cluster_made(tenant)
            rows = [
                services.keyword_update(made(tenant, text, volume=5), cluster=cluster)
                for text in ("green tea", "black tea")
            ]
            ids = [row.pk for row in rows]
            assert services.keywords_delete(ids) == 2
            cluster.refresh_from_db()
            assert (cluster.keywords_count, Keyword.objects.count()) == (0, 0)
            assert services.keywords_restore(ids) == 2
            cluster.refresh_from_db()
            assert (cluster.keywords_count, cluster.volume) == (2, 10)

    def test_keywords_delete_is_all_or_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            foreign = made(stranger, "foreign")
        with tenant.work():
            row = made(tenant, "green tea")
            locked = cluster_made(tenant)
            held = services.keyword_update(made(tenant, "black tea"), cluster=locked)
            Cluster.objects.update(is_locked=True)
        for other, error in ((foreign.pk, NotFound), (uuid4(), NotFound), (held.pk, ClusterLocked)):
            with pytest.raises(error), tenant.work():
                services.keywords_delete([row.pk, other])
        with tenant.work():
            assert Keyword.objects.count() == 2
        with stranger.work():
            assert Keyword.objects.count() == 1

    def test_keywords_restore_is_all_or_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            first, second = made(tenant, "green tea"), made(tenant, "black tea")
            services.keywords_delete([first.pk, second.pk])
            made(tenant, "black tea")
        with pytest.raises(DeletedRowCollision), tenant.work():
            services.keywords_restore([first.pk, second.pk])
        with tenant.work():
            assert list(Keyword.objects.values_list("text", flat=True)) == ["black tea"]
