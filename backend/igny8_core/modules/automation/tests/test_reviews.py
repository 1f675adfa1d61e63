"""What waits for people: held articles, undecided ideas, and what becomes of a run while and after they decide."""

import threading
from typing import Any

import pytest
from django.db import connections

from igny8_core.modules.automation import services
from igny8_core.modules.automation.errors import IdeasWaiting
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.selectors import run_current
from igny8_core.modules.automation.tasks import continue_waiting
from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.samples import (
    GRANT,
    credits_give,
    credits_of,
    items_of,
    jobs_waiting,
    keywords_plan,
    kinds_of,
    run_get,
    run_kinds,
    run_make,
    settings_set,
    steps,
)
from igny8_core.modules.integration.services import destination_preview_ensure, destination_update
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.planner.selectors import idea_next_ids
from igny8_core.modules.planner.services import idea_accept, ideas_decide
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.modules.writer.services import (
    article_approve,
    article_delete,
    article_edit,
    article_reject,
)
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint, run_killed
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])
CONTINUE = "igny8_core.modules.automation.services.reviews:items_continue"
HELD = ["item.taken", "item.written", "item.scored", "item.held"]


@pytest.fixture
def paying(tenant: Tenant) -> Tenant:
    credits_give(tenant)
    return tenant


@pytest.fixture
def held(paying: Tenant, model: FakeModel) -> PipelineRun:
    """A run whose two articles wait for review."""
    settings_set(paying, approval_mode="review")
    run = run_make(paying, article_count=2)
    steps(paying)
    return run


def states(tenant: Tenant, run: PipelineRun) -> tuple[str, list[str]]:
    return run_get(tenant, run.pk).state, [item.state for item in items_of(tenant, run)]


def approve(tenant: Tenant, item: RunItem) -> None:
    with tenant.work():
        version = Article.objects.get(pk=item.article_id).version
        article_approve(item.article_id, version=version, comment="Fine.")


def go_on(tenant: Tenant, item: RunItem) -> int:
    with tenant.work():
        return services.items_continue(item.article_id)


def published(tenant: Tenant) -> int:
    with tenant.work():
        return Publication.objects.filter(state="published").count()


class TestReview:
    def test_every_article_waits_and_the_run_with_it(self, paying: Tenant, held: PipelineRun) -> None:
        assert states(paying, held) == ("waiting", ["review", "review"])
        run = run_get(paying, held.pk)
        assert (run.error_code, run.error_message) == ("articles_waiting", "2 articles wait for review.")
        assert run_kinds(paying, held)[-1] == "run.waiting"
        assert (published(paying), jobs_waiting(paying)) == (0, [])
        for item in items_of(paying, held):
            assert kinds_of(paying, item) == HELD
            assert item.held_reason == "Every article of this site is reviewed before it is published."
        with paying.work():
            assert set(Article.objects.values_list("review_state", flat=True)) == {"pending"}

    def test_approved_article_is_published_at_once_and_the_run_ends_with_the_last(
        self, paying: Tenant, held: PipelineRun, model: FakeModel
    ) -> None:
        first, second = items_of(paying, held)
        asked, spent = len(model.prompts), credits_of(paying)
        approve(paying, first)
        assert (go_on(paying, first), go_on(paying, first)) == (1, 0)
        assert len(jobs_waiting(paying)) == 1
        steps(paying)
        assert states(paying, held) == ("waiting", ["published", "review"])
        assert run_get(paying, held.pk).error_message == "1 article waits for review."
        approve(paying, second)
        assert continue_waiting() == 1
        steps(paying)
        done = run_get(paying, held.pk)
        assert states(paying, held) == ("completed", ["published", "published"])
        assert (done.error_code, done.error_message, done.stage) == ("", "", "done")
        assert kinds_of(paying, first) == [*HELD, "item.approved", "item.published"]
        assert (published(paying), len(model.prompts), credits_of(paying)) == (2, asked, spent)

    def test_rejected_article_ends_with_the_comment_and_no_other_is_written(
        self, paying: Tenant, held: PipelineRun, model: FakeModel
    ) -> None:
        asked = len(model.prompts)
        for item in items_of(paying, held):
            with paying.work():
                article_reject(item.article_id, comment="Not our voice.")
            assert go_on(paying, item) == 1
        steps(paying)
        assert states(paying, held) == ("completed", ["rejected", "rejected"])
        (item, _) = items_of(paying, held)
        assert (item.error_code, item.error_message) == ("article_rejected", "Not our voice.")
        with paying.work():
            idea = ContentIdea.objects.get(pk=item.idea_id)
        assert (idea.state, idea.failure_reason) == ("failed", "Not our voice.")
        assert (published(paying), len(model.prompts)) == (0, asked)

    def test_undecided_article_stays(self, paying: Tenant, held: PipelineRun) -> None:
        (item, _) = items_of(paying, held)
        assert go_on(paying, item) == 0
        continue_waiting()
        assert states(paying, held) == ("waiting", ["review", "review"])
        assert (jobs_waiting(paying), published(paying)) == ([], 0)

    def test_edit_after_the_approval_holds_the_article_again(self, paying: Tenant, held: PipelineRun) -> None:
        (item, _) = items_of(paying, held)
        approve(paying, item)
        go_on(paying, item)
        with paying.work():
            article_edit(item.article_id, title="Another title")
        steps(paying)
        assert states(paying, held) == ("waiting", ["review", "review"])
        assert published(paying) == 0
        approve(paying, item)
        go_on(paying, item)
        steps(paying)
        assert states(paying, held) == ("waiting", ["published", "review"])

    def test_deleted_article_fails_its_item(self, paying: Tenant, held: PipelineRun) -> None:
        (item, _) = items_of(paying, held)
        with paying.work():
            article_delete(Article.objects.get(pk=item.article_id))
        assert continue_waiting() == 1
        assert states(paying, held) == ("waiting", ["failed", "review"])

    def test_waiting_run_lets_the_site_go_on(self, paying: Tenant, held: PipelineRun) -> None:
        other = run_make(paying)
        with paying.work():
            current = run_current(paying.site.pk)
        assert current is not None
        assert current.id == other.pk
        (item, _) = items_of(paying, held)
        approve(paying, item)
        go_on(paying, item)
        assert len(jobs_waiting(paying)) == 2
        while jobs_waiting(paying):
            for job in jobs_waiting(paying):
                job_run(job)
        assert states(paying, held) == ("waiting", ["published", "review"])
        assert states(paying, other) == ("waiting", ["review"])

    def test_run_at_work_publishes_what_is_approved_meanwhile(self, paying: Tenant, model: FakeModel) -> None:
        settings_set(paying, approval_mode="review")
        run = run_make(paying, article_count=2)
        steps(paying, 5)  # three stages, then one article written and scored
        (item,) = items_of(paying, run)
        approve(paying, item)
        go_on(paying, item)
        assert len(jobs_waiting(paying)) == 1
        steps(paying)
        assert states(paying, run) == ("waiting", ["published", "review"])

    def test_reviews_that_are_turned_on_count_for_articles_on_their_way(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, 5)
        assert states(paying, run) == ("running", ["publishing"])
        settings_set(paying, approval_mode="review")
        steps(paying)
        assert (states(paying, run), published(paying)) == (("waiting", ["review"]), 0)

    def test_cancelled_run_leaves_the_articles_with_the_writer(
        self, paying: Tenant, held: PipelineRun
    ) -> None:
        with paying.work():
            services.run_cancel(held.pk)
        assert states(paying, held) == ("cancelled", ["failed", "failed"])
        (item, _) = items_of(paying, held)
        approve(paying, item)
        assert (go_on(paying, item), published(paying)) == (0, 0)

    def test_kill_switch_keeps_approved_articles_back_until_it_is_on_again(
        self, paying: Tenant, held: PipelineRun
    ) -> None:
        (item, _) = items_of(paying, held)
        settings_set(paying, is_enabled=False)
        approve(paying, item)
        go_on(paying, item)
        continue_waiting()
        steps(paying)
        assert (published(paying), jobs_waiting(paying)) == (0, [])
        settings_set(paying, is_enabled=True)
        continue_waiting()
        steps(paying)
        assert states(paying, held) == ("waiting", ["published", "review"])

    def test_stranger_lets_nothing_go_on(self, paying: Tenant, stranger: Tenant, held: PipelineRun) -> None:
        (item, _) = items_of(paying, held)
        approve(paying, item)
        with stranger.work():
            assert services.items_continue(item.article_id) == 0
        assert states(paying, held) == ("waiting", ["review", "review"])


class TestCrash:
    @pytest.mark.parametrize(
        "at",
        [
            FaultPoint("igny8_core.modules.automation.services.reviews:_is_moved", "after"),
            FaultPoint("igny8_core.modules.automation.services.reviews:step_enqueue", "before"),
            FaultPoint("igny8_core.modules.automation.services.reviews:_follow", "after"),
        ],
        ids=str,
    )
    def test_killed_between_approval_and_commit_the_sweeper_does_it_again(
        self, paying: Tenant, held: PipelineRun, at: FaultPoint
    ) -> None:
        (item, _) = items_of(paying, held)
        approve(paying, item)
        run_killed(CONTINUE, {"article_id": item.article_id}, context=paying.context, at=at)
        assert states(paying, held) == ("waiting", ["review", "review"])
        assert jobs_waiting(paying) == []
        assert continue_waiting() == 1
        steps(paying)
        assert states(paying, held) == ("waiting", ["published", "review"])
        assert (published(paying), kinds_of(paying, item).count("item.approved")) == (1, 1)

    def test_two_at_once_move_an_item_once(self, paying: Tenant, held: PipelineRun) -> None:
        (item, _) = items_of(paying, held)
        approve(paying, item)
        barrier, moved = threading.Barrier(2), []

        def go() -> None:
            barrier.wait()
            moved.append(go_on(paying, item))
            connections.close_all()

        threads = [threading.Thread(target=go) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(moved) == [0, 1]
        assert (len(jobs_waiting(paying)), kinds_of(paying, item).count("item.approved")) == (1, 1)


class TestGate:
    def test_closed_gate_holds_in_every_mode_and_opens_by_approval(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        with paying.work():
            destination_update(destination_preview_ensure(paying.site.pk), minimum_score=100)
        run = run_make(paying)
        steps(paying)
        (item,) = items_of(paying, run)
        assert states(paying, run) == ("waiting", ["review"])
        assert item.held_reason.endswith("asks for 100: it waits for review.")
        approve(paying, item)
        go_on(paying, item)
        steps(paying)
        assert states(paying, run) == ("completed", ["published"])

    def test_gate_that_is_opened_lets_go_what_it_held(self, paying: Tenant, model: FakeModel) -> None:
        with paying.work():
            destination = destination_preview_ensure(paying.site.pk)
            destination_update(destination, minimum_score=100)
        run = run_make(paying)
        steps(paying)
        with paying.work():
            destination_update(destination, minimum_score=None)
        assert continue_waiting() == 1
        steps(paying)
        assert states(paying, run) == ("completed", ["published"])

    def test_destination_that_is_gone_fails_the_run_before_anything_is_paid(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, 3)
        with paying.work():
            destination_preview_ensure(paying.site.pk).delete()
        steps(paying)
        stopped = run_get(paying, run.pk)
        assert (stopped.state, stopped.error_code) == ("failed", "destination_missing")
        assert (items_of(paying, run), credits_of(paying)) == ([], (GRANT, 0))


class TestModeration:
    @pytest.fixture
    def undecided(self, paying: Tenant, model: FakeModel) -> PipelineRun:
        """A run that waits for people to decide on ideas."""
        settings_set(paying, approval_mode="moderate")
        run = run_make(paying, article_count=2)
        steps(paying)
        return run

    def ideas(self, tenant: Tenant) -> list[Any]:
        with tenant.work():
            return idea_next_ids(tenant.site.pk, limit=100)

    def test_run_waits_for_decisions_and_writes_accepted_ideas_alone(
        self, paying: Tenant, undecided: PipelineRun, model: FakeModel
    ) -> None:
        run, ideas = run_get(paying, undecided.pk), self.ideas(paying)
        assert (run.state, run.error_code) == ("waiting", "ideas_waiting")
        assert run.error_message == f"{len(ideas)} ideas wait for your decision."
        assert (items_of(paying, run), model.prompts, credits_of(paying)) == ([], [], (GRANT, 0))
        assert continue_waiting() == 1
        assert run_get(paying, run.pk).state == "waiting"
        with paying.work():
            idea_accept(ideas[-1])
        continue_waiting()
        assert run_get(paying, run.pk).state == "running"
        steps(paying)
        (item,) = items_of(paying, run)
        assert (item.idea_id, item.state) == (ideas[-1], "review")
        assert run_get(paying, run.pk).error_code == "ideas_waiting"  # the second article

    def test_all_rejected_ends_the_run(self, paying: Tenant, undecided: PipelineRun) -> None:
        with paying.work():
            ideas_decide(idea_next_ids(paying.site.pk, limit=100), is_accepted=False)
        continue_waiting()
        done = run_get(paying, undecided.pk)
        assert (done.state, done.error_code, jobs_waiting(paying)) == ("completed", "", [])

    def test_second_run_is_not_started_beside_it(self, paying: Tenant, undecided: PipelineRun) -> None:
        with paying.work():
            destination_id = destination_preview_ensure(paying.site.pk).pk
        settings_set(paying, destination_id=destination_id)
        with pytest.raises(IdeasWaiting), paying.work():
            services.run_now(paying.site.pk)
        assert jobs_waiting(paying) == []

    def test_other_run_at_work_is_waited_for(self, paying: Tenant, undecided: PipelineRun) -> None:
        other = run_make(paying)
        with paying.work():
            idea_accept(idea_next_ids(paying.site.pk, limit=1)[0])
        assert continue_waiting() == 1
        assert run_get(paying, undecided.pk).state == "waiting"
        with paying.work():
            services.run_cancel(other.pk)
        continue_waiting()
        assert run_get(paying, undecided.pk).state == "running"


def test_plan_alone_takes_no_idea_and_pays_nothing(paying: Tenant, model: FakeModel) -> None:
    keywords_plan(paying)
    with paying.work():
        assert idea_next_ids(paying.site.pk, limit=1) != []
        assert not RunItem.objects.exists()
    assert (model.prompts, credits_of(paying)) == ([], (GRANT, 0))
