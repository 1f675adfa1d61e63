"""Edits of the plan by people: what each does, what it refuses, and that taking it back gives exactly what was."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import IdeaState, KeywordStatus, Placement
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, PlanEdit, SitePage, Topic
from igny8_core.modules.planner.tests.samples import HEADER, ROWS, clustered, imported
from igny8_core.modules.planner.types import EditResult
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)

DERIVED = ("version", "updated_at")


@pytest.fixture
def plan(tenant: Tenant) -> Tenant:
    """A site with three clusters in topics."""
    imported(tenant)
    clustered(tenant)
    return tenant


def cluster(tenant: Tenant, head: str) -> Cluster:
    with tenant.work():
        return Cluster.objects.get(keywords__text=head)


def ids(tenant: Tenant, *texts: str) -> list[UUID]:
    with tenant.work():
        found = dict(Keyword.objects.filter(text__in=texts).values_list("text", "pk"))
    return [found[text] for text in texts]


def texts_of(tenant: Tenant, cluster_id: UUID | None) -> set[str]:
    with tenant.work():
        return set(Keyword.objects.filter(cluster_id=cluster_id).values_list("text", flat=True))


def idea(tenant: Tenant, of: Cluster, head: str, state: IdeaState = IdeaState.NEW) -> ContentIdea:
    with tenant.work():
        return ContentIdea.objects.create(
            site=tenant.site, sector=tenant.sector, cluster=of, title=head, head_keyword=head, state=state
        )


def state(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """All that a plan holds, but for the marks that every write leaves."""
    with tenant.work():
        return {
            model.__name__: [
                {name: value for name, value in row.items() if name not in DERIVED}
                for row in model.objects.order_by("pk").values()
            ]
            for model in (Keyword, Cluster, Topic, ContentIdea)
        }


def undone(tenant: Tenant, result: EditResult) -> PlanEdit:
    assert result.edit_id is not None
    with tenant.work():
        return services.plan_edit_undo(result.edit_id)


def refused(tenant: Tenant, act: Callable[[], Any]) -> str:
    """The code with which something is refused; nothing of it may stay."""
    before = state(tenant)
    with tenant.work():
        edits = PlanEdit.objects.count()
    with pytest.raises(DomainError) as caught, tenant.work():
        act()
    assert state(tenant) == before
    with tenant.work():
        assert PlanEdit.objects.count() == edits
    return caught.value.code


MOKA = ("electric moka pot", "moka pot instructions")


def move(plan: Tenant) -> EditResult:
    return services.keywords_move(ids(plan, *MOKA), cluster_id=cluster(plan, "dog training collar").pk)


def take_out(plan: Tenant) -> EditResult:
    return services.keywords_move(ids(plan, "moka pot", *MOKA), cluster_id=None)


def split(plan: Tenant) -> EditResult:
    return services.cluster_split(cluster(plan, "moka pot").pk, keyword_ids=ids(plan, *MOKA))


def merge(plan: Tenant) -> EditResult:
    gone = [cluster(plan, head).pk for head in ("dog training collar", "mortgage refinance calculator")]
    return services.clusters_merge(gone, into_id=cluster(plan, "moka pot").pk)


def delete(plan: Tenant) -> EditResult:
    return services.clusters_delete([cluster(plan, "moka pot").pk])


def create(plan: Tenant) -> EditResult:
    return services.cluster_create(
        site_id=plan.site.pk, sector_id=plan.sector.pk, name="Stovetop", keyword_ids=ids(plan, *MOKA)
    )


def lock(plan: Tenant) -> EditResult:
    wanted = [cluster(plan, head).pk for head in ("moka pot", "dog training collar")]
    return services.clusters_change(wanted, is_locked=True)


def new_topic(plan: Tenant) -> EditResult:
    return services.clusters_set_topic([cluster(plan, "moka pot").pk], name="Coffee")


EDITS = (move, take_out, split, merge, delete, create, lock, new_topic)


class TestUndo:
    @pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
    def test_undo_gives_back_exactly_what_was(
        self, plan: Tenant, edit: Callable[[Tenant], EditResult]
    ) -> None:
        idea(plan, cluster(plan, "moka pot"), "moka pot instructions")
        idea(plan, cluster(plan, "dog training collar"), "dog training collar")
        before = state(plan)
        with plan.work():
            result = edit(plan)
        assert state(plan) != before
        row = undone(plan, result)
        assert state(plan) == before
        with plan.work():
            actions = list(AuditEvent.objects.order_by("pk").values_list("action", "object_id"))
        assert actions[-2:] == [(f"plan.{row.kind}", str(row.pk)), ("plan.undo", str(row.pk))]
        assert undone(plan, result).undone_at == row.undone_at
        assert state(plan) == before

    def test_undo_refuses_when_a_keyword_moved_on(self, plan: Tenant) -> None:
        with plan.work():
            first = move(plan)
        with plan.work():
            services.keywords_move(ids(plan, MOKA[0]), cluster_id=None)
        assert refused(plan, lambda: services.plan_edit_undo(first.edit_id or uuid4())) == "edit_overtaken"
        with pytest.raises(
            DomainError, match=f"The keyword “{MOKA[0]}” was changed since; nothing was undone"
        ):
            undone(plan, first)

    def test_undo_refuses_when_a_row_is_gone(self, plan: Tenant) -> None:
        with plan.work():
            first = move(plan)
        with plan.work():
            services.keywords_delete(ids(plan, *MOKA))
        with pytest.raises(DomainError, match="was deleted since, and 1 more"):
            undone(plan, first)

    def test_undo_refuses_when_more_was_put_into_what_it_made(self, plan: Tenant) -> None:
        with plan.work():
            first = split(plan)
        with plan.work():
            services.keywords_move(ids(plan, "puppy training schedule"), cluster_id=first.cluster_id)
        with pytest.raises(DomainError, match="More was put into “electric moka pot”"):
            undone(plan, first)

    def test_undo_refuses_when_the_place_is_gone(self, plan: Tenant) -> None:
        source = cluster(plan, "moka pot")
        with plan.work():
            first = take_out(plan)
        with plan.work():
            services.clusters_delete([source.pk])
        assert refused(plan, lambda: services.plan_edit_undo(first.edit_id or uuid4())) == "edit_overtaken"

    def test_undo_leaves_a_locked_cluster_alone(self, plan: Tenant) -> None:
        with plan.work():
            first = move(plan)
        with plan.work():
            services.clusters_change([cluster(plan, "moka pot").pk], is_locked=True)
        assert refused(plan, lambda: services.plan_edit_undo(first.edit_id or uuid4())) == "cluster_locked"

    def test_undo_of_edits_one_after_the_other(self, plan: Tenant) -> None:
        before = state(plan)
        results = []
        for edit in (move, take_out, merge_rest):
            with plan.work():
                results.append(edit(plan))
        for result in reversed(results):
            undone(plan, result)
        assert state(plan) == before

    def test_undo_of_a_stranger_is_not_found(self, plan: Tenant, stranger: Tenant) -> None:
        with plan.work():
            result = move(plan)
        before = state(plan)
        with pytest.raises(NotFound):
            undone(stranger, result)
        assert state(plan) == before


def merge_rest(plan: Tenant) -> EditResult:
    gone = cluster(plan, "mortgage refinance calculator").pk
    return services.clusters_merge([gone], into_id=cluster(plan, "dog training collar").pk)


class TestKeywords:
    def test_moved_keywords_stay_when_everything_is_grouped_again(self, plan: Tenant) -> None:
        with plan.work():
            move(plan)
        target = cluster(plan, "dog training collar")
        clustered(plan)
        assert set(MOKA) <= texts_of(plan, target.pk)
        with plan.work():
            row = Keyword.objects.get(text=MOKA[0])
        assert (row.status, row.cluster_source) == (KeywordStatus.CLUSTERED, Placement.HUMAN)
        assert (target.keywords_count, len(texts_of(plan, target.pk))) == (8, 8)

    def test_keyword_taken_out_is_placed_again_only_when_released(self, plan: Tenant) -> None:
        moka = cluster(plan, "moka pot")
        with plan.work():
            result = take_out(plan)
        assert clustered(plan).clustered == 0
        assert texts_of(plan, None) >= {"moka pot", *MOKA}
        after = cluster(plan, "moka pot sputtering")
        assert (after.pk, after.head_keyword, after.name) == (
            moka.pk,
            "aluminum moka pot safe",
            "moka pot",
        )
        with plan.work():
            released = services.keywords_release(ids(plan, *MOKA))
        assert (result.changed, released.changed) == (3, 2)
        clustered(plan)
        assert texts_of(plan, moka.pk) & {"moka pot", *MOKA} == set(MOKA)

    def test_idea_goes_where_its_head_keyword_goes(self, plan: Tenant) -> None:
        moka, dog = cluster(plan, "moka pot"), cluster(plan, "dog training collar")
        going, staying = idea(plan, moka, MOKA[0]), idea(plan, moka, "moka pot")
        with plan.work():
            move(plan)
            found = dict(ContentIdea.objects.values_list("pk", "cluster_id"))
        assert found == {going.pk: dog.pk, staying.pk: moka.pk}

    def test_status_follows_but_for_archived_and_written_ones(self, plan: Tenant) -> None:
        moka, dog = cluster(plan, "moka pot"), cluster(plan, "dog training collar")
        one, other = ids(plan, *MOKA)
        with plan.work():
            Keyword.objects.filter(pk=one).update(status=KeywordStatus.IN_USE)
            services.keywords_set_status([other], status=KeywordStatus.ARCHIVED)
            services.keywords_move([one, other], cluster_id=dog.pk)
            statuses = dict(Keyword.objects.filter(cluster=dog).values_list("pk", "status"))
            assert (statuses[one], statuses[other]) == (KeywordStatus.IN_USE, KeywordStatus.ARCHIVED)
            services.keywords_move([one, other], cluster_id=None)
            assert dict(Keyword.objects.filter(pk__in=[one, other]).values_list("pk", "status")) == {
                one: KeywordStatus.NEW,
                other: KeywordStatus.ARCHIVED,
            }
        assert moka.pk != dog.pk

    @pytest.mark.parametrize("side", ["moka pot", "dog training collar"])
    def test_locked_cluster_takes_and_gives_nothing(self, plan: Tenant, side: str) -> None:
        with plan.work():
            services.clusters_change([cluster(plan, side).pk], is_locked=True)
        assert refused(plan, lambda: move(plan)) == "cluster_locked"
        assert refused(plan, lambda: merge(plan)) == "cluster_locked"

    def test_move_refuses_another_sector_another_site_and_an_old_version(
        self, plan: Tenant, stranger: Tenant
    ) -> None:
        other = site_make(plan)
        with plan.work():
            far = Cluster.objects.create(
                site=plan.site, sector=plan.other_sector, name="far", head_keyword="far"
            )
            foreign = Cluster.objects.create(site=other, name="else", head_keyword="else")
        moka, dog = cluster(plan, "moka pot"), cluster(plan, "dog training collar")
        wanted = ids(plan, *MOKA)

        def to(cluster_id: UUID, **versions: Any) -> Callable[[], EditResult]:
            return lambda: services.keywords_move(wanted, cluster_id=cluster_id, **versions)

        assert refused(plan, to(far.pk)) == "cluster_sector_mismatch"
        assert refused(plan, to(foreign.pk)) == "not_found"
        assert refused(plan, to(uuid4())) == "not_found"
        assert refused(plan, to(dog.pk, versions={moka.pk: moka.version - 1})) == "cluster_changed"
        assert (
            refused(plan, lambda: services.keywords_move([*wanted, uuid4()], cluster_id=dog.pk))
            == "not_found"
        )
        with pytest.raises(NotFound), stranger.work():
            services.keywords_move(wanted, cluster_id=None)

    def test_move_to_where_it_is_changes_nothing(self, plan: Tenant) -> None:
        before = state(plan)
        with plan.work():
            result = services.keywords_move(ids(plan, *MOKA), cluster_id=cluster(plan, "moka pot").pk)
            assert not PlanEdit.objects.exists()
        assert (result.edit_id, result.changed) == (None, 0)
        assert state(plan) == before

    def test_keyword_restored_after_its_cluster_was_deleted_is_free(self, plan: Tenant) -> None:
        wanted = ids(plan, *MOKA)
        with plan.work():
            services.keywords_delete(wanted)
            delete(plan)
            services.keywords_restore(wanted)
            rows = set(Keyword.objects.filter(pk__in=wanted).values_list("cluster_id", "status"))
        assert rows == {(None, "new")}


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
