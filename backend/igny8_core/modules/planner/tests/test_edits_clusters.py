"""Edits of clusters and topics by people: what each does and what it refuses."""

import pytest

from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import IdeaState
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, PlanEdit, SitePage, Topic
from igny8_core.modules.planner.tests.plans import (
    MOKA,
    cluster,
    delete,
    idea,
    ids,
    merge,
    new_topic,
    refused,
    split,
    state,
    texts_of,
)
from igny8_core.modules.planner.tests.samples import HEADER, ROWS, clustered, imported
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


class TestClusters:
    def test_split_makes_a_cluster_beside_the_old(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        with plan.work():
            result = split(plan)
            made = Cluster.objects.get(pk=result.cluster_id)
        assert texts_of(plan, made.pk) == set(MOKA)
        assert (made.name, made.head_keyword, made.keywords_count, made.volume) == (
            MOKA[0],
            MOKA[0],
            2,
            4500,
        )
        assert (made.sector_id, made.topic_id) == (moka.sector_id, moka.topic_id)
        assert cluster(plan, "moka pot").keywords_count == 6
        assert 0 < made.cohesion < 1

    def test_split_leaves_keywords_on_both_sides(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        everything = ids(plan, *texts_of(plan, moka.pk))
        elsewhere = ids(plan, "puppy training schedule")
        for keyword_ids in (everything, elsewhere):
            code = refused(plan, lambda ids=keyword_ids: services.cluster_split(moka.pk, keyword_ids=ids))
            assert code == "cluster_unsplittable"

    def test_merge_brings_keywords_and_ideas_and_drops_empty_topics(self, plan: Tenant) -> None:
        kept, dog = cluster(plan, "moka pot"), cluster(plan, "dog training collar")
        followed = idea(plan, dog, "dog training collar", IdeaState.QUEUED)
        with plan.work():
            Cluster.objects.filter(pk=dog.pk).update(status="pending")
            keywords = Keyword.objects.filter(cluster__isnull=False).count()
            merge(plan)
            row = Cluster.objects.get(pk=kept.pk)
            assert list(Cluster.objects.filter(head_keyword=dog.head_keyword)) == []
            assert ContentIdea.objects.get(pk=followed.pk).cluster_id == kept.pk
            topics = list(Topic.objects.filter(clusters_count=0))
        assert row.keywords_count >= 8 + 6
        assert (row.name, row.head_keyword, row.status) == ("moka pot", "moka pot", "pending")
        assert topics == []
        assert keywords >= row.keywords_count

    def test_merge_takes_the_owner_along_and_undo_gives_it_back(self, plan: Tenant) -> None:
        kept, dog = cluster(plan, "moka pot"), cluster(plan, "dog training collar")
        with plan.work():
            page = SitePage.objects.create(site=plan.site, url="https://a.test/collar", source="imported")
            services.cluster_owner_set(dog.pk, page_id=page.pk)
            edit_id = merge(plan).edit_id
            assert edit_id is not None
            assert Cluster.objects.get(pk=kept.pk).owner_page_id == page.pk
            services.plan_edit_undo(edit_id)
            assert Cluster.objects.get(pk=kept.pk).owner_page_id is None
            assert Cluster.objects.get(pk=dog.pk).owner_page_id == page.pk

    def test_merge_keeps_sectors_apart(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        with plan.work():
            far = Cluster.objects.create(
                site=plan.site, sector=plan.other_sector, name="far", head_keyword="far"
            )
        assert (
            refused(plan, lambda: services.clusters_merge([far.pk], into_id=moka.pk))
            == "clusters_sector_mismatch"
        )

    def test_deleted_cluster_s_keywords_are_set_aside(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        texts = texts_of(plan, moka.pk)
        gone = idea(plan, moka, "moka pot")
        with plan.work():
            delete(plan)
            assert not ContentIdea.objects.filter(pk=gone.pk).exists()
        clustered(plan)
        assert texts <= texts_of(plan, None)

    @pytest.mark.parametrize("idea_state", [IdeaState.QUEUED, IdeaState.COMPLETED])
    def test_cluster_that_is_written_is_not_deleted(self, plan: Tenant, idea_state: IdeaState) -> None:
        idea(plan, cluster(plan, "moka pot"), "moka pot", idea_state)
        assert refused(plan, lambda: delete(plan)) == "cluster_in_use"

    def test_change_is_an_edit_and_taken_back(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        with plan.work():
            services.cluster_change(
                moka.pk, expected_version=moka.version, name="Stovetop", is_locked=True, status="finalized"
            )
            edit = PlanEdit.objects.get()
            assert edit.changes == [
                {
                    "table": "cluster",
                    "ids": [str(moka.pk)],
                    "before": {"name": "moka pot", "is_locked": False, "status": "new"},
                    "after": {"name": "Stovetop", "is_locked": True, "status": "finalized"},
                }
            ]
            services.plan_edit_undo(edit.pk)
            row = Cluster.objects.get(pk=moka.pk)
        assert (row.name, row.is_locked, row.status) == ("moka pot", False, "new")

    def test_cluster_made_by_hand_can_be_empty(self, plan: Tenant) -> None:
        with plan.work():
            result = services.cluster_create(site_id=plan.site.pk, name="  Kettles! ".strip())
            row = Cluster.objects.get(pk=result.cluster_id)
        assert (row.name, row.head_keyword, row.keywords_count, row.sector_id) == (
            "Kettles!",
            "kettles",
            0,
            None,
        )
        clustered(plan)
        with plan.work():
            assert Cluster.objects.get(pk=row.pk).topic_id is not None


class TestTopics:
    def test_run_gives_each_cluster_a_topic_and_counts_it(self, plan: Tenant) -> None:
        with plan.work():
            clusters = list(Cluster.objects.values("topic_id", "keywords_count", "volume"))
            topics = {row.pk: row for row in Topic.objects.all()}
        assert {one["topic_id"] for one in clusters} == set(topics)
        for topic_id, topic in topics.items():
            own = [one for one in clusters if one["topic_id"] == topic_id]
            assert (topic.clusters_count, topic.keywords_count, topic.volume) == (
                len(own),
                sum(one["keywords_count"] for one in own),
                sum(one["volume"] for one in own),
            )

    def test_names_locks_and_places_survive_a_run(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        with plan.work():
            result = new_topic(plan)
            topic = Topic.objects.get(pk=result.topic_id)
            services.topic_change(topic.pk, expected_version=topic.version, name="Brewing", is_locked=True)
        before = state(plan)
        clustered(plan)
        assert state(plan) == before
        imported(plan, f"{HEADER}\nmoka pot for induction,Commercial,2400,,20,,,\n")
        clustered(plan)
        with plan.work():
            row = Topic.objects.get(pk=result.topic_id)
        assert (row.name, row.is_locked, row.clusters_count, row.keywords_count) == ("Brewing", True, 1, 9)
        assert cluster(plan, "moka pot").pk == moka.pk

    def test_locked_topic_takes_and_gives_no_clusters(self, plan: Tenant) -> None:
        moka, dog = cluster(plan, "moka pot"), cluster(plan, "dog training collar")
        with plan.work():
            made = new_topic(plan)
            services.topic_update(Topic.objects.get(pk=made.topic_id), is_locked=True)
        assert (
            refused(plan, lambda: services.clusters_set_topic([dog.pk], topic_id=made.topic_id))
            == "topic_locked"
        )
        assert refused(plan, lambda: services.clusters_set_topic([moka.pk], name="Other")) == "topic_locked"

    def test_topic_never_crosses_sectors(self, plan: Tenant) -> None:
        with plan.work():
            far = Topic.objects.create(site=plan.site, sector=plan.other_sector, name="x", head_keyword="x")
        moka = cluster(plan, "moka pot")
        assert (
            refused(plan, lambda: services.clusters_set_topic([moka.pk], topic_id=far.pk))
            == "topic_sector_mismatch"
        )

    def test_topic_of_an_old_version_is_not_changed(self, plan: Tenant) -> None:
        with plan.work():
            topic = Topic.objects.all()[0]
        code = refused(
            plan, lambda: services.topic_change(topic.pk, expected_version=topic.version + 1, name="x")
        )
        assert code == "topic_changed"


def test_run_gives_the_same_plan_twice(tenant: Tenant, stranger: Tenant) -> None:
    def shape(of: Tenant) -> set[tuple[str, frozenset[str]]]:
        with of.work():
            rows = Keyword.objects.filter(cluster__isnull=False)
            found = rows.values_list("cluster__topic__name", "cluster__name", "text")
            return {(f"{topic}/{name}", frozenset({text})) for topic, name, text in found}

    imported(tenant)
    imported(stranger, "\n".join((HEADER, *reversed(ROWS))) + "\n")
    for one in (tenant, stranger):
        clustered(one)
    assert shape(tenant) == shape(stranger)
    before = state(tenant)
    clustered(tenant)
    assert state(tenant) == before
