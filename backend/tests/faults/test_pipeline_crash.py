"""A worker that dies by SIGKILL while a run writes: the next one ends the run, each article once, the ledger exact."""

import os
import signal
from pathlib import Path

import pytest
from pytest_django import Settings

from igny8_core.modules.automation.constants import Stage
from igny8_core.modules.automation.models import PipelineRun, RunItem
from igny8_core.modules.automation.services import run_start
from igny8_core.modules.automation.tests.fake_model import FakeModel, prose, serve
from igny8_core.modules.automation.tests.processes import EXAMPLE, time_passes, wait_for, worker
from igny8_core.modules.billing.selectors import balance_check, balance_get
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.planner.services import keyword_import_create
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

ARTICLES = 2
GRANT = 5_000
DEADLY_REQUEST = 4  # in the middle of the first article


def run_made(tenant: Tenant) -> PipelineRun:
    with tenant.work():
        credits_grant(GRANT, reason="for a test", idempotency_key="test")
        with EXAMPLE.open("rb") as content:
            uploaded = keyword_import_create(
                site_id=tenant.site.pk, sector_id=tenant.sector.pk, filename=EXAMPLE.name, content=content
            )
        return run_start(
            site_id=tenant.site.pk,
            sector_id=tenant.sector.pk,
            import_id=uploaded.pk,
            destination_id=destination_preview_ensure(tenant.site.pk).pk,
            article_count=ARTICLES,
        )


def run_of(tenant: Tenant) -> PipelineRun:
    with tenant.work():
        return PipelineRun.objects.get()


def assert_each_article_once(tenant: Tenant) -> None:
    with tenant.work():
        report = balance_check()
        articles = list(Article.objects.all())
        items = list(RunItem.objects.order_by("position").values_list("state", "article_id"))
        assert items == [("published", article.pk) for article in sorted(articles, key=lambda row: row.pk)]
        assert Publication.objects.filter(state="published").count() == ARTICLES == len(articles)
        assert WritingTask.objects.count() == ARTICLES
        assert (report.is_exact, report.held) == (True, 0)
        assert balance_get().balance == GRANT - sum(article.credits for article in articles)


def test_worker_killed_while_writing_leaves_a_run_that_the_next_one_ends(
    tenant: Tenant, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    with serve(FakeModel()) as model:
        environment = {
            "LLM_BASE_URL": model.url,
            "LLM_MODEL": "fake",
            "MEDIA_ROOT": str(tmp_path / "media"),
            "PREVIEW_ROOT": str(tmp_path / "preview"),
        }
        run_made(tenant)
        with worker(environment, folder=tmp_path, name="first") as victim:

            def script(number: int, prompt: str) -> tuple[int, str]:
                if number == DEADLY_REQUEST:
                    os.killpg(victim.popen.pid, signal.SIGKILL)
                return 200, prose(number)

            model.script = script
            victim.popen.wait(timeout=60)
        assert (run_of(tenant).state, run_of(tenant).stage) == ("running", Stage.ARTICLES)
        with tenant.work():
            assert not Article.objects.exists()
            assert Job.objects.filter(state="running").count() == 1
        with worker(environment, folder=tmp_path, name="second") as heir:
            time_passes(tenant)
            wait_for(lambda: run_of(tenant).state != "running", "the run's end", process=heir)
    assert run_of(tenant).state == "completed"
    assert_each_article_once(tenant)
