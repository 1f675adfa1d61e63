"""States move along their edges only; a site has one unfinished run, a run takes an idea once."""

import pytest
from django.db import IntegrityError

from igny8_core.modules.automation.constants import ItemState, RunState
from igny8_core.modules.automation.errors import RunStateConflict
from igny8_core.modules.automation.models import PipelineRun, RunEvent, RunItem
from igny8_core.modules.automation.states import item_transition, run_transition
from igny8_core.modules.automation.tests.samples import run_make
from igny8_core.modules.planner.models import Cluster, ContentIdea
from igny8_core.testing.factories import Tenant

RUN_MOVES = {
    RunState.RUNNING: {
        RunState.PAUSED,
        RunState.WAITING,
        RunState.COMPLETED,
        RunState.FAILED,
        RunState.CANCELLED,
    },
    RunState.PAUSED: {RunState.RUNNING, RunState.CANCELLED},
    RunState.WAITING: {RunState.RUNNING, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED},
    RunState.FAILED: {RunState.RUNNING, RunState.CANCELLED},
    RunState.COMPLETED: {RunState.RUNNING},
    RunState.CANCELLED: set(),
}
ITEM_MOVES = {
    ItemState.WRITING: {ItemState.SCORING, ItemState.FAILED},
    ItemState.SCORING: {ItemState.PUBLISHING, ItemState.REVIEW, ItemState.WRITTEN, ItemState.FAILED},
    ItemState.REVIEW: {ItemState.PUBLISHING, ItemState.REJECTED, ItemState.FAILED},
    ItemState.PUBLISHING: {ItemState.PUBLISHED, ItemState.REVIEW, ItemState.FAILED},
    ItemState.PUBLISHED: set(),
    ItemState.WRITTEN: set(),
    ItemState.REJECTED: set(),
    ItemState.FAILED: {ItemState.WRITING, ItemState.SCORING, ItemState.PUBLISHING},
}


@pytest.mark.parametrize("state", RunState)
def test_run_moves_along_its_edges_only(state: RunState) -> None:
    for target in RunState:
        run = PipelineRun(state=state, error_code="x", error_message="y")
        if target not in RUN_MOVES[state]:
            with pytest.raises(RunStateConflict, match=f"A {state} run cannot become {target}"):
                run_transition(run, target)
            assert run.state == state
            continue
        run_transition(run, target)
        is_over = target not in (RunState.RUNNING, RunState.PAUSED, RunState.WAITING)
        assert (run.state, run.finished_at is not None) == (target, is_over)
        assert run.error_code == ("" if target == RunState.RUNNING else "x")


@pytest.mark.parametrize("state", ItemState)
def test_item_moves_along_its_edges_only(state: ItemState) -> None:
    for target in ItemState:
        item = RunItem(state=state)
        if target in ITEM_MOVES[state]:
            item_transition(item, target)
            assert item.state == target
        else:
            with pytest.raises(RunStateConflict):
                item_transition(item, target)


@pytest.mark.django_db(transaction=True)
def test_site_has_one_unfinished_run_and_any_number_of_finished_ones(tenant: Tenant) -> None:
    run = run_make(tenant)
    fields = {"site_id": tenant.site.pk, "destination_id": run.destination_id, "article_count": 1}
    with tenant.work():
        for state in (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED, RunState.WAITING):
            PipelineRun.objects.create(state=state, **fields)
    with pytest.raises(IntegrityError, match="automation_one_active_run"), tenant.work():
        PipelineRun.objects.create(state=RunState.PAUSED, **fields)
    with tenant.work():
        assert PipelineRun.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_run_takes_an_idea_once(tenant: Tenant) -> None:
    run = run_make(tenant)
    place = {"site_id": tenant.site.pk, "sector_id": tenant.sector.pk}
    with tenant.work():
        cluster = Cluster.objects.create(name="c", head_keyword="c", **place)
        idea = ContentIdea.objects.create(cluster=cluster, title="t", head_keyword="c", brief={}, **place)
        RunItem.objects.create(site_id=tenant.site.pk, run=run, position=1, idea=idea, title="t")
    with pytest.raises(IntegrityError, match="automation_item_once"), tenant.work():
        RunItem.objects.create(site_id=tenant.site.pk, run=run, position=2, idea=idea, title="t")


@pytest.mark.django_db(transaction=True)
def test_event_is_written_once(tenant: Tenant) -> None:
    run = run_make(tenant)
    with tenant.work():
        event = RunEvent.objects.get(run=run)
        event.message = "rewritten"
        with pytest.raises(NotImplementedError):
            event.save()
        assert RunEvent.objects.get(run=run).message == ""
