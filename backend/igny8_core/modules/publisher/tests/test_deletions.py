"""Preview pages follow their rows: what is deleted is no longer public, what is restored is again."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from igny8_core.modules.integration.models import Destination
from igny8_core.modules.planner.models import SitePage
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import article_change, published, reserved
from igny8_core.modules.writer.services import article_approve, article_reject
from igny8_core.tenancy.models import Job, JobState
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

TASK = "publisher.follow_deletions"


@pytest.fixture(autouse=True)
def public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"


def _status(row: Publication) -> int:
    return Client().get(row.url.removeprefix("http://127.0.0.1:8000")).status_code


def _jobs(tenant: Tenant) -> list[Job]:
    with tenant.work():
        return list(Job.objects.filter(kind=TASK, state=JobState.QUEUED))


def _followed(tenant: Tenant) -> None:
    """Run the one job that the last change has started."""
    (job,) = _jobs(tenant)
    assert job_run(job).state == JobState.SUCCEEDED


def _ask(tenant: Tenant, path: str, *, method: str = "post") -> None:
    answer = getattr(client_of(tenant.owner), method)(f"/api/v1/{path}")
    assert answer.status_code in (200, 204), answer.content


def test_page_goes_and_comes_back_with_its_article(tenant: Tenant, stranger: Tenant) -> None:
    row, other = (published(tenant, reserved(tenant).pk) for _ in range(2))
    theirs = published(stranger, reserved(stranger).pk)
    _ask(tenant, f"writer/articles/{row.article_id}/", method="delete")
    _followed(tenant)
    assert (_status(row), _status(other), _status(theirs)) == (404, 200, 200)
    _ask(tenant, f"writer/articles/{row.article_id}/restore/")
    _followed(tenant)
    assert (_status(row), _status(other), _status(theirs)) == (200, 200, 200)
    assert _jobs(stranger) == []


def _known(tenant: Tenant) -> dict[str, bool]:
    """The pages that the planner knows, and whether they are there."""
    with tenant.work():
        return {page.url: page.removed_at is None for page in SitePage.objects.all()}


@pytest.mark.parametrize("owner", ["article", "destination"])
def test_planner_learns_that_a_page_is_gone_and_back(tenant: Tenant, owner: str) -> None:
    row = published(tenant, reserved(tenant).pk)
    with tenant.work():
        page = SitePage.objects.get()
        assert (page.remote_key, page.query_source) == (f"post:{row.marker}", "article")
        assert page.title.startswith("Burr grinders")
    paths = {
        "article": f"writer/articles/{row.article_id}/",
        "destination": f"integration/destinations/{row.destination_id}/",
    }
    _ask(tenant, paths[owner], method="delete")
    _followed(tenant)
    assert _known(tenant) == {row.url: False}
    _ask(tenant, f"{paths[owner]}restore/")
    _followed(tenant)
    assert _known(tenant) == {row.url: True}


@pytest.mark.parametrize("owner", ["account/sites", "integration/destinations"])
def test_pages_go_with_their_site_and_destination(tenant: Tenant, owner: str, preview_root: Path) -> None:
    rows = [published(tenant, reserved(tenant).pk) for _ in range(2)]
    with tenant.work():
        destination = Destination.objects.get()
    row_id = tenant.site.pk if owner == "account/sites" else destination.pk
    _ask(tenant, f"{owner}/{row_id}/", method="delete")
    _followed(tenant)
    assert [_status(row) for row in rows] == [404, 404]
    assert not (preview_root / destination.preview_token).exists(), "stored posts go too"
    _ask(tenant, f"{owner}/{row_id}/restore/")
    _followed(tenant)
    assert [_status(row) for row in rows] == [200, 200]


def test_restored_page_is_the_newest_version_and_the_row_says_so(tenant: Tenant) -> None:
    row = published(tenant, reserved(tenant).pk)
    article_change(tenant, row, title="Revised")
    _ask(tenant, f"account/sites/{tenant.site.pk}/", method="delete")
    _followed(tenant)
    _ask(tenant, f"account/sites/{tenant.site.pk}/restore/")
    _followed(tenant)
    assert b"Revised</h1>" in Client().get(row.url.removeprefix("http://127.0.0.1:8000")).content
    with tenant.work():
        assert Publication.objects.get().article_version == 2


def test_following_twice_changes_nothing(tenant: Tenant, preview_root: Path) -> None:
    row = published(tenant, reserved(tenant).pk)
    _ask(tenant, f"writer/articles/{row.article_id}/", method="delete")
    (job,) = _jobs(tenant)
    assert job_run(job).state == JobState.SUCCEEDED
    with tenant.work():
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    before = {path: path.stat().st_mtime_ns for path in preview_root.rglob("*") if path.is_file()}
    assert job_run(job).state == JobState.SUCCEEDED
    after = {path: path.stat().st_mtime_ns for path in preview_root.rglob("*") if path.is_file()}
    assert after == before


def test_disk_that_refuses_is_tried_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    row = published(tenant, reserved(tenant).pk)
    _ask(tenant, f"account/sites/{tenant.site.pk}/", method="delete")
    (job,) = _jobs(tenant)

    def refuse(*_args: Any) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr("igny8_core.modules.publisher.preview.store.PreviewStore.site_remove", refuse)
        assert job_run(job).state == JobState.QUEUED
    with tenant.work():
        Job.objects.update(run_after=None)
    assert job_run(job).state == JobState.SUCCEEDED
    assert _status(row) == 404


def test_what_stands_elsewhere_stays_and_what_was_never_published_starts_nothing(
    tenant: Tenant, wordpress: FakeWordPress
) -> None:
    row = published(tenant, reserved(tenant, url=wordpress.url).pk)
    writes = list(wordpress.writes)
    with tenant.work():
        tenant.sector.delete()
    assert _jobs(tenant) == []
    _ask(tenant, f"writer/articles/{row.article_id}/", method="delete")
    _followed(tenant)
    assert wordpress.writes == writes


def test_restored_page_of_a_rejected_version_stays_away_until_it_is_published_again(tenant: Tenant) -> None:
    row = published(tenant, reserved(tenant).pk)
    article_change(tenant, row, title="Revised")
    with tenant.work():
        article_reject(row.article_id, comment="Worse than before.")
    _ask(tenant, f"account/sites/{tenant.site.pk}/", method="delete")
    _followed(tenant)
    _ask(tenant, f"account/sites/{tenant.site.pk}/restore/")
    _followed(tenant)
    assert _status(row) == 404
    with tenant.work():
        assert Publication.objects.get().article_version == 1
        article_approve(row.article_id, version=2)
    published(tenant, row.pk)
    assert _status(row) == 200
