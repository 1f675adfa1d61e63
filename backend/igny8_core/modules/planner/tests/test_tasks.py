"""The room's jobs, delivered as a worker delivers them."""

import pytest

from igny8_core.modules.planner import services, tasks
from igny8_core.modules.planner.constants import ImportState
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, KeywordImport
from igny8_core.modules.planner.services import clusters, clusters_plan, imports
from igny8_core.modules.planner.tests.samples import clustered, imported, upload
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.queue import job_cancel
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)


def import_job(tenant: Tenant, text: str | None = None) -> tuple[Job, KeywordImport]:
    row = upload(tenant) if text is None else upload(tenant, text)
    with tenant.work():
        return services.keyword_import_start(row.pk), row


def test_tasks_have_limits_and_names_of_the_room() -> None:
    found = {
        task.name: (task.soft_time_limit, task.time_limit)
        for task in vars(tasks).values()
        if hasattr(task, "time_limit")
    }
    assert found == {
        "planner.import_keywords": (840, 900),
        "planner.cluster_keywords": (840, 900),
        "planner.preview_clusters": (840, 900),
        "planner.generate_ideas": (840, 900),
        "planner.key_keywords": (840, 900),
        "planner.find_conflicts": (840, 900),
    }


class TestImportJob:
    def test_import_job_succeeds_with_counts(self, tenant: Tenant) -> None:
        job, row = import_job(tenant)
        done = job_run(job)
        with tenant.work():
            assert KeywordImport.objects.get(pk=row.pk).state == ImportState.DONE
            assert Keyword.objects.count() == 18
        assert (done.state, done.counts["imported"], done.counts["rejected"]) == (JobState.SUCCEEDED, 18, 0)

    def test_import_job_of_a_bad_file_fails_with_the_sentence(self, tenant: Tenant) -> None:
        job, row = import_job(tenant, "a;b\n1;2\n")
        done = job_run(job)
        with tenant.work():
            failed = KeywordImport.objects.get(pk=row.pk)
        assert (done.state, done.error_code) == (JobState.FAILED, "export_keyword_column_missing")
        assert (failed.state, failed.error_message) == (ImportState.FAILED, done.error_message)

    def test_import_job_that_crashes_for_good_leaves_a_failed_import(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(*args: object, **options: object) -> None:
            raise RuntimeError("a defect")

        monkeypatch.setattr(imports, "bulk_upsert", crash)
        job, row = import_job(tenant)
        with tenant.work():
            Job.objects.filter(pk=job.pk).update(attempts=2)
        done = job_run(job)
        with tenant.work():
            failed = KeywordImport.objects.get(pk=row.pk)
        assert (done.state, done.error_code) == (JobState.FAILED, "internal_error")
        assert (failed.state, failed.error_code) == (ImportState.FAILED, "internal_error")

    def test_import_job_delivered_twice_runs_once(self, tenant: Tenant) -> None:
        job, _ = import_job(tenant)
        job_run(job)
        assert job_run(job).attempts == 1


class TestOtherJobs:
    def test_cluster_job_reports(self, tenant: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            job = services.cluster_start(site_id=tenant.site.pk)
            assert services.cluster_start(site_id=tenant.site.pk).pk == job.pk
        done = job_run(job)
        with tenant.work():
            clusters = Cluster.objects.count()
        assert (done.state, done.counts["clusters"]) == (JobState.SUCCEEDED, clusters)

    def test_preview_job_counts_and_writes_nothing(self, tenant: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            job = services.cluster_preview_start(site_id=tenant.site.pk)
            assert services.cluster_preview_start(site_id=tenant.site.pk).pk == job.pk
        done = job_run(job)
        with tenant.work():
            assert not Cluster.objects.exists()
            assert set(Keyword.objects.values_list("status", flat=True)) == {"new"}
        assert (done.state, done.counts["keywords"]) == (JobState.SUCCEEDED, 18)
        made = [done.counts[name] for name in ("coarse", "normal", "fine")]
        assert made == sorted(made)
        assert clustered(tenant).clusters == done.counts["normal"]

    def test_preview_job_stops_when_cancelled(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        imported(tenant)
        with tenant.work():
            job = services.cluster_preview_start(site_id=tenant.site.pk)
        tried: list[str] = []

        def cancel(site: object, *, granularity: str) -> clusters_plan.Plan:
            tried.append(granularity)
            with tenant.work():
                job_cancel(job.pk)
            return clusters_plan.Plan()

        monkeypatch.setattr(clusters, "plan_make", cancel)
        assert job_run(job).state == JobState.CANCELLED
        assert tried == ["coarse"]

    def test_idea_job_reports(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant.work():
            job = services.ideas_start(site_id=tenant.site.pk)
        done = job_run(job)
        with tenant.work():
            ideas = ContentIdea.objects.count()
        assert (done.state, done.counts) == (JobState.SUCCEEDED, {"created": ideas, "kept": 0})
