"""An import killed, or cut off from the database, anywhere: all rows once or none, and the next delivery ends it."""

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Keyword, KeywordImport, KeywordMetric, KeywordRanking
from igny8_core.modules.planner.tests.samples import stored_files, upload
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint, fault_at, run_killed
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

SERVICES = "igny8_core.modules.planner.services"
IMPORTS = f"{SERVICES}.imports"
BULK = "igny8_core.tenancy.bulk"
DELIVER = "igny8_core.testing.jobs:job_deliver"
HEADER = (
    "Keyword,Position,Previous position,Search Volume,Keyword Difficulty,CPC,URL,Traffic,Traffic (%),Traffic Cost,"
    "Competition,Number of Results,Trends,Timestamp,SERP Features by Keyword,Keyword Intents,Position Type"
)
KEYWORDS = 40
# Each keyword ranks with two pages; one row repeats a page, one is no keyword.
ROWS = [
    f"moka pot {number},{place},,100{number},20,1.2,https://shop.example/{number}/{place},5,,,0.5,,,2026-05-01,,,Organic"
    for number in range(KEYWORDS)
    for place in (3, 8)
]
FILE = "\n".join([HEADER, *ROWS, ROWS[0], "???" + "," * 16]) + "\n"
REPORT = {
    "rows": 2 * KEYWORDS + 2,
    "imported": KEYWORDS,
    "updated": 0,
    "unchanged": 0,
    "duplicates": KEYWORDS + 1,
    "rejected": 1,
}
NOTHING, EVERYTHING = (0, 0, 0), (KEYWORDS, KEYWORDS, 2 * KEYWORDS)

INSIDE = [
    FaultPoint(f"{SERVICES}.import_rows:exact_key", "before", 30),  # in the middle of the COPY
    FaultPoint(f"{BULK}:_stage_fill", "after"),
    FaultPoint(f"{BULK}:_follow", "before"),  # the keywords are written, their history is not
    FaultPoint(f"{IMPORTS}:bulk_upsert", "after"),
    FaultPoint(f"{IMPORTS}:bulk_attach", "after"),
    FaultPoint(f"{IMPORTS}:_finish", "before"),
    FaultPoint(f"{IMPORTS}:_finish", "after"),
]
CUT_OFF = [
    FaultPoint(f"{IMPORTS}:open_export", "after"),
    FaultPoint(f"{BULK}:_stage_fill", "after", 2),
    FaultPoint(f"{IMPORTS}:clusters_refresh", "after"),
    *INSIDE,
]
BEHIND = [
    FaultPoint("django.core.files.storage:FileSystemStorage.delete", "before"),
    FaultPoint(f"{IMPORTS}:_import_all", "after"),
    FaultPoint("igny8_core.tenancy.worker:_finish", "before"),
]


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An upload folder that other processes find, too."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("MEDIA_ROOT", str(settings.MEDIA_ROOT))
    return tmp_path / "media"


def started(tenant: Tenant, content: str = FILE) -> Job:
    row = upload(tenant, content, filename="shop.example-organic.Positions-us-20260501-x.csv")
    with tenant.work():
        return services.keyword_import_start(row.pk)


def written(tenant: Tenant) -> tuple[int, ...]:
    """How many keywords, figures and pages there are."""
    with tenant.work():
        return tuple(model.objects.count() for model in (Keyword, KeywordMetric, KeywordRanking))


def states(tenant: Tenant, job: Job) -> tuple[str, str]:
    """Where the import and its job stand."""
    with tenant.work():
        return KeywordImport.objects.get().state, Job.objects.get(pk=job.pk).state


def delivered_again(tenant: Tenant, job: Job) -> Job:
    """What the sweeper brings about once the lease of the dead, or the wait before a retry, is over."""
    past = utc_now() - timedelta(seconds=1)
    with tenant.work():
        Job.objects.filter(pk=job.pk, state="running").update(lease_until=past)
        Job.objects.filter(pk=job.pk, state="queued").update(run_after=None)
    return job_run(job)


def assert_done_once(tenant: Tenant, job: Job, media_root: Path) -> None:
    ended = delivered_again(tenant, job)
    with tenant.work():
        row = KeywordImport.objects.get()
        pages = KeywordRanking.objects.values_list("keyword__text", "url").order_by("keyword__text", "url")
        per_keyword = {text: [url for of, url in pages if of == text] for text, _ in pages}
        keys = Job.objects.filter(kind="planner.key_keywords")
        assert [one.state for one in keys] == ["queued"]
    assert (ended.state, ended.counts, ended.error_code) == ("succeeded", REPORT, "")
    assert (row.state, row.job_id, row.finished_at is not None) == ("done", job.pk, True)
    assert [reject["reason"] for reject in row.rejects] == ["keyword_without_letters"]
    assert written(tenant) == EVERYTHING
    assert per_keyword == {
        f"moka pot {number}": [f"https://shop.example/{number}/{place}" for place in (3, 8)]
        for number in range(KEYWORDS)
    }
    assert stored_files(media_root) == []
    assert delivered_again(tenant, job).counts == REPORT  # a late delivery does nothing more
    assert written(tenant) == EVERYTHING


def killed(tenant: Tenant, job_id: UUID, at: FaultPoint) -> None:
    run_killed(DELIVER, {"job_id": job_id}, context=tenant.context, at=at)


@pytest.mark.parametrize("at", INSIDE, ids=str)
def test_import_killed_while_it_writes_leaves_nothing_and_runs_again(
    tenant: Tenant, at: FaultPoint, media_root: Path
) -> None:
    job = started(tenant)
    killed(tenant, job.pk, at)
    assert (written(tenant), states(tenant, job)) == (NOTHING, ("running", "running"))
    assert len(stored_files(media_root)) == 1
    assert_done_once(tenant, job, media_root)


@pytest.mark.parametrize("at", BEHIND, ids=str)
def test_import_killed_behind_its_commit_is_done_and_only_told(
    tenant: Tenant, at: FaultPoint, media_root: Path
) -> None:
    job = started(tenant)
    killed(tenant, job.pk, at)
    assert (written(tenant), states(tenant, job)) == (EVERYTHING, ("done", "running"))
    assert_done_once(tenant, job, media_root)


def cut_off() -> None:
    """The server ends this process's session, whatever it is at."""
    session: Any = connection.connection
    with psycopg.connect(session.info.dsn, password=session.info.password, autocommit=True) as other:
        ended = other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid]).fetchone()
    assert ended == (True,)


@pytest.mark.parametrize("at", CUT_OFF, ids=str)
def test_import_that_loses_the_database_leaves_nothing_and_runs_again(
    tenant: Tenant, at: FaultPoint, media_root: Path
) -> None:
    job = started(tenant)
    with fault_at(at, cut_off):
        left = job_run(job)
    assert (left.attempts, left.error_code) == (1, "internal_error")
    assert (written(tenant), states(tenant, job)) == (NOTHING, ("running", "queued"))
    assert len(stored_files(media_root)) == 1
    assert_done_once(tenant, job, media_root)


@pytest.mark.parametrize("at", BEHIND[1:], ids=str)
def test_import_that_loses_the_database_behind_its_commit_is_done(
    tenant: Tenant, at: FaultPoint, media_root: Path
) -> None:
    job = started(tenant)
    with fault_at(at, cut_off), contextlib.suppress(OperationalError):
        job_run(job)
    connection.close()  # as a worker does between two tasks
    assert (written(tenant), states(tenant, job)[0]) == (EVERYTHING, "done")
    assert_done_once(tenant, job, media_root)


@pytest.mark.parametrize(
    "at",
    [
        FaultPoint(f"{IMPORTS}:keyword_import_fail", "before"),
        FaultPoint("django.core.files.storage:FileSystemStorage.delete", "before"),
    ],
    ids=str,
)
def test_killed_while_it_fails_an_import_is_failed_by_the_next(
    tenant: Tenant, at: FaultPoint, media_root: Path
) -> None:
    job = started(tenant, FILE + '"a keyword that never en')
    killed(tenant, job.pk, at)
    assert written(tenant) == NOTHING
    ended = delivered_again(tenant, job)
    with tenant.work():
        row = KeywordImport.objects.get()
    assert (row.state, row.error_code, ended.state) == ("failed", "export_truncated", "failed")
    assert row.error_message in ended.error_message
    assert (written(tenant), stored_files(media_root)) == (NOTHING, [])
