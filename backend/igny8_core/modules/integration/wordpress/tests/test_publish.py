"""The steps of a publication find what is there, release one id and report what is otherwise than sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.errors import PostChanged, PostForeign, PostMissing, PostTrashed
from igny8_core.modules.integration.wordpress.payloads import RemotePost, WordPressPost, parse_post
from igny8_core.modules.integration.wordpress.publish import (
    Difference,
    confirm,
    lookup,
    original,
    publish_draft,
    send_draft,
    send_update,
)
from igny8_core.modules.integration.wordpress.tests.fake import MARKER, a_post, client_for, fault, stored

OTHER = UUID("0190f6a0-7c1e-7000-8000-000000000002")
OTHERS_CONTENT = {"raw": f"<p>x</p><!-- igny8:{OTHER} -->"}


class Site:
    """A few posts in memory, with WordPress's habits: `any` leaves out trash, a search may be hijacked."""

    def __init__(self, *posts: dict[str, Any], is_search_hijacked: bool = False) -> None:
        self.posts = {post["id"]: post for post in posts}
        self.is_search_hijacked = is_search_hijacked
        self.writes: list[tuple[str, dict[str, Any]]] = []

    @property
    def client(self) -> WordPressClient:
        return client_for(self.handle)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        route = request.url.path.removeprefix("/wp-json/wp/v2/posts").strip("/")
        if request.method == "POST":
            return self._write(route, json.loads(request.content))
        if not route:
            return httpx2.Response(200, json=self._listed(dict(request.url.params)))
        post = self.posts.get(int(route))
        answer = fault(404, "rest_post_invalid_id") if post is None else httpx2.Response(200, json=post)
        assert isinstance(answer, httpx2.Response)
        return answer

    def _write(self, route: str, fields: dict[str, Any]) -> httpx2.Response:
        self.writes.append((route, fields))
        post_id = int(route or max(self.posts, default=0) + 1)
        post = self.posts.setdefault(post_id, stored(post_id))
        for name in ("title", "content", "excerpt"):
            if name in fields:
                post[name] = {"raw": fields[name]}
        post.update(
            {name: fields[name] for name in ("status", "slug", "categories", "tags") if name in fields}
        )
        return httpx2.Response(200 if route else 201, json=post)

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        wants_trash = query["status"] == "trash"
        found = [post for post in self.posts.values() if (post["status"] == "trash") == wants_trash]
        if "slug" in query:
            found = [post for post in found if post["slug"] == query["slug"]]
        if "search" in query:
            found = [post for post in found if query["search"] in post["content"]["raw"]]
            found = [] if self.is_search_hijacked else found
        return sorted(found, key=lambda post: -post["id"])[: int(query["per_page"])]


def ids(posts: list[RemotePost]) -> list[int]:
    return [post.id for post in posts]


class TestLookup:
    def test_nothing_is_found_on_an_empty_site(self) -> None:
        assert lookup(Site().client, slug="burr-grinders", marker=MARKER) == []

    def test_all_statuses_are_found_oldest_first(self) -> None:
        statuses = ["trash", "publish", "draft", "pending", "private", "future"]
        site = Site(*(stored(20 - n, status=status, slug=f"s-{n}") for n, status in enumerate(statuses)))
        assert ids(lookup(site.client, slug="burr-grinders", marker=MARKER)) == [15, 16, 17, 18, 19, 20]

    def test_post_of_somebody_else_with_the_slug_is_told_apart(self) -> None:
        site = Site(
            stored(3, content={"raw": "<p>by hand</p>"}), stored(8, content=OTHERS_CONTENT, slug="other")
        )
        found = lookup(site.client, slug="burr-grinders", marker=MARKER)
        assert [(post.id, post.has_marker(MARKER)) for post in found] == [(3, False)]
        assert original(found, marker=MARKER) is None

    def test_recent_post_is_found_when_search_is_hijacked_and_the_slug_changed(self) -> None:
        site = Site(stored(11, slug="changed"), is_search_hijacked=True)
        assert ids(lookup(site.client, slug="burr-grinders", marker=MARKER)) == [11]

    @pytest.mark.parametrize(
        ("statuses", "chosen"),
        [
            (["draft", "draft"], 1),
            (["draft", "publish"], 2),
            (["trash", "draft"], 2),
            (["trash", "trash"], 1),
            (["draft", "future"], 2),
        ],
    )
    def test_original_is_released_before_draft_before_trashed(self, statuses: list[str], chosen: int) -> None:
        posts = [parse_post(stored(n, status=status)) for n, status in enumerate(statuses, start=1)]
        found = original(posts, marker=MARKER)
        assert found is not None
        assert found.id == chosen


class TestPublishDraft:
    def test_draft_is_released_once_however_often_it_is_called(self) -> None:
        site = Site(stored(7))
        for _ in range(3):
            assert publish_draft(site.client, post_id=7, marker=MARKER).status == "publish"
        assert site.writes == [("7", {"status": "publish"})]

    @pytest.mark.parametrize(
        ("post", "expected"),
        [
            (stored(7, status="trash"), PostTrashed),
            (stored(7, content=OTHERS_CONTENT), PostForeign),
            (stored(8), PostMissing),
        ],
    )
    def test_post_that_is_not_our_draft_is_left_alone(
        self, post: dict[str, Any], expected: type[PostTrashed]
    ) -> None:
        site = Site(post)
        with pytest.raises(expected):
            publish_draft(site.client, post_id=7, marker=MARKER)
        assert site.writes == []


class TestConfirm:
    def test_whole_way_ends_without_differences(self) -> None:
        site = Site()
        post = a_post()
        draft = send_draft(site.client, post=post)
        publish_draft(site.client, post_id=draft.id, marker=MARKER)
        confirmation = confirm(site.client, post_id=draft.id, post=post)
        assert (confirmation.is_published, confirmation.differences, confirmation.twin_ids) == (True, (), ())
        assert confirmation.modified_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

    def test_twins_are_reported_and_stay_as_they_are(self) -> None:
        site = Site(stored(7, status="publish"), stored(8), stored(9, status="trash"))
        assert confirm(site.client, post_id=7, post=a_post()).twin_ids == (8, 9)
        assert site.writes == []

    def test_dropped_and_changed_fields_are_reported(self) -> None:
        kept = stored(7, slug="burr-grinders-2", categories=[], tags=[5], excerpt={"raw": ""})
        kept["content"] = {"raw": kept["content"]["raw"].replace("Conical.", "")}
        differences = confirm(Site(kept).client, post_id=7, post=a_post()).differences
        assert [difference.field for difference in differences] == [
            "slug",
            "excerpt",
            "content",
            "categories",
            "tags",
        ]
        assert differences[0] == Difference("slug", "burr-grinders", "burr-grinders-2")
        assert differences[3] == Difference("categories", "3", "")

    def test_escaping_and_added_default_category_are_no_differences(self) -> None:
        post = a_post(title="R&D <3", category_ids=())
        kept = stored(7, title={"raw": "R&amp;D &lt;3"}, categories=[1])
        assert confirm(Site(kept).client, post_id=7, post=post).differences == ()


class TestSendUpdate:
    KNOWN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

    def test_untouched_post_is_replaced(self) -> None:
        site = Site(stored(7, status="publish"))
        updated = send_update(site.client, post_id=7, post=a_post(title="New"), known_modified_at=self.KNOWN)
        assert (updated.title, updated.status) == ("New", "publish")

    def test_edited_post_is_not_overwritten(self) -> None:
        site = Site(stored(7, title={"raw": "By hand"}, modified_gmt="2026-11-21T09:00:00"))
        with pytest.raises(PostChanged):
            send_update(site.client, post_id=7, post=a_post(), known_modified_at=self.KNOWN)
        assert site.writes == []
        send_update(site.client, post_id=7, post=a_post(), known_modified_at=None)
        assert len(site.writes) == 1

    def test_update_whose_answer_was_lost_may_be_sent_again(self) -> None:
        site = Site(stored(7, modified_gmt="2026-11-21T09:00:00"))
        assert send_update(site.client, post_id=7, post=a_post(), known_modified_at=self.KNOWN).id == 7


class TestMarker:
    def test_content_carries_one_marker(self) -> None:
        twice = a_post(content_html=f"<p>x</p>\n<!-- igny8:{OTHER} -->\n<!-- igny8:{MARKER} -->\n")
        assert twice.marked_html == f"<p>x</p>\n<!-- igny8:{MARKER} -->"
        again = replace(twice, content_html=twice.marked_html)
        assert again.marked_html == twice.marked_html

    def test_marker_is_not_sought_in_other_comments(self) -> None:
        post: WordPressPost = a_post(content_html="<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->")
        assert post.marked_html.startswith("<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->\n")
