"""Ideas become tasks once, and none that something answers already."""

import threading
from uuid import UUID

import pytest
from django.db import connections

from igny8_core.modules.planner import selectors, services
from igny8_core.modules.planner.constants import (
    IdeaKind,
    IdeaState,
)
from igny8_core.modules.planner.errors import (
    IdeaDuplicates,
    IdeaImproves,
    IdeaStateConflict,
)
from igny8_core.modules.planner.tests.findings import idea_make, looked, page_make
from igny8_core.modules.writer import services as writer
from igny8_core.modules.writer.errors import TaskExists
from igny8_core.modules.writer.models import WritingTask
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


class TestWriting:
    def test_automation_takes_no_idea_that_is_answered(self, tenant: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            served, free = idea_make(tenant, "moka pots"), idea_make(tenant, "tea kettle")
            idea_make(tenant, "coffee grinder", state=IdeaState.COMPLETED)
            twin = idea_make(tenant, "coffee grinders")
            improving = idea_make(
                tenant, "pour over", kind=IdeaKind.REFRESH, page=page_make(tenant, "pour over")
            )
            assert selectors.idea_next_ids(tenant.site.pk, limit=9) == [free.pk]
            services.idea_accept(served.pk, is_confirmed=True)
            services.idea_accept(improving.pk)
            assert set(selectors.idea_next_ids(tenant.site.pk, limit=9)) == {free.pk, served.pk}
            assert selectors.idea_next_ids(tenant.site.pk, limit=9, is_accepted_only=True) == [served.pk]
            assert selectors.plan_outlook(tenant.site.pk).ideas_accepted == 1
        with tenant.work(), pytest.raises(IdeaDuplicates):
            services.idea_mark_queued(twin.pk)

    def test_better_of_two_twins_is_written(self, tenant: Tenant) -> None:
        with tenant.work():
            better, _ = idea_make(tenant, "moka pot", score=60.0), idea_make(tenant, "moka pots")
        looked(tenant)
        with tenant.work():
            assert selectors.idea_next_ids(tenant.site.pk, limit=9) == [better.pk]

    def test_idea_about_a_page_is_done_by_hand_and_never_written(self, tenant: Tenant) -> None:
        with tenant.work():
            idea = idea_make(tenant, "moka pot", kind=IdeaKind.QUICK_WIN, page=page_make(tenant, "moka pot"))
            plain = idea_make(tenant, "kettle", state=IdeaState.ACCEPTED)
        with tenant.work(), pytest.raises(IdeaStateConflict):
            services.idea_done(idea.pk)
        with tenant.work(), pytest.raises(IdeaStateConflict):
            services.idea_done(plain.pk)
        with tenant.work():
            services.idea_accept(idea.pk)
        with tenant.work(), pytest.raises(IdeaImproves):
            writer.task_create(idea.pk)
        with tenant.work():
            assert services.idea_done(idea.pk).state == IdeaState.COMPLETED
            assert WritingTask.objects.count() == 0

    def test_idea_becomes_a_task_once_however_many_ask_at_once(self, tenant: Tenant) -> None:
        with tenant.work():
            idea = idea_make(tenant, "moka pot", state=IdeaState.ACCEPTED)
        made = _at_once(tenant, [idea.pk] * 6)
        with tenant.work():
            task = WritingTask.objects.get()
            assert selectors.idea_states([idea.pk]) == {idea.pk: "queued"}
        assert made == [task.pk] * 6

    def test_one_query_becomes_a_task_once_whichever_idea_asks(self, tenant: Tenant) -> None:
        with tenant.work():
            first = idea_make(tenant, "moka pot", state=IdeaState.ACCEPTED)
            second = idea_make(tenant, "moka pot", state=IdeaState.FAILED)
        made = _at_once(tenant, [first.pk, second.pk] * 3)
        with tenant.work():
            task = WritingTask.objects.get()
        assert [one for one in made if one is not None] == [task.pk] * 3
        assert task.idea_id in (first.pk, second.pk)


def _at_once(tenant: Tenant, ids: list[UUID]) -> list[UUID | None]:
    """What each of several real transactions got when all asked for a task at the same time; None: refused."""
    gate, made = threading.Barrier(len(ids)), dict.fromkeys(range(len(ids)))

    def ask(at: int) -> None:
        try:
            gate.wait(timeout=30)
            with tenant_transaction(tenant.context):
                made[at] = writer.task_create(ids[at]).pk
        except (TaskExists, IdeaStateConflict, services.ideas.IdeaTaken):
            made[at] = None
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(len(ids))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return list(made.values())
