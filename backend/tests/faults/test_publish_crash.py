"""Publishing, killed by SIGKILL at every point that matters: whoever comes next ends with exactly one post."""

import itertools
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from igny8_core.common.clock import utc_now
from igny8_core.modules.publisher.errors import PublicationPending
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.preview import PreviewStore
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import again, published, reserved
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing import faults
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint

pytestmark = pytest.mark.django_db(transaction=True)

PUBLISH = "igny8_core.modules.publisher.services:publication_publish"
CLIENT = "igny8_core.modules.integration.wordpress.client:WordPressClient"
DELIVERY = "igny8_core.modules.publisher.delivery:Delivery"
CONNECTOR = "igny8_core.modules.integration.wordpress.publish"
ROOM = "igny8_core.modules.publisher.services"
STORE = "igny8_core.modules.publisher.preview:PreviewStore"

# Each point, the state that a process killed there leaves, and how many posts the site then holds.
POINTS = [
    (FaultPoint(f"{CONNECTOR}:lookup", "before"), "reserved", 0),
    (FaultPoint(f"{CONNECTOR}:lookup", "after"), "reserved", 0),
    (FaultPoint(f"{CLIENT}.create_draft", "before"), "sending", 0),
    (FaultPoint(f"{CLIENT}.create_draft", "after"), "sending", 1),
    (FaultPoint(f"{DELIVERY}._drafted", "before"), "sending", 1),
    (FaultPoint(f"{DELIVERY}._drafted", "after"), "drafted", 1),
    (FaultPoint(f"{DELIVERY}._prepare_release", "after"), "publishing", 1),
    (FaultPoint(f"{CLIENT}.publish", "before"), "publishing", 1),
    (FaultPoint(f"{CLIENT}.publish", "after"), "publishing", 1),
    (FaultPoint(f"{CONNECTOR}:confirm", "before"), "publishing", 1),
    (FaultPoint(f"{CONNECTOR}:confirm", "after"), "publishing", 1),
    (FaultPoint(f"{ROOM}:_announce", "after"), "publishing", 1),  # inside the last transaction
    (FaultPoint(f"{DELIVERY}._published", "after"), "published", 1),
]
PREVIEW_POINTS = [
    (FaultPoint(f"{STORE}.write_post", "before"), "sending"),
    (FaultPoint(f"{STORE}.write_post", "after"), "sending"),
    (FaultPoint("igny8_core.modules.publisher.preview.folder:SiteFolder.write", "after", 3), "sending"),
    (FaultPoint(f"{DELIVERY}._prepare_release", "after"), "publishing"),
    (FaultPoint(f"{ROOM}:_announce", "after"), "publishing"),
]


@pytest.fixture
def wordpress() -> Iterator[FakeWordPress]:
    with FakeWordPress().serving() as site:
        yield site


@pytest.fixture
def preview_root(settings: Settings, tmp_path: Path) -> Path:
    settings.PREVIEW_ROOT = tmp_path / "preview"
    return tmp_path / "preview"


def killed(tenant: Tenant, row: Publication, at: FaultPoint, **environment: str) -> None:
    faults.run_killed(
        PUBLISH, {"publication_id": row.pk}, context=tenant.context, at=at, environment=environment
    )


def assert_one_post(tenant: Tenant, row: Publication, wordpress: FakeWordPress) -> None:
    done = again(tenant, row)
    assert (done.state, done.external_id, done.twins, done.error_code) == ("published", "101", [], "")
    assert done.url == f"{wordpress.url}/burr-grinders/"
    assert [post["id"] for post in wordpress.public] == list(wordpress.posts) == [101]
    with tenant.work():
        assert AuditEvent.objects.filter(action="publication.published").count() == 1


@pytest.mark.parametrize(("at", "state", "posts"), POINTS, ids=[str(point) for point, _, _ in POINTS])
def test_killed_anywhere_the_next_run_ends_with_one_post(
    tenant: Tenant, wordpress: FakeWordPress, at: FaultPoint, state: str, posts: int
) -> None:
    row = reserved(tenant, url=wordpress.url)
    killed(tenant, row, at)
    left = again(tenant, row)
    assert (left.state, left.marker, left.slug, len(wordpress.posts)) == (state, row.marker, row.slug, posts)

    if state == "sending":
        with pytest.raises(PublicationPending):
            published(tenant, row.pk)
        assert (
            len(wordpress.posts) == posts
        )  # nothing is sent while the first request may still be carried out
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        published(tenant, row.pk)
    assert_one_post(tenant, row, wordpress)


def test_killed_twice_on_the_way_it_is_still_one_post(tenant: Tenant, wordpress: FakeWordPress) -> None:
    row = reserved(tenant, url=wordpress.url)
    killed(tenant, row, FaultPoint(f"{CLIENT}.create_draft", "after"))
    _sent_long_ago(tenant, row)
    killed(tenant, row, FaultPoint(f"{CLIENT}.publish", "after"))
    assert again(tenant, row).state == "publishing"
    published(tenant, row.pk)
    assert_one_post(tenant, row, wordpress)


def test_killed_while_the_server_is_still_working_it_is_one_post(
    tenant: Tenant, wordpress: FakeWordPress
) -> None:
    row = reserved(tenant, url=wordpress.url)
    process = faults.start(PUBLISH, {"publication_id": row.pk}, context=tenant.context)
    wordpress.on_write = lambda: os.kill(process.pid, signal.SIGKILL)
    faults.end(process)
    wordpress.on_write = None
    assert (again(tenant, row).state, len(wordpress.posts)) == ("sending", 1)
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        published(tenant, row.pk)
    assert_one_post(tenant, row, wordpress)


def test_killed_at_every_single_request_it_is_one_post(tenant: Tenant, wordpress: FakeWordPress) -> None:
    """The request was carried out, its answer never arrives: for each request of a whole publish in turn."""
    _published(tenant, reserved(tenant, url=wordpress.url, slug="first"))  # it makes the terms that all share
    answers = itertools.count(1)
    wordpress.on_answer = lambda: next(answers)
    _published(tenant, reserved(tenant, url=wordpress.url, slug="counted"))
    total = next(answers) - 1
    assert total >= 12  # fewer would mean that the counting has missed the requests
    for fatal in range(1, total + 1):
        row = reserved(tenant, url=wordpress.url, slug=f"fatal-{fatal}")
        _run_until_answer(fatal, tenant, row, wordpress)
        _sent_long_ago(tenant, row)
        done = _published(tenant, row)
        mine = [post for post in wordpress.posts.values() if str(row.marker) in post["content"]]
        assert [(str(post["id"]), post["status"]) for post in mine] == [(done.external_id, "publish")], fatal
        assert (done.twins, done.url) == ([], f"{wordpress.url}/fatal-{fatal}/")


def _run_until_answer(fatal: int, tenant: Tenant, row: Publication, wordpress: FakeWordPress) -> None:
    answers = itertools.count(1)
    started = threading.Event()
    process: subprocess.Popen[str] | None = None

    def kill_at_fatal() -> None:
        if next(answers) == fatal:
            started.wait()
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)

    wordpress.on_answer = kill_at_fatal
    process = faults.start(PUBLISH, {"publication_id": row.pk}, context=tenant.context)
    started.set()
    faults.end(process)
    wordpress.on_answer = None


@pytest.mark.parametrize(("at", "state"), PREVIEW_POINTS, ids=[str(point) for point, _ in PREVIEW_POINTS])
def test_killed_anywhere_the_preview_shows_the_post_once(
    tenant: Tenant, preview_root: Path, at: FaultPoint, state: str
) -> None:
    row = reserved(tenant)
    killed(tenant, row, at, PREVIEW_ROOT=str(preview_root))
    assert again(tenant, row).state == state
    done = published(tenant, row.pk)
    assert (done.state, done.twins) == ("published", [])
    token = done.url.removesuffix("/").split("/")[-2]
    index = PreviewStore(preview_root).resolve(token)
    assert index is not None
    assert index.read_text().count('href="/preview/' + token + '/burr-grinders/"') >= 1
    pages = [path.parent.name for path in (preview_root / token).glob("*/index.html")]
    assert [name for name in pages if name.startswith("burr-grinders")] == ["burr-grinders"]


def _published(tenant: Tenant, row: Publication) -> Publication:
    done = published(tenant, row.pk)
    assert done.state == "published"
    return done


def _sent_long_ago(tenant: Tenant, row: Publication) -> None:
    with tenant.work():
        sent = Publication.objects.filter(pk=row.pk, sent_at__isnull=False)
        sent.update(sent_at=utc_now() - timedelta(seconds=61))
