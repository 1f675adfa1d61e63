"""A site's posts and pages, read page by page from a server and told to the planner."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connections

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.integration import services
from igny8_core.modules.integration.errors import DestinationWithoutPosts, PostsTooMany
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.selectors import page_key
from igny8_core.modules.integration.tests.loopback import Act, Server, answer
from igny8_core.modules.integration.tests.test_taxonomies import INDEX, connected
from igny8_core.modules.integration.types import PostsReport
from igny8_core.modules.integration.wordpress import client as wordpress
from igny8_core.modules.planner import services as planner
from igny8_core.modules.planner.models import SitePage
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import job_cancel
from igny8_core.testing import faults
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.faults import FaultPoint
from igny8_core.testing.jobs import job_run

HOME = "https://blog.example"
SYNC = "igny8_core.modules.integration.services:posts_sync"
CLIENT = "igny8_core.modules.integration.wordpress.client:WordPressClient"
PLANNER = "igny8_core.modules.planner.services"


def post(number: int, slug: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "link": f"{HOME}/{slug}/",
        "title": {"rendered": slug.replace("-", " ").title()},
        "modified_gmt": "2026-11-20T10:00:00",
        **changes,
    }


class _Paths(dict[str, Act]):
    """The REST interface of a site with these posts and pages, in pages of two; it refuses a page behind the last."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[dict[str, Any]]] = {"posts": [], "pages": []}
        self.failing: tuple[str, int, int] | None = None  # list, page, status
        self.has_totals = True
        self.meanwhile: dict[int, list[dict[str, Any]]] = {}  # what the posts are from an answer of theirs on
        self.is_hidden = False

    def __missing__(self, path: str) -> Act:
        parts = urlsplit(path)
        name, query = parts.path.rsplit("/", 1)[1], dict(parse_qsl(parts.query))
        if self.is_hidden:
            return answer(b"<html><link href='/wp-content/x.css'>", status=200 if path == "/" else 404)
        return self._listed(name, query) if name in self.lists else answer(INDEX)

    def _listed(self, name: str, query: dict[str, str]) -> Act:
        assert (query["status"], query["orderby"], query["order"]) == ("publish", "id", "asc")
        page = int(query["page"])
        if self.failing and self.failing[:2] == (name, page):
            return answer(b"{}", status=self.failing[2])
        items = self.lists[name]
        shown = items[page * 2 - 2 : page * 2]
        if page > 1 and not shown:
            return answer(b'{"code":"rest_post_invalid_page_number","message":"No."}', status=400)
        if name == "posts":
            self.lists["posts"] = self.meanwhile.get(page, items)
        totals = {"X_WP_Total": str(len(items)), "X_WP_TotalPages": str(-(-len(items) // 2))}
        return answer(json.dumps(shown).encode(), **(totals if self.has_totals else {}))


@pytest.fixture
def server() -> Iterator[Server]:
    site = Server()
    site.paths = _Paths()
    yield site
    site.close()


@pytest.fixture
def row(tenant: Tenant, server: Server, monkeypatch: pytest.MonkeyPatch) -> Destination:
    monkeypatch.setattr(wordpress, "PAGE_SIZE", 2)
    return connected(tenant, server.url)


def synced(tenant: Tenant, row: Destination) -> PostsReport:
    with tenant_scope(tenant.context):
        return services.posts_sync(row.pk, progress=lambda *_, **__: None)


def there(tenant: Tenant) -> list[str]:
    with tenant.work():
        rows = SitePage.objects.filter(removed_at=None).order_by("url")
        return [url.removeprefix(HOME) for url in rows.values_list("url", flat=True)]


@pytest.mark.django_db(transaction=True)
class TestSync:
    def test_posts_and_pages_become_pages_of_the_plan(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        server.paths.lists = {
            "posts": [
                post(4, "moka-pot", title={"rendered": "Beans &amp; <em>Moka</em>&#8217;s"}),
                post(7, "clean-a-moka-pot"),
                post(9, "burr-grinders", modified_gmt=None),
            ],
            "pages": [post(2, "about-us")],
        }
        assert synced(tenant, row) == PostsReport(seen=4, added=4, refused=0, removed=0, is_whole=True)
        with tenant.work():
            found = SitePage.objects.order_by("url").values_list(
                "url", "title", "head_query", "query_source", "source", "remote_key"
            )
            key = page_key(row.pk)
            assert [line for line in found if "moka" in line[0]] == [
                (
                    f"{HOME}/clean-a-moka-pot/",
                    "Clean A Moka Pot",
                    "clean a moka pot",
                    "derived",
                    "imported",
                    f"{key}7",
                ),
                (f"{HOME}/moka-pot/", "Beans & Moka’s", "moka pot", "derived", "imported", f"{key}4"),
            ]
            assert len(found) == 4
            row.refresh_from_db()
            assert row.posts_count == 4
            assert row.posts_read_at is not None
            assert [job.kind for job in Job.objects.all()] == ["planner.find_conflicts"]

    def test_doing_it_again_adds_nothing_and_follows_what_changed(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        server.paths.lists["posts"] = [post(4, "moka-pot"), post(7, "kettle"), post(8, "latte")]
        synced(tenant, row)
        with tenant.work():
            before = dict(SitePage.objects.values_list("remote_key", "pk"))
            planner.page_change(before[page_key(row.pk, "4")], head_query="stovetop espresso")
        server.paths.lists["posts"] = [post(4, "moka-pots"), post(7, "kettle", title={"rendered": "New"})]
        assert synced(tenant, row) == PostsReport(seen=2, added=0, refused=0, removed=1, is_whole=True)
        assert synced(tenant, row) == PostsReport(seen=2, added=0, refused=0, removed=0, is_whole=True)
        with tenant.work():
            assert dict(SitePage.objects.values_list("remote_key", "pk")) == before
            titles = dict(SitePage.objects.filter(removed_at=None).values_list("head_query", "title"))
        assert titles == {"stovetop espresso": "Moka Pots", "kettle": "New"}
        assert there(tenant) == ["/kettle/", "/moka-pots/"]
        server.paths.lists["posts"].append(post(8, "latte"))
        assert synced(tenant, row).added == 0
        assert there(tenant) == ["/kettle/", "/latte/", "/moka-pots/"]

    def test_pages_of_others_are_left_alone(self, tenant: Tenant, server: Server, row: Destination) -> None:
        other = connected(tenant, "https://other.example")
        with tenant.work():
            for key in ("", "post:1", page_key(other.pk, "4")):
                planner.page_record(
                    site_id=tenant.site.pk,
                    url=f"{HOME}/{key or 'typed'}",
                    head_query="",
                    source="manual",
                    content_id=None,
                    remote_key=key,
                )
        assert synced(tenant, row).removed == 0
        assert len(there(tenant)) == 3

    @pytest.mark.parametrize(
        ("failing", "code"),
        [
            (("posts", 2, 500), "wordpress_server_error"),
            (("pages", 1, 401), "wordpress_credentials_refused"),
            (("posts", 1, 400), "wordpress_rejected"),
        ],
    )
    def test_list_that_could_not_be_read_to_its_end_marks_nothing(
        self, tenant: Tenant, server: Server, row: Destination, failing: tuple[str, int, int], code: str
    ) -> None:
        server.paths.lists["posts"] = [
            post(number, f"moka-{word}") for number, word in enumerate(("a", "b", "c"), 1)
        ]
        synced(tenant, row)
        with tenant.work():
            row.refresh_from_db()
        server.paths.lists["posts"] = [post(2, "moka-b"), post(3, "moka-c"), post(5, "moka-e")]
        server.paths.failing = failing
        with tenant_scope(tenant.context), pytest.raises(DomainError) as caught:
            services.posts_sync(row.pk, progress=lambda *_, **__: None)
        assert caught.value.code == code
        assert set(there(tenant)) >= {"/moka-a/", "/moka-b/", "/moka-c/"}
        with tenant.work():
            assert Destination.objects.get(pk=row.pk).version == row.version

    def test_hidden_rest_interface_is_told(self, tenant: Tenant, server: Server, row: Destination) -> None:
        server.paths.lists["posts"] = [post(1, "moka")]
        synced(tenant, row)
        server.paths.is_hidden = True
        with tenant.work():
            job = services.posts_sync_start(row.pk)
        done = job_run(job)
        assert (done.state, done.error_code) == ("failed", "wordpress_rest_disabled")
        assert there(tenant) == ["/moka/"]

    def test_list_that_shrinks_while_it_is_read_marks_nothing(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        """What was deleted moved a post to a page that was read already."""
        posts = [post(number, f"moka-{number}a") for number in (1, 2, 3, 4)]
        server.paths.lists["posts"] = posts
        synced(tenant, row)
        server.paths.meanwhile = {1: posts[1:]}
        assert synced(tenant, row) == PostsReport(seen=3, added=0, refused=0, removed=0, is_whole=False)
        server.paths.lists["posts"], server.paths.meanwhile = posts, {1: posts[:2]}
        assert synced(tenant, row) == PostsReport(seen=2, added=0, refused=0, removed=0, is_whole=False)
        assert len(there(tenant)) == 4
        server.paths.meanwhile = {}
        assert synced(tenant, row) == PostsReport(seen=2, added=0, refused=0, removed=2, is_whole=True)

    def test_list_that_grows_while_it_is_read_is_whole(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        posts = [post(number, f"moka-{number}a") for number in (1, 2, 3, 4)]
        server.paths.lists["posts"] = posts
        synced(tenant, row)
        server.paths.lists["posts"], server.paths.meanwhile = posts[:3], {1: [*posts[:3], post(7, "new")]}
        assert synced(tenant, row) == PostsReport(seen=4, added=1, refused=0, removed=1, is_whole=True)

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_site_that_hides_its_totals_is_read_to_its_end(
        self, tenant: Tenant, server: Server, row: Destination, count: int
    ) -> None:
        server.paths.lists["posts"] = [post(number, f"moka-{number}a") for number in range(1, count + 1)]
        server.paths.has_totals = False
        assert synced(tenant, row) == PostsReport(count, added=count, refused=0, removed=0, is_whole=True)

    def test_post_whose_address_cannot_be_kept_is_refused_and_counted(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        links = ["a" * 500, "nul\x00", "half\ud800", "moka%00pot"]
        server.paths.lists["posts"] = [post(number, link) for number, link in enumerate(links, 1)]
        server.paths.lists["posts"][3]["title"] = {"rendered": "Nul \x00 and half \ud800"}
        assert synced(tenant, row) == PostsReport(seen=1, added=1, refused=3, removed=0, is_whole=True)

    def test_site_with_too_many_keeps_the_oldest_and_says_so(
        self, tenant: Tenant, server: Server, row: Destination, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths.lists["posts"] = [post(number, f"moka-{number}a") for number in (1, 2, 3)]
        synced(tenant, row)
        monkeypatch.setattr(services.posts, "MAX_POST_PAGES", 1)
        server.paths.lists["posts"] = [post(number, f"moka-{number}a") for number in (2, 3, 4)]
        server.paths.lists["pages"] = [post(9, "about-us")]
        with tenant_scope(tenant.context), pytest.raises(PostsTooMany):
            services.posts_sync(row.pk, progress=lambda *_, **__: None)
        assert there(tenant) == ["/about-us/", "/moka-1a/", "/moka-2a/", "/moka-3a/"]

    def test_page_noted_while_the_list_was_read_stays(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        """An old draft that is published behind our back has an id of a page that was read already."""
        server.paths.lists["posts"] = [post(4, "moka")]

        def publishes(*_: Any, **__: Any) -> None:
            with tenant.work():
                planner.page_record(
                    site_id=tenant.site.pk,
                    url=f"{HOME}/old-draft/",
                    head_query="old draft",
                    source="published",
                    content_id=None,
                    remote_key=page_key(row.pk, "1"),
                )

        with tenant_scope(tenant.context):
            assert services.posts_sync(row.pk, progress=publishes).removed == 0
        assert there(tenant) == ["/moka/", "/old-draft/"]

    def test_no_transaction_is_open_while_the_site_is_asked(
        self, tenant: Tenant, server: Server, row: Destination, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked, inner = [], wordpress.WordPressClient.list_posts

        def watched(*args: Any, **named: Any) -> Any:
            asked.append(any(one.in_atomic_block for one in connections.all()))
            return inner(*args, **named)

        monkeypatch.setattr(wordpress.WordPressClient, "list_posts", watched)
        synced(tenant, row)
        assert asked == [False, False]

    @pytest.mark.parametrize(
        "at",
        [
            FaultPoint(f"{PLANNER}:pages_see", "after", 1),
            FaultPoint(f"{PLANNER}:pages_see", "before", 2),
            FaultPoint(f"{PLANNER}:pages_unseen_remove", "after"),
            FaultPoint(f"{PLANNER}:findings_start", "after"),
        ],
        ids=str,
    )
    def test_killed_anywhere_the_next_delivery_ends_alike(
        self, tenant: Tenant, server: Server, row: Destination, at: FaultPoint
    ) -> None:
        server.paths.lists["posts"] = [post(1, "gone"), post(2, "moka")]
        synced(tenant, row)
        server.paths.lists = {"posts": [post(2, "moka"), post(3, "kettle")], "pages": [post(5, "about-us")]}
        faults.run_killed(SYNC, {"destination_id": row.pk}, context=tenant.context, at=at)
        assert "/gone/" in there(tenant)
        synced(tenant, row)
        assert there(tenant) == ["/about-us/", "/kettle/", "/moka/"]
        with tenant.work():
            assert SitePage.objects.count() == 4


@pytest.mark.django_db(transaction=True)
class TestJob:
    def path(self, row: Destination) -> str:
        return f"/api/v1/integration/destinations/{row.pk}/sync-posts/"

    def test_job_reads_the_posts_and_says_how_far_it_is(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        server.paths.lists = {
            "posts": [post(n, f"moka-{n}a") for n in (1, 2, 3)],
            "pages": [post(9, "about-us")],
        }
        answers = [client_of(tenant.member).post(self.path(row)) for _ in range(2)]
        assert [one.status_code for one in answers] == [202, 202]
        assert answers[0].json()["data"] == answers[1].json()["data"]
        with tenant.work():
            job = Job.objects.get()
        done = job_run(job)
        assert (done.state, done.error_message, done.progress_done, done.progress_total) == (
            "succeeded",
            "",
            3,
            3,
        )
        assert done.counts == {"public": 4, "new": 4, "gone": 0, "refused": 0}
        shown = client_of(tenant.viewer).get(f"/api/v1/integration/destinations/{row.pk}/").json()["data"]
        assert shown["posts_count"] == 4
        assert shown["posts_read_at"] is not None

    def test_cancelled_job_stops_and_marks_nothing(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        server.paths.lists["posts"] = [post(n, f"moka-{n}a") for n in (1, 2, 3)]
        synced(tenant, row)
        server.paths.lists["posts"] = [post(n, f"moka-{n}a") for n in (3, 4, 5)]
        with tenant.work():
            job = services.posts_sync_start(row.pk)

        def cancel() -> None:
            with tenant.work():
                job_cancel(job.pk)

        with faults.fault_at(FaultPoint(f"{CLIENT}.list_posts", "after"), cancel):
            done = job_run(job)
        assert done.state == "cancelled"
        assert there(tenant) == ["/moka-1a/", "/moka-2a/", "/moka-3a/", "/moka-4a/"]
        with tenant.work():
            assert SitePage.objects.filter(remote_key=page_key(row.pk, "5")).count() == 0

    def test_only_editors_start_it_and_strangers_find_nothing(
        self, tenant: Tenant, stranger: Tenant, row: Destination
    ) -> None:
        assert client_of(tenant.viewer).post(self.path(row)).status_code == 403
        assert client_of(stranger.owner).post(self.path(row)).status_code == 404
        with stranger.work(), pytest.raises(NotFound):
            services.posts_sync_start(row.pk)
        with tenant_scope(stranger.context), pytest.raises(NotFound):
            services.posts_sync(row.pk, progress=lambda *_, **__: None)
        with tenant.work():
            assert Job.objects.count() == 0
            preview = services.destination_preview_ensure(tenant.site.pk)
            with pytest.raises(DestinationWithoutPosts):
                services.posts_sync_start(preview.pk)
            assert Job.objects.count() == 0

    def test_pages_are_those_of_the_destination_s_own_site(
        self, tenant: Tenant, server: Server, row: Destination
    ) -> None:
        other = site_make(tenant)
        server.paths.lists["posts"] = [post(1, "moka")]
        synced(tenant, row)
        with tenant.work():
            assert SitePage.objects.filter(site=other).count() == 0
            assert SitePage.objects.get().site_id == tenant.site.pk
