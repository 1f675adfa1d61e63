"""Edits of the plan by people: each can be taken back exactly, and what each does to keywords."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import KeywordStatus, Placement
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, PlanEdit
from igny8_core.modules.planner.tests.plans import (
    EDITS,
    MOKA,
    cluster,
    delete,
    idea,
    ids,
    merge,
    move,
    refused,
    split,
    state,
    take_out,
    texts_of,
    undone,
)
from igny8_core.modules.planner.tests.samples import clustered
from igny8_core.modules.planner.types import EditResult
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)


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
