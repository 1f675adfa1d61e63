"""The main job against a real WordPress and the real packaged model, each post exactly once, also over a kill -9.

WORDPRESS_URL, WORDPRESS_USER and WORDPRESS_APP_PASSWORD name a server that may be written to, see wordpress.sh.
"""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from igny8_core.modules.automation.models import RunItem
from igny8_core.modules.automation.tests.loopback import Proxy
from igny8_core.modules.automation.tests.processes import (
    EXAMPLE,
    Process,
    free_port,
    http_status,
    pipeline,
    pipeline_started,
    time_passes,
    wait_for,
    worker,
)
from igny8_core.modules.billing.selectors import balance_check
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.integration.outbound import OutboundClient
from igny8_core.modules.integration.services import destination_wordpress_save
from igny8_core.modules.integration.wordpress.client import TRASH_STATUS, WordPressClient
from igny8_core.modules.integration.wordpress.payloads import RemotePost
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.models import Article
from igny8_core.runtime.model_server import ALIAS
from igny8_core.testing.factories import Tenant

pytestmark = [
    pytest.mark.peer,
    pytest.mark.django_db(transaction=True, databases=["default", "ops"]),
]

GRANT = 5_000
CREATE_POST = b"POST /wp-json/wp/v2/posts?"
WRITING_SECONDS = 240  # the packaged model is slow on a small machine


@pytest.fixture(scope="module")
def wordpress() -> str:
    if "WORDPRESS_URL" not in os.environ:
        pytest.skip("WORDPRESS_URL names no server")
    return os.environ["WORDPRESS_URL"]


@pytest.fixture
def client(wordpress: str) -> Iterator[WordPressClient]:
    http = OutboundClient(allow_private=True)
    yield WordPressClient(
        wordpress, os.environ["WORDPRESS_USER"], os.environ["WORDPRESS_APP_PASSWORD"], http=http
    )
    http.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The packaged model's address."""
    port = free_port()
    arguments = ["-m", "igny8_core.runtime.model_server", "--port", str(port)]
    log = tmp_path_factory.mktemp("model") / "model.log"
    process = Process(arguments, environment={"LLM_API_KEY": "key"}, log=log)
    try:
        wait_for(lambda: http_status(f"http://127.0.0.1:{port}/health") == 200, "the model", process=process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()


@pytest.fixture
def environment(model: str, tmp_path: Path) -> dict[str, str]:
    return {
        "LLM_BASE_URL": model,
        "LLM_MODEL": ALIAS,
        "LLM_API_KEY": "key",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PREVIEW_ROOT": str(tmp_path / "preview"),
        "WP_APP_PASSWORD": os.environ.get("WORDPRESS_APP_PASSWORD", ""),
    }


@pytest.fixture
def paying(tenant: Tenant) -> Tenant:
    with tenant.work():
        credits_grant(GRANT, reason="for a test", idempotency_key="test")
    return tenant


def order(tenant: Tenant, url: str, *, articles: int) -> tuple[str | Path, ...]:
    with tenant.work():  # what the packaged model writes is for a look, not for a gate
        destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url=url,
            username=os.environ["WORDPRESS_USER"],
            application_password=os.environ["WORDPRESS_APP_PASSWORD"],
            minimum_score=None,
        )
    site = ("--site", tenant.site.domain, "--articles", str(articles), "--destination", "wordpress")
    return (EXAMPLE, *site, "--wp-url", url, "--wp-user", os.environ["WORDPRESS_USER"])


def posts_of(client: WordPressClient, row: Publication) -> list[RemotePost]:
    """Every post with the publication's marker, in all statuses."""
    mark = f"igny8:{row.marker}"
    return [*client.find_posts(search=mark), *client.find_posts(search=mark, status=TRASH_STATUS)]


def assert_posted_once(tenant: Tenant, client: WordPressClient, *, articles: int) -> None:
    """Each article of the run is one public post and looks as it was written."""
    with tenant.work():
        rows = list(Publication.objects.order_by("id"))
        written = {article.pk: article for article in Article.objects.all()}
        assert list(RunItem.objects.values_list("state", flat=True)).count("published") == articles
        assert balance_check().is_exact
    assert len(rows) == len(written) == articles
    for row in rows:
        (post,) = posts_of(client, row)
        article = written[row.article_id]
        # A server that was here before has the address already, and numbers the new one.
        assert post.slug.startswith(row.slug)
        assert (post.status, post.link) == ("publish", f"{client.base_url}/{post.slug}/")
        assert post.link == row.url
        assert (str(post.id), post.title) == (row.external_id, article.title)
        raw = row_of(client, f"posts/{post.id}")
        assert raw["excerpt"]["raw"].strip() == article.excerpt
        assert names(client, "categories", raw["categories"]) == [article.category]
        assert names(client, "tags", raw["tags"]) == sorted(article.tags)


def names(client: WordPressClient, kind: str, ids: list[int]) -> list[str]:
    return sorted(row_of(client, f"{kind}/{number}")["name"] for number in ids)


def row_of(client: WordPressClient, route: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(client._call("GET", route, params={"context": "edit"}).content)
    return row


def test_pipeline_publishes_two_posts_exactly_once(
    paying: Tenant, wordpress: str, client: WordPressClient, environment: dict[str, str], tmp_path: Path
) -> None:
    asked = order(paying, wordpress, articles=2)
    with worker(environment, folder=tmp_path):
        done = pipeline(*asked, environment=environment)
        assert (done.returncode, done.stderr) == (0, "")
        again = pipeline(*asked, environment=environment)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert_posted_once(paying, client, articles=2)


def test_worker_killed_between_sent_and_confirmed_leaves_one_post(
    paying: Tenant, wordpress: str, client: WordPressClient, environment: dict[str, str], tmp_path: Path
) -> None:
    with Proxy(urlsplit(wordpress).port or 80).serving() as proxy:
        asked = order(paying, proxy.url, articles=1)
        _killed_when_sent(proxy, asked, environment, tmp_path)
        with paying.work():
            row = Publication.objects.get()
        assert (row.state, len(posts_of(client, row))) == ("sending", 1)
        with worker(environment, folder=tmp_path, name="heir"):
            time_passes(paying)
            done = pipeline(*asked, environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    with paying.work():
        (row,) = Publication.objects.all()
    (post,) = posts_of(client, row)
    assert (row.state, row.external_id, row.twins, post.status) == ("published", str(post.id), [], "publish")


def _killed_when_sent(
    proxy: Proxy, asked: tuple[str | Path, ...], environment: dict[str, str], folder: Path
) -> None:
    """Run the command until the post has arrived; the worker dies before it learns of that."""
    is_sent = threading.Event()
    with worker(environment, folder=folder, name="victim") as victim:

        def on_answer(request: bytes) -> None:
            if CREATE_POST in request and not is_sent.is_set():
                os.killpg(victim.popen.pid, signal.SIGKILL)
                is_sent.set()

        proxy.on_answer = on_answer
        command = pipeline_started(*asked, environment=environment)
        try:
            wait_for(
                lambda: is_sent.is_set() or command.poll() is not None, "the post", seconds=WRITING_SECONDS
            )
            assert is_sent.is_set(), command.communicate()
        finally:
            command.kill()
            command.communicate()
        assert victim.popen.wait(timeout=10) == -signal.SIGKILL
    proxy.on_answer = lambda request: None
