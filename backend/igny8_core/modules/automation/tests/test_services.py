"""Runs: what stops one, what a stopped one keeps, and what an idea's own failure costs."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connections

from igny8_core.common.errors import NotFound
from igny8_core.modules.automation import services
from igny8_core.modules.automation.constants import IDEAS_PER_ARTICLE
from igny8_core.modules.automation.errors import RunActive, RunStateConflict
from igny8_core.modules.automation.models import PipelineRun
from igny8_core.modules.automation.tests.fake_model import FakeModel, Script, prose
from igny8_core.modules.automation.tests.samples import (
    GRANT,
    ITEM_STEPS,
    PREPARING_STEPS,
    REFUSAL,
    credits_give,
    credits_of,
    items_of,
    jobs_waiting,
    run_get,
    run_make,
    step,
    steps,
)
from igny8_core.modules.integration.services import destination_preview_ensure, destination_wordpress_save
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.planner.selectors import idea_brief_get, idea_next_ids
from igny8_core.modules.planner.services import idea_accept
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.system.models import Notification
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paying(tenant: Tenant) -> Tenant:
    credits_give(tenant)
    return tenant


def call(tenant: Tenant, service: Callable[..., PipelineRun], run: PipelineRun) -> PipelineRun:
    with tenant.work():
        return service(run.pk)


def interrupting(tenant: Tenant, service: Callable[..., PipelineRun], run: PipelineRun, *, at: int) -> Script:
    """A model during whose answer number `at` somebody stops the run."""

    def script(number: int, prompt: str) -> tuple[int, str]:
        if number == at:
            call(tenant, service, run)
            connections.close_all()
        return 200, prose(number)

    return script


def assert_completed(tenant: Tenant, run: PipelineRun, *, articles: int = 1) -> None:
    done = run_get(tenant, run.pk)
    assert (done.state, done.stage, done.error_code) == ("completed", "done", "")
    assert [item.state for item in items_of(tenant, run)].count("published") == articles
    with tenant.work():
        spent = sum(Article.objects.values_list("credits", flat=True))
        assert Article.objects.count() == Publication.objects.filter(state="published").count() == articles
    assert credits_of(tenant) == (GRANT - spent, 0)


def idea_state(tenant: Tenant, idea_id: object) -> str:
    with tenant.work():
        return str(ContentIdea.objects.get(pk=idea_id).state)


class TestStart:
    def test_run_goes_from_upload_to_posts_one_job_a_step(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying, article_count=2)
        done = steps(paying)
        assert [job.state for job in done] == ["succeeded"] * (PREPARING_STEPS + 2 * ITEM_STEPS + 1)
        assert_completed(paying, run, articles=2)
        counts = run_get(paying, run.pk).counts
        assert counts["import"]["imported"] == 18
        assert set(counts) == {"import", "cluster", "ideas"}
        for item in items_of(paying, run):
            assert (idea_state(paying, item.idea_id), item.score is not None) == ("completed", True)
            assert "/preview/" in item.url

    def test_second_run_of_a_site_is_refused(self, paying: Tenant) -> None:
        run_make(paying)
        with pytest.raises(RunActive):
            run_make(paying)
        with paying.work():
            assert PipelineRun.objects.count() == 1
        assert len(jobs_waiting(paying)) == 1

    @pytest.mark.parametrize("count", [0, 101])
    def test_number_of_articles_outside_its_limits_is_refused(self, paying: Tenant, count: int) -> None:
        with pytest.raises(RunStateConflict):
            run_make(paying, article_count=count)

    def test_foreign_destination_sector_and_import_are_not_found(
        self, paying: Tenant, stranger: Tenant
    ) -> None:
        other = site_make(paying)
        with paying.work():
            elsewhere = destination_preview_ensure(other.pk).pk
        with stranger.work():
            foreign = destination_preview_ensure(stranger.site.pk).pk
        for fields in (
            {"destination_id": elsewhere},
            {"destination_id": foreign},
            {"sector_id": stranger.sector.pk},
            {"import_id": uuid4()},
        ):
            with pytest.raises(NotFound):
                run_make(paying, **fields)
        with paying.work():
            assert not PipelineRun.objects.exists()
        assert jobs_waiting(paying) == []


class TestStop:
    def test_paused_run_ends_its_step_and_goes_on_when_resumed(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS)
        model.script = interrupting(paying, services.run_pause, run, at=2)
        step(paying)
        (item,) = items_of(paying, run)
        assert (run_get(paying, run.pk).state, item.state) == ("paused", "scoring")
        assert jobs_waiting(paying) == []
        call(paying, services.run_resume, run)
        steps(paying)
        assert_completed(paying, run)

    def test_paused_and_resumed_within_one_step_makes_no_second_job(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        call(paying, services.run_pause, run)
        call(paying, services.run_resume, run)
        call(paying, services.run_resume, run)
        assert len(jobs_waiting(paying)) == 1
        steps(paying)
        assert_completed(paying, run)

    def test_cancel_stops_at_a_checkpoint_charges_nothing_and_frees_the_idea(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS)
        model.script = interrupting(paying, services.run_cancel, run, at=3)
        step(paying)
        (item,) = items_of(paying, run)
        assert len(model.prompts) == 3
        assert (item.state, item.error_code) == ("failed", "run_cancelled")
        assert (run_get(paying, run.pk).state, jobs_waiting(paying)) == ("cancelled", [])
        assert (idea_state(paying, item.idea_id), credits_of(paying)) == ("accepted", (GRANT, 0))
        with paying.work():
            assert not Article.objects.exists()
        for service in (services.run_resume, services.run_pause, services.run_cancel):
            with pytest.raises(RunStateConflict):
                call(paying, service, run)

    def test_cancelled_while_importing_nothing_follows(self, paying: Tenant) -> None:
        run = run_make(paying)
        call(paying, services.run_cancel, run)
        assert step(paying).state == "succeeded"
        assert (run_get(paying, run.pk).stage, jobs_waiting(paying)) == ("import", [])

    def test_failed_run_is_not_resumed_beside_another_one(self, paying: Tenant) -> None:
        run = run_make(paying)
        with paying.work():
            services.run_fail(run.pk, step=1, error=NotFound())
        run_make(paying)
        with pytest.raises(RunActive):
            call(paying, services.run_resume, run)
        assert run_get(paying, run.pk).state == "failed"

    def test_failure_of_an_earlier_step_is_no_failure_of_the_run(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        step(paying)
        with paying.work():
            services.run_fail(run.pk, step=1, error=NotFound())
        assert run_get(paying, run.pk).state == "running"


class TestMoney:
    def test_missing_credits_pause_the_run_with_the_reason_until_it_is_resumed(
        self, tenant: Tenant, model: FakeModel
    ) -> None:
        credits_give(tenant, 1)
        run = run_make(tenant)
        steps(tenant)
        stopped = run_get(tenant, run.pk)
        assert (stopped.state, stopped.stage, stopped.error_code) == (
            "paused",
            "articles",
            "insufficient_credits",
        )
        assert stopped.error_message
        assert (credits_of(tenant), jobs_waiting(tenant)) == ((1, 0), [])
        assert told(tenant, "run_paused") == [f"A run is paused: {stopped.error_message}"]
        credits_give(tenant, GRANT - 1, key="more")
        call(tenant, services.run_resume, run)
        steps(tenant)
        assert_completed(tenant, run)
        assert len(items_of(tenant, run)) == 1


def told(tenant: Tenant, kind: str) -> list[str]:
    with tenant.work():
        rows = Notification.objects.filter(kind=kind, site_id=tenant.site.pk, target_kind="run")
        return [row.text for row in rows]


class TestNotices:
    def test_completed_run_is_told_once(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying)
        steps(paying)
        assert_completed(paying, run)
        assert told(paying, "run_completed") == ["A run is complete: 1 of its articles are public."]

    def test_failed_run_is_told_once_with_the_reason(self, paying: Tenant) -> None:
        run = run_make(paying)
        for _ in range(2):
            with paying.work():
                services.run_fail(run.pk, step=run.step, error=NotFound("Gone."))
        assert told(paying, "run_failed") == ["A run failed: Gone."]

    def test_run_that_a_person_paused_is_not_told(self, paying: Tenant) -> None:
        call(paying, services.run_pause, run_make(paying))
        assert told(paying, "run_paused") == []


class TestIdeas:
    def test_unfit_article_fails_its_item_and_the_next_idea_is_taken(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS)
        model.script = lambda number, prompt: (200, REFUSAL)
        step(paying)
        (item,) = items_of(paying, run)
        assert (item.state, item.error_code) == ("failed", "article_unfit")
        assert (idea_state(paying, item.idea_id), credits_of(paying)) == ("failed", (GRANT, 0))
        model.script = lambda number, prompt: (200, prose(number))
        steps(paying)
        assert_completed(paying, run)
        assert [row.state for row in items_of(paying, run)] == ["failed", "published"]

    def test_idea_that_failed_here_and_was_accepted_again_is_not_tried_twice(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS)
        model.script = lambda number, prompt: (200, REFUSAL)
        step(paying)
        (item,) = items_of(paying, run)
        with paying.work():
            idea_accept(item.idea_id)
        model.script = lambda number, prompt: (200, prose(number))
        steps(paying)
        assert_completed(paying, run)

    def test_head_keyword_that_has_an_article_fails_its_item_alone(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        run = run_make(paying)
        steps(paying, PREPARING_STEPS)
        with paying.work():
            first, second = idea_next_ids(paying.site.pk, limit=2)
            WritingTask.objects.create(
                site_id=paying.site.pk,
                sector_id=paying.sector.pk,
                idea_id=second,
                title="Written long ago",
                head_keyword=idea_brief_get(first).head_keyword,
            )
        step(paying)
        (item,) = items_of(paying, run)
        assert (item.idea_id, item.state, item.error_code) == (first, "failed", "task_exists")
        assert (run_get(paying, run.pk).state, idea_state(paying, first)) == ("running", "failed")

    def test_run_gives_up_when_too_many_articles_are_unfit(self, paying: Tenant, model: FakeModel) -> None:
        run = run_make(paying)
        model.script = lambda number, prompt: (200, REFUSAL)
        steps(paying)
        done = run_get(paying, run.pk)
        assert (done.state, done.error_code) == ("failed", "run_ideas_exhausted")
        assert [item.state for item in items_of(paying, run)] == ["failed"] * IDEAS_PER_ARTICLE
        assert credits_of(paying) == (GRANT, 0)

    def test_run_without_ideas_says_so(self, paying: Tenant) -> None:
        run = run_make(paying, import_id=None)
        done = steps(paying)
        assert [job.state for job in done] == ["succeeded", "succeeded", "failed"]
        stopped = run_get(paying, run.pk)
        assert (stopped.state, stopped.error_code) == ("failed", "run_ideas_exhausted")
        assert stopped.error_message.startswith("No idea is left")


class TestFinalErrors:
    @pytest.mark.parametrize(
        ("status", "code"), [(401, "model_authentication_failed"), (404, "model_not_found")]
    )
    def test_model_that_is_set_up_wrongly_stops_the_run_and_burns_no_idea(
        self, paying: Tenant, model: FakeModel, status: int, code: str
    ) -> None:
        run = run_make(paying)
        model.script = lambda number, prompt: (status, "x")
        steps(paying)
        stopped = run_get(paying, run.pk)
        assert (stopped.state, stopped.error_code) == ("failed", code)
        assert [item.state for item in items_of(paying, run)] == ["writing"]
        assert credits_of(paying) == (GRANT, 0)
        model.script = lambda number, prompt: (200, prose(number))
        call(paying, services.run_resume, run)
        steps(paying)
        assert_completed(paying, run)
        assert len(items_of(paying, run)) == 1

    def test_article_that_scores_enough_passes_the_gate_of_a_cms(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        with FakeWordPress().serving() as wordpress:
            with paying.work():
                destination = destination_wordpress_save(
                    site_id=paying.site.pk, base_url=wordpress.url, username="u", application_password="p"
                )
            run = run_make(paying, destination_id=destination.pk)
            steps(paying)
            assert len(wordpress.public) == 1
        assert_completed(paying, run)
        (item,) = items_of(paying, run)
        assert item.score is not None
        assert item.score >= destination.minimum_score == 70

    def test_destination_that_refuses_stops_the_run_and_the_article_is_kept(
        self, paying: Tenant, model: FakeModel
    ) -> None:
        with FakeWordPress().serving() as wordpress:
            with paying.work():
                destination = destination_wordpress_save(
                    site_id=paying.site.pk,
                    base_url=wordpress.url,
                    username="u",
                    application_password="p",
                    minimum_score=None,
                )
            wordpress.may_publish = False
            run = run_make(paying, destination_id=destination.pk)
            steps(paying)
            stopped = run_get(paying, run.pk)
            assert (stopped.state, stopped.stage) == ("failed", "articles")
            assert stopped.error_message
            assert [item.state for item in items_of(paying, run)] == ["publishing"]
            asked = len(model.prompts)
            wordpress.may_publish = True
            call(paying, services.run_resume, run)
            steps(paying)
            assert (len(wordpress.public), len(model.prompts)) == (1, asked)
        assert_completed(paying, run)
