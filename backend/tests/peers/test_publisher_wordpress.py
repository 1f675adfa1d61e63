"""Publishing through the room's own services to a real WordPress: killed at each step, there is one public post.

WORDPRESS_URL, WORDPRESS_USER and WORDPRESS_APP_PASSWORD name a server that may be written to, see wordpress.sh.
"""

import os
import secrets
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine

from igny8_core.common.clock import utc_now
from igny8_core.modules.integration.outbound import OutboundClient
from igny8_core.modules.integration.selectors import page_key
from igny8_core.modules.integration.services import (
    destination_check,
    destination_wordpress_save,
    posts_sync,
)
from igny8_core.modules.integration.wordpress.client import TRASH_STATUS, WordPressClient
from igny8_core.modules.integration.wordpress.payloads import RemotePost
from igny8_core.modules.planner.models import SitePage
from igny8_core.modules.publisher.errors import PublicationEdited, PublicationPending, PublicationVanished
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.services import publication_reserve
from igny8_core.modules.publisher.tests.samples import again, article_change, article_make, published
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing import faults
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint

pytestmark = [pytest.mark.peer, pytest.mark.django_db(transaction=True)]

PUBLISH = "igny8_core.modules.publisher.services:publication_publish"
CLIENT = "igny8_core.modules.integration.wordpress.client:WordPressClient"
DELIVERY = "igny8_core.modules.publisher.delivery:Delivery"

POINTS = [
    (FaultPoint(f"{CLIENT}.create_draft", "before"), "sending", 0),
    (FaultPoint(f"{CLIENT}.create_draft", "after"), "sending", 1),
    (FaultPoint(f"{DELIVERY}._drafted", "after"), "drafted", 1),
    (FaultPoint(f"{CLIENT}.publish", "before"), "publishing", 1),
    (FaultPoint(f"{CLIENT}.publish", "after"), "publishing", 1),
    (FaultPoint("igny8_core.modules.publisher.services:_announce", "after"), "publishing", 1),
]


@pytest.fixture(scope="module")
def url() -> str:
    if "WORDPRESS_URL" not in os.environ:
        pytest.skip("WORDPRESS_URL names no server")
    return os.environ["WORDPRESS_URL"]


@pytest.fixture
def client(url: str) -> Iterator[WordPressClient]:
    http = OutboundClient(allow_private=True)
    yield WordPressClient(url, os.environ["WORDPRESS_USER"], os.environ["WORDPRESS_APP_PASSWORD"], http=http)
    http.close()


@pytest.fixture
def row(tenant: Tenant, url: str) -> Publication:
    """A committed reservation of an article whose slug nobody used before."""
    with tenant.work():
        destination = destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url=url,
            username=os.environ["WORDPRESS_USER"],
            application_password=os.environ["WORDPRESS_APP_PASSWORD"],
            minimum_score=None,
        )
        article = article_make(tenant, slug=f"grinders-{secrets.token_hex(4)}")
        return publication_reserve(article_id=article.pk, destination_id=destination.pk)


def posts_of(client: WordPressClient, marker: UUID) -> list[RemotePost]:
    """Every post with this marker, in all statuses."""
    mark = f"igny8:{marker}"
    return [*client.find_posts(search=mark), *client.find_posts(search=mark, status=TRASH_STATUS)]


def test_connection_is_usable(tenant: Tenant, row: Publication) -> None:
    with tenant_scope(tenant.context):
        report = destination_check(row.destination_id)
    assert report.is_usable
    assert report.can_create_categories


def test_article_becomes_one_public_post_as_it_was_sent(
    tenant: Tenant, row: Publication, client: WordPressClient
) -> None:
    done = published(tenant, row.pk)
    assert (done.state, done.differences, done.twins) == ("published", [], [])
    (post,) = posts_of(client, row.marker)
    assert (post.status, post.slug, post.link) == ("publish", row.slug, done.url)
    assert published(tenant, row.pk).version == done.version


@pytest.mark.parametrize(("at", "state", "posts"), POINTS, ids=[str(point) for point, _, _ in POINTS])
def test_killed_anywhere_the_next_run_ends_with_one_post(
    tenant: Tenant, row: Publication, client: WordPressClient, at: FaultPoint, state: str, posts: int
) -> None:
    faults.run_killed(PUBLISH, {"publication_id": row.pk}, context=tenant.context, at=at)
    assert (again(tenant, row).state, len(posts_of(client, row.marker))) == (state, posts)
    if state == "sending":
        with pytest.raises(PublicationPending):
            published(tenant, row.pk)
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        done = published(tenant, row.pk)
    assert (done.state, done.twins, done.error_code) == ("published", [], "")
    (post,) = posts_of(client, row.marker)
    assert (str(post.id), post.status, post.slug) == (done.external_id, "publish", row.slug)


def test_changed_article_updates_the_post_until_a_person_edits_it(
    tenant: Tenant, row: Publication, client: WordPressClient
) -> None:
    done = published(tenant, row.pk)
    article_change(tenant, row, title="Revised by machine")
    published(tenant, row.pk)
    (post,) = posts_of(client, row.marker)
    assert (str(post.id), post.title, post.status) == (done.external_id, "Revised by machine", "publish")

    _edit(client, post, "Edited by hand")
    article_change(tenant, row, title="Revised again")
    with pytest.raises(PublicationEdited):
        published(tenant, row.pk)
    kept = again(tenant, row)
    assert (kept.state, kept.error_code) == ("published", "publication_edited")
    assert client.get_post(post.id).title == "Edited by hand"


def test_author_who_may_create_no_category_publishes_all_the_same(
    tenant: Tenant, url: str, client: WordPressClient
) -> None:
    name = f"author-{secrets.token_hex(4)}"
    _script("wp", "user", "create", name, f"{name}@example.test", "--role=author", "--porcelain")
    category = f"Nowhere {name}"
    with tenant.work():
        destination = destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url=url,
            username=name,
            application_password=_script("app-password", name, "peer"),
            minimum_score=None,
        )
        article = article_make(tenant, slug=name, category=category)
        row = publication_reserve(article_id=article.pk, destination_id=destination.pk)
    done = published(tenant, row.pk)
    assert done.state == "published"
    assert done.differences == [{"field": "categories", "sent": category, "found": ""}]
    article_change(tenant, row, title="Revised & by an author")
    assert published(tenant, row.pk).article_version == 2
    (post,) = posts_of(client, row.marker)
    assert (str(post.id), post.status) == (done.external_id, "publish")


def test_post_deleted_for_good_is_told_and_sent_anew_when_asked(
    tenant: Tenant, row: Publication, client: WordPressClient
) -> None:
    done = published(tenant, row.pk)
    client._call("DELETE", f"posts/{done.external_id}", params={"force": "true"})
    article_change(tenant, row, title="Revised")
    with pytest.raises(PublicationVanished):
        published(tenant, row.pk)
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        new = published(tenant, row.pk)
    (post,) = posts_of(client, row.marker)
    assert (str(post.id), post.title, new.state) == (new.external_id, "Revised", "published")


def test_post_is_one_page_of_the_plan_wherever_people_put_it(
    tenant: Tenant, row: Publication, client: WordPressClient
) -> None:
    done = published(tenant, row.pk)

    def the_page() -> SitePage:
        with tenant_scope(tenant.context):
            posts_sync(row.destination_id, progress=lambda *_, **__: None)
        with tenant.work():
            return SitePage.objects.get(remote_key=page_key(row.destination_id, done.external_id))

    before = the_page()
    assert (before.url, before.content_id, before.query_source) == (done.url, row.article_id, "article")
    renamed = client._write(f"posts/{done.external_id}", {"slug": f"{row.slug}-by-hand"})
    after = the_page()
    assert (after.pk, after.url, after.head_query) == (before.pk, renamed.link, before.head_query)
    assert after.url != before.url
    client._call("DELETE", f"posts/{done.external_id}", params={})
    gone = the_page()
    assert (gone.pk, gone.removed_at is None) == (before.pk, False)
    with tenant.work():
        assert SitePage.objects.filter(removed_at=None, source="imported").exists()
        assert not SitePage.objects.filter(url=after.url).exclude(pk=before.pk).exists()


def _script(*arguments: str) -> str:
    script = str(Path(__file__).parent / "wordpress.sh")
    done = subprocess.run([script, *arguments], check=True, capture_output=True, text=True, timeout=120)
    return done.stdout.strip()


def _edit(client: WordPressClient, post: RemotePost, title: str) -> None:
    """What a person does in the admin pages, a second or more after the last write: WordPress keeps whole seconds."""
    while client._write(f"posts/{post.id}", {"title": title}).modified_at == post.modified_at:
        pass
