"""What a site may set of a run: stages, batch sizes, budgets; and failed items that are tried again, step by step."""

from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.automation import services
from igny8_core.modules.automation.constants import IDEAS_PER_ARTICLE
from igny8_core.modules.automation.errors import (
    DestinationMissing,
    NothingFailed,
    RunActive,
    RunStateConflict,
)
from igny8_core.modules.automation.models import PipelineRun
from igny8_core.modules.automation.selectors import run_list, run_status_get, run_timeline
from igny8_core.modules.automation.services.budgets import brief_price, run_spent
from igny8_core.modules.automation.tests.fake_model import FakeModel, prose
from igny8_core.modules.automation.tests.samples import (
    GRANT,
    PREPARING_STEPS,
    REFUSAL,
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
    step,
    steps,
)
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.planner.selectors import idea_brief_get, idea_next_ids
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.modules.writer.services import article_delete, article_restore
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
WHOLE = ["item.taken", "item.written", "item.scored", "item.published"]


@pytest.fixture
def paying(tenant: Tenant) -> Tenant:
    credits_give(tenant)
    return tenant


def price_of_next(tenant: Tenant) -> int:
    with tenant.work():
        return brief_price(idea_brief_get(idea_next_ids(tenant.site.pk, limit=1)[0]))


class TestStages:
    def test_stages_that_are_off_are_left_out(self, paying: Tenant, model: FakeModel) -> None:
        settings_set(paying, stages=["cluster"])
        run = run_make(paying, destination_id=None)
        assert len(steps(paying)) == 3
        done = run_get(paying, run.pk)
        assert (done.state, set(done.counts)) == ("completed", {"import", "cluster"})
        assert run_kinds(paying, run) == ["run.started", "stage.done", "stage.done", "run.completed"]
        with paying.work():
            assert not ContentIdea.objects.exists()

    def test_written_articles_stay_unpublished_where_publishing_is_off(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        settings_set(paying, stages=["cluster", "ideas", "write"], approval_mode="review")
        run = run_make(paying, destination_id=None, article_count=2)
        steps(paying)
        items = items_of(paying, run)
        assert (run_get(paying, run.pk).state, [item.state for item in items]) == (
            "completed",
            ["written"] * 2,
        )
        with paying.work():
            assert Article.objects.count() == 2
            assert not Publication.objects.exists()
            assert set(Article.objects.values_list("review_state", flat=True)) == {"none"}
            assert ContentIdea.objects.get(pk=items[0].idea_id).state == "completed"

    def test_publishing_needs_a_destination(self, paying: Tenant) -> None:
        with pytest.raises(DestinationMissing):
            run_make(paying, destination_id=None)
        assert jobs_waiting(paying) == []

    def test_run_makes_the_best_ideas_up_to_its_limit_and_the_next_run_goes_on(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        settings_set(paying, stages=["cluster", "ideas"], ideas_per_run=2)
        for number in (1, 2):
            run_make(paying, destination_id=None)
            steps(paying)
            with paying.work():
                scores = list(ContentIdea.objects.order_by("id").values_list("score", flat=True))
            assert len(scores) == 2 * number
        assert min(scores[:2]) >= max(scores[2:])


class TestBudget:
    def test_run_stops_before_the_article_that_its_budget_does_not_hold(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        keywords_plan(paying)
        first = price_of_next(paying)
        settings_set(paying, run_credit_budget=first)
        run = run_make(paying, import_id=None, article_count=2)
        steps(paying)
        stopped = run_get(paying, run.pk)
        (item,) = items_of(paying, run)
        assert (stopped.state, stopped.error_code, item.state) == ("paused", "budget_reached", "published")
        assert stopped.error_message == (
            f"{first} of the {first} credits of the run's budget are spent, and the next article costs "
            f"{price_of_next(paying)}."
        )
        assert (item.credits, credits_of(paying), jobs_waiting(paying)) == (first, (GRANT - first, 0), [])
        with paying.work():
            assert run_spent(run.pk) == sum(Article.objects.values_list("credits", flat=True)) == first

    def test_budget_smaller_than_an_article_buys_nothing(self, paying: Tenant, model: FakeModel) -> None:
        keywords_plan(paying)
        settings_set(paying, run_credit_budget=price_of_next(paying) - 1)
        run = run_make(paying, import_id=None)
        steps(paying)
        assert run_get(paying, run.pk).error_code == "budget_reached"
        assert (items_of(paying, run), model.prompts, credits_of(paying)) == ([], [], (GRANT, 0))

    def test_month_counts_every_run_of_the_site_and_a_raised_budget_lets_go_on(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        earlier = run_make(paying)
        steps(paying)
        spent = items_of(paying, earlier)[0].credits
        settings_set(paying, monthly_credit_budget=spent)
        run = run_make(paying, import_id=None)
        steps(paying)
        stopped = run_get(paying, run.pk)
        assert (stopped.state, stopped.error_code) == ("paused", "budget_reached")
        assert stopped.error_message.startswith(f"{spent} of the {spent} credits of the month's budget")
        settings_set(paying, monthly_credit_budget=None)
        with paying.work():
            services.run_resume(run.pk)
        steps(paying)
        assert run_get(paying, run.pk).state == "completed"

    def test_article_that_was_there_before_costs_the_run_nothing(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS + 1)
        (item,) = items_of(paying, run)
        assert item.credits > 0
        with paying.work():
            services.run_cancel(run.pk)
            ContentIdea.objects.filter(pk=item.idea_id).update(state="accepted")
        steps(paying)
        again = run_make(paying, import_id=None)
        steps(paying)
        taken = next(one for one in items_of(paying, again) if one.idea_id == item.idea_id)
        assert (taken.state, taken.article_id, taken.credits) == ("published", item.article_id, 0)


class TestRetry:
    @pytest.fixture
    def failed(self, paying: Tenant, model: FakeModel) -> PipelineRun:
        """A run that gave up: its one article was unfit four times."""
        run = run_make(paying)
        model.script = lambda number, prompt: (200, REFUSAL)
        steps(paying)
        model.script = lambda number, prompt: (200, prose(number))
        return run

    def test_failed_items_go_back_to_their_step_and_the_run_goes_on(
        self, paying: Tenant, failed: PipelineRun
    ) -> None:
        assert run_get(paying, failed.pk).error_code == "run_ideas_exhausted"
        with paying.work():
            services.run_retry_failed(failed.pk)
        assert [item.state for item in items_of(paying, failed)] == ["writing"] * IDEAS_PER_ARTICLE
        assert len(jobs_waiting(paying)) == 1
        steps(paying)
        items = items_of(paying, failed)
        assert run_get(paying, failed.pk).state == "completed"
        assert [item.state for item in items] == ["published"] * IDEAS_PER_ARTICLE
        assert kinds_of(paying, items[0]) == ["item.taken", "item.failed", "item.retried", *WHOLE[1:]]
        assert credits_of(paying) == (GRANT - sum(item.credits for item in items), 0)

    def test_one_item_is_tried_again_and_the_others_stay(self, paying: Tenant, failed: PipelineRun) -> None:
        first, *others = items_of(paying, failed)
        with paying.work():
            services.item_retry(first.pk)
        steps(paying)
        states = [item.state for item in items_of(paying, failed)]
        assert states == ["published", *["failed"] * len(others)]
        assert run_get(paying, failed.pk).state == "completed"
        with pytest.raises(NothingFailed), paying.work():
            services.item_retry(first.pk)

    def test_what_succeeded_is_neither_done_nor_paid_again(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying, article_count=2)
        steps(paying, PREPARING_STEPS)
        model.script = lambda number, prompt: (200, REFUSAL)
        step(paying)
        model.script = lambda number, prompt: (200, prose(number))
        steps(paying)
        before = items_of(paying, run)
        assert [item.state for item in before] == ["failed", "published", "published"]
        versions, balance = [item.version for item in before[1:]], credits_of(paying)[0]
        with paying.work():
            services.run_retry_failed(run.pk)
        steps(paying)
        after = items_of(paying, run)
        assert [item.state for item in after] == ["published"] * 3
        assert [item.version for item in after[1:]] == versions
        assert credits_of(paying) == (balance - after[0].credits, 0)
        with paying.work():
            assert Article.objects.count() == Publication.objects.count() == 3

    def test_item_whose_article_was_deleted_is_scored_again_when_it_is_back(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS + 1)
        (item,) = items_of(paying, run)
        with paying.work():
            article = Article.objects.get()
            article_delete(article)
        step(paying)
        (item,) = items_of(paying, run)
        assert (item.state, item.failed_state, item.error_code) == ("failed", "scoring", "not_found")
        asked = len(model.prompts)
        with paying.work():
            article_restore(Article, article.pk)
            services.run_pause(run.pk)
            services.item_retry(item.pk)
        steps(paying)
        assert (items_of(paying, run)[0].state, len(model.prompts)) == ("published", asked)

    def test_nothing_to_try_again_is_said_and_changes_nothing(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying)
        steps(paying)
        with pytest.raises(NothingFailed), paying.work():
            services.run_retry_failed(run.pk)
        assert (run_get(paying, run.pk).state, jobs_waiting(paying)) == ("completed", [])

    def test_cancelled_run_and_one_beside_another_are_not_tried_again(
        self, paying: Tenant, failed: PipelineRun
    ) -> None:
        other = run_make(paying)
        with pytest.raises(RunActive), paying.work():
            services.run_retry_failed(failed.pk)
        assert {item.state for item in items_of(paying, failed)} == {"failed"}
        with paying.work():
            services.run_cancel(other.pk)
            services.run_cancel(failed.pk)
        with pytest.raises(RunStateConflict), paying.work():
            services.run_retry_failed(failed.pk)

    def test_stranger_tries_nothing_again(
        self, paying: Tenant, stranger: Tenant, failed: PipelineRun
    ) -> None:
        (item, *_) = items_of(paying, failed)
        for service, row_id in ((services.run_retry_failed, failed.pk), (services.item_retry, item.pk)):
            with pytest.raises(NotFound), stranger.work():
                service(row_id)
        assert {item.state for item in items_of(paying, failed)} == {"failed"}


class TestTimeline:
    def test_item_tells_its_way_with_the_job_and_the_credits(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying)
        steps(paying)
        (item,) = items_of(paying, run)
        assert kinds_of(paying, item) == WHOLE
        assert run_kinds(paying, run) == ["run.started", *["stage.done"] * PREPARING_STEPS, "run.completed"]
        with paying.work():
            page = run_timeline(run.pk, size=3)
            written = next(event for event in run_timeline(run.pk).rows if event.kind == "item.written")
        assert (page.total, [event.kind for event in page.rows]) == (
            9,
            ["run.completed", "item.published", "item.scored"],
        )
        assert (written.credits, written.item_id) == (item.credits, item.pk)
        assert written.job_id is not None
        assert written.detail == {"article_id": str(item.article_id)}

    def test_progress_counts_each_stage(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying, article_count=2)
        assert self.progress(paying, run)[:2] == [("import", "running", 0, 1), ("cluster", "waiting", 0, 1)]
        steps(paying, PREPARING_STEPS + 2)
        assert self.progress(paying, run) == [
            ("import", "done", 1, 1),
            ("cluster", "done", 1, 1),
            ("ideas", "done", 1, 1),
            ("write", "running", 1, 2),
            ("score", "running", 1, 2),
            ("review", "running", 1, 2),
            ("publish", "running", 0, 2),
        ]
        steps(paying)
        assert {state for _, state, _, _ in self.progress(paying, run)} == {"done"}

    def progress(self, tenant: Tenant, run: PipelineRun) -> list[tuple[str, str, int, int]]:
        with tenant.work():
            stages = run_status_get(run.pk).stages
        return [(stage.name, stage.state, stage.done, stage.total) for stage in stages]

    def test_runs_of_a_site_are_listed_with_their_figures(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying)
        steps(paying)
        with paying.work():
            page = run_list(paying.site.pk)
            assert run_list(uuid4()).rows == ()
        (row,) = page.rows
        (item,) = items_of(paying, run)
        assert (row.id, row.published_count, row.waiting_count, row.failed_count) == (run.pk, 1, 0, 0)
        assert (row.credits, row.trigger, page.total) == (item.credits, "person", 1)
