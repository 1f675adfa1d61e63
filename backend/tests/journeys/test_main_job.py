"""The main job as a person does it: a command, a worker and a web server, each a process of its own."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from igny8_core.modules.automation.models import PipelineRun
from igny8_core.modules.automation.terminal import WORKER_WAIT_SECONDS
from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.processes import (
    EXAMPLE,
    http_status,
    pipeline,
    wait_for,
    web,
    worker,
)
from igny8_core.modules.billing.selectors import balance_check
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def addresses(output: str) -> list[str]:
    return [line.split()[1] for line in output.splitlines() if line.startswith("published: ")]


def counts(tenant: Tenant) -> tuple[int, int, int]:
    """Runs, articles and publications; the ledger is proven on the way."""
    with tenant.work():
        assert balance_check().is_exact
        return PipelineRun.objects.count(), Article.objects.count(), Publication.objects.count()


def test_pipeline_publishes_posts_that_can_be_read_and_does_nothing_twice(
    paying: Tenant, model: FakeModel, environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    order = (EXAMPLE, "--site", paying.site.domain, "--articles", "2")
    with worker(environment, folder=tmp_path), web(environment, folder=tmp_path, port=port):
        first = pipeline(*order, environment=environment)
        assert (first.returncode, first.stderr) == (0, "")
        posts = addresses(first.stdout)
        assert len(set(posts)) == 2
        assert [http_status(url) for url in posts] == [200, 200]
        assert all(urlsplit(url).path.startswith("/preview/") for url in posts)
        asked = len(model.prompts)

        again = pipeline(*order, environment=environment)
        assert (again.returncode, addresses(again.stdout), len(model.prompts)) == (0, posts, asked)
    assert counts(paying) == (1, 2, 2)


def test_pipeline_without_a_worker_says_so_and_the_run_starts_with_the_worker(
    paying: Tenant, environment: dict[str, str], tmp_path: Path
) -> None:
    order = (EXAMPLE, "--site", paying.site.domain, "--articles", "1")
    alone = pipeline(*order, environment=environment)
    assert (alone.returncode, alone.stdout) == (3, "")
    assert alone.stderr.startswith("CommandError: No worker answers: the run is queued")
    assert WORKER_WAIT_SECONDS <= 5  # with the start of the command itself, less than ten

    def is_completed() -> bool:
        with paying.work():
            return PipelineRun.objects.get().state == "completed"

    with worker(environment, folder=tmp_path) as process:
        wait_for(is_completed, "the queued run", process=process)
    assert counts(paying) == (1, 1, 1)
