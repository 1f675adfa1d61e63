"""Starts by hand and by schedule: once each, whoever is killed or comes second; what is skipped says why."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections

from igny8_core.auth.models import Account, PlanStatus
from igny8_core.common.clock import utc_now
from igny8_core.modules.automation import services
from igny8_core.modules.automation.errors import PipelineDisabled
from igny8_core.modules.automation.models import PipelineRun, PipelineSettings
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.automation.tasks import start_due_runs
from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.samples import (
    credits_give,
    items_of,
    jobs_waiting,
    run_get,
    run_kinds,
    run_make,
    settings_set,
    steps,
)
from igny8_core.modules.automation.types import SettingsView
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint, run_killed

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])
RUN_NOW = "/api/v1/automation/runs/run-now/"
START = "igny8_core.modules.automation.services.schedules:schedule_start"
KILLED_AT = [
    FaultPoint("igny8_core.modules.automation.services.schedules:_start", "before"),
    FaultPoint("igny8_core.modules.automation.services.runs:step_enqueue", "before"),
    FaultPoint("igny8_core.modules.automation.services.schedules:_start", "after"),
]


@pytest.fixture
def ready(tenant: Tenant) -> Tenant:
    """A site with a destination and a schedule that is due."""
    with tenant.work():
        destination_id = destination_preview_ensure(tenant.site.pk).pk
    settings_set(tenant, schedule="daily", destination_id=destination_id, articles_per_run=2)
    make_due(tenant)
    return tenant


def make_due(tenant: Tenant) -> None:
    with tenant.work():
        PipelineSettings.objects.update(next_run_at=utc_now() - timedelta(minutes=1))


def settings_of(tenant: Tenant) -> SettingsView:
    with tenant.work():
        return settings_get(tenant.site.pk)


def runs(tenant: Tenant) -> list[PipelineRun]:
    with tenant.work():
        return list(PipelineRun.objects.order_by("id"))


def assert_skipped(tenant: Tenant, code: str) -> None:
    found = settings_of(tenant)
    assert (found.last_skip_code, bool(found.last_skip_message)) == (code, True)
    assert found.last_skipped_at is not None
    assert found.next_run_at is not None
    assert found.next_run_at > utc_now()
    with tenant.work():
        (event,) = AuditEvent.objects.filter(action="pipeline.skipped")
    assert event.detail == {"code": code}


class TestSchedule:
    def test_due_run_is_started_from_the_settings_and_the_next_start_set(self, ready: Tenant) -> None:
        version = settings_of(ready).version
        assert start_due_runs() == 1
        (run,) = runs(ready)
        found = settings_of(ready)
        assert (run.trigger, run.article_count, run.destination_id) == ("schedule", 2, found.destination_id)
        assert found.next_run_at is not None
        assert found.next_run_at > utc_now()
        assert (found.version, found.last_skip_code, len(jobs_waiting(ready))) == (version, "", 1)
        assert start_due_runs() == 0
        assert len(runs(ready)) == 1

    def test_what_is_not_due_or_off_is_left_alone(self, tenant: Tenant) -> None:
        settings_set(tenant, schedule="daily")
        assert start_due_runs() == 0
        assert runs(tenant) == []

    def test_each_account_starts_its_own(self, ready: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            destination_id = destination_preview_ensure(stranger.site.pk).pk
        settings_set(stranger, schedule="daily", destination_id=destination_id)
        make_due(stranger)
        assert start_due_runs() == 2
        assert [run.site_id for run in runs(ready)] == [ready.site.pk]
        assert [run.site_id for run in runs(stranger)] == [stranger.site.pk]

    def test_one_accounts_trouble_stops_no_other(
        self, ready: Tenant, stranger: Tenant, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings_set(stranger, schedule="daily")
        make_due(stranger)
        with stranger.work():
            PipelineSettings.objects.update(time_zone="Mars/Olympus")
        assert start_due_runs() == 1
        assert f"periodic work failed for account {stranger.account.pk}" in caplog.text
        assert len(runs(ready)) == 1

    def test_two_sweepers_at_once_start_one_run(self, ready: Tenant) -> None:
        with ready.work():
            row = PipelineSettings.objects.get()
        barrier, started = threading.Barrier(2), []

        def sweep() -> None:
            barrier.wait()
            with ready.work():
                started.append(services.schedule_start(row.pk))
            connections.close_all()

        threads = [threading.Thread(target=sweep) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(started) == [False, True]
        assert (len(runs(ready)), len(jobs_waiting(ready))) == (1, 1)
        assert settings_of(ready).last_skip_code == ""

    @pytest.mark.parametrize("at", KILLED_AT, ids=str)
    def test_sweeper_killed_after_its_claim_loses_and_doubles_nothing(
        self, ready: Tenant, at: FaultPoint
    ) -> None:
        with ready.work():
            row = PipelineSettings.objects.get()
        run_killed(START, {"settings_id": row.pk}, context=ready.context, at=at)
        assert (runs(ready), jobs_waiting(ready)) == ([], [])
        assert settings_of(ready).next_run_at == row.next_run_at
        assert start_due_runs() == 1
        assert (len(runs(ready)), len(jobs_waiting(ready))) == (1, 1)

    def test_tasks_are_on_the_schedule(self) -> None:
        entries = [
            entry["schedule"]
            for entry in settings.CELERY_BEAT_SCHEDULE.values()
            if entry["task"] == "automation.start_due_runs"
        ]
        assert entries == [60.0]


class TestSkip:
    def test_run_at_work_skips(self, ready: Tenant) -> None:
        run_make(ready)
        assert start_due_runs() == 1
        assert_skipped(ready, "run_active")
        assert len(runs(ready)) == 1

    def test_kill_switch_skips(self, ready: Tenant) -> None:
        settings_set(ready, is_enabled=False)
        make_due(ready)
        start_due_runs()
        assert_skipped(ready, "pipeline_disabled")
        assert runs(ready) == []

    def test_plan_that_runs_no_jobs_skips(self, ready: Tenant) -> None:
        Account.objects.filter(pk=ready.account.pk).update(plan_status=PlanStatus.SUSPENDED)
        start_due_runs()
        assert_skipped(ready, "plan_inactive")
        assert runs(ready) == []

    def test_site_that_chose_no_destination_publishes_to_its_preview(self, ready: Tenant) -> None:
        settings_set(ready, destination_id=None)
        make_due(ready)
        start_due_runs()
        with ready.work():
            (run,) = PipelineRun.objects.all()
            assert run.destination_id == destination_preview_ensure(ready.site.pk).pk

    def test_destination_that_was_deleted_skips_and_keeps_no_change_from_being_made(
        self, ready: Tenant
    ) -> None:
        with ready.work():
            destination_preview_ensure(ready.site.pk).delete()
        start_due_runs()
        assert_skipped(ready, "destination_missing")
        assert (runs(ready), settings_set(ready, hour=9).hour) == ([], 9)
        with ready.work():
            warnings = services.run_estimate(ready.site.pk).warnings
        assert [warning.code for warning in warnings] == ["destination_missing", "ideas_missing"]

    def test_month_that_is_spent_skips(self, ready: Tenant, model: FakeModel) -> None:
        credits_give(ready)
        run = run_make(ready)
        steps(ready)
        (item,) = items_of(ready, run)
        settings_set(ready, monthly_credit_budget=item.credits)
        make_due(ready)
        start_due_runs()
        assert_skipped(ready, "budget_reached")
        assert len(runs(ready)) == 1


class TestRunNow:
    def test_member_starts_what_the_settings_say(self, ready: Tenant) -> None:
        settings_set(ready, approval_mode="review", run_credit_budget=50, stages=["write", "publish"])
        answer = client_of(ready.member).post(RUN_NOW, {"site_id": str(ready.site.pk)})
        assert answer.status_code == 201
        run = answer.json()["data"]
        assert (run["trigger"], run["stage"], run["article_count"]) == ("person", "articles", 2)
        assert (run["approval_mode"], run["credit_budget"], run["stages"]) == (
            "review",
            50,
            ["write", "publish"],
        )
        (row,) = runs(ready)
        assert run_kinds(ready, row) == ["run.started"]
        again = client_of(ready.member).post(RUN_NOW, {"site_id": str(ready.site.pk)})
        assert (again.status_code, again.json()["code"]) == (409, "run_active")

    def test_viewer_anonymous_and_stranger_start_nothing(self, ready: Tenant, stranger: Tenant) -> None:
        body = {"site_id": str(ready.site.pk)}
        assert client_of(ready.viewer).post(RUN_NOW, body).status_code == 403
        assert client_of(None).post(RUN_NOW, body).status_code == 401
        foreign = client_of(stranger.owner).post(RUN_NOW, body)
        missing = client_of(stranger.owner).get(f"/api/v1/automation/runs/{ready.site.pk}/")
        assert without_request_id(foreign) == without_request_id(missing)
        assert (runs(ready), jobs_waiting(ready), foreign.status_code) == ([], [], 404)

    def test_kill_switch_stops_every_way_to_start(self, ready: Tenant) -> None:
        settings_set(ready, is_enabled=False)
        answer = client_of(ready.owner).post(RUN_NOW, {"site_id": str(ready.site.pk)})
        assert (answer.status_code, answer.json()["code"]) == (409, "pipeline_disabled")
        with pytest.raises(PipelineDisabled):
            run_make(ready)
        assert runs(ready) == []

    def test_kill_switch_pauses_a_run_before_its_next_step(self, ready: Tenant, model: FakeModel) -> None:
        credits_give(ready)
        run = run_make(ready)
        steps(ready, 2)
        settings_set(ready, is_enabled=False)
        steps(ready)
        stopped = run_get(ready, run.pk)
        assert (stopped.state, stopped.error_code, items_of(ready, run)) == (
            "paused",
            "pipeline_disabled",
            [],
        )
        settings_set(ready, is_enabled=True)
        with ready.work():
            services.run_resume(run.pk)
        steps(ready)
        assert run_get(ready, run.pk).state == "completed"
