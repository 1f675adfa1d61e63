"""The client finds the REST root, sends each thing once and keeps its credentials to itself."""

import json

import httpx2
import pytest

from igny8_core.modules.integration.outbound_errors import (
    AddressInvalid,
    ConnectionLost,
    HostUnreachable,
    RequestRedirected,
    ResponseTimeout,
)
from igny8_core.modules.integration.wordpress.client import site_address
from igny8_core.modules.integration.wordpress.errors import (
    AccessBlocked,
    AnswerGarbled,
    RoleTooLow,
    SiteInMaintenance,
    TermExists,
    WordPressMoved,
    WordPressNotFound,
)
from igny8_core.modules.integration.wordpress.tests.fake import (
    MARKER,
    a_client,
    a_post,
    client_for,
    fault,
    stored,
)

INDEX = {
    "name": "Blog",
    "home": "https://blog.test",
    "namespaces": ["wp/v2", "yoast/v1"],
    "authentication": {"application-passwords": {}},
}
PAGE = "<html>Welcome</html>"


def index(**headers: str) -> httpx2.Response:
    return httpx2.Response(200, json=INDEX, headers=headers)


def page(status: int = 200, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, html=PAGE, headers=headers)


class TestDiscovery:
    def test_pretty_root_is_found_without_credentials(self) -> None:
        client, asked = a_client(index(), rest_root=None)
        site = client.discover()
        assert (site.rest_root, site.name, site.namespaces) == (
            "https://blog.test/wp-json/",
            "Blog",
            ("wp/v2", "yoast/v1"),
        )
        assert site.accepts_application_passwords
        assert "authorization" not in asked.requests[0].headers

    def test_plain_root_is_found_when_the_pretty_one_is_a_page(self) -> None:
        client, asked = a_client(page(404), index(), httpx2.Response(200, json=stored()), rest_root=None)
        assert client.get_post(7).id == 7
        assert asked.query(2)["rest_route"] == "/wp/v2/posts/7"
        assert asked.query(2)["context"] == "edit"

    def test_root_is_found_by_the_link_of_the_front_page(self) -> None:
        link = '<https://blog.test/rest/>; rel="https://api.w.org/"'
        client, asked = a_client(page(404), page(), page(link=link), index(), rest_root=None)
        assert client.discover().rest_root == "https://blog.test/rest/"
        assert asked.lines[-1] == "GET /rest/"

    def test_link_to_another_host_is_not_followed(self) -> None:
        link = '<https://evil.test/wp-json/>; rel="https://api.w.org/"'
        client, asked = a_client(page(404), page(), page(link=link), rest_root=None)
        with pytest.raises(WordPressNotFound):
            client.discover()
        assert {request.url.host for request in asked.requests} == {"blog.test"}

    def test_page_that_is_no_wordpress_is_told(self) -> None:
        client, _ = a_client(page(), page(), page(), rest_root=None)
        with pytest.raises(WordPressNotFound) as refused:
            client.discover()
        assert refused.value.status_code == 200

    def test_json_of_another_product_is_no_wordpress(self) -> None:
        other = [httpx2.Response(200, json={"namespaces": None, "name": "x"}) for _ in range(2)]
        client, _ = a_client(*other, page(), rest_root=None)
        with pytest.raises(WordPressNotFound):
            client.discover()

    def test_blocked_path_is_tried_in_its_plain_form(self) -> None:
        client, _ = a_client(page(403), page(403), index(), rest_root=None)
        assert client.discover().rest_root == "https://blog.test/?rest_route=/"

    def test_blocked_site_is_told_as_blocked(self) -> None:
        client, _ = a_client(page(403), page(403), page(404), page(), rest_root=None)
        with pytest.raises(AccessBlocked):
            client.discover()

    def test_hidden_index_is_asked_again_with_the_login(self) -> None:
        client, asked = a_client(fault(401, "rest_login_required"), index(), rest_root=None)
        assert client.discover().name == "Blog"
        assert ["authorization" in request.headers for request in asked.requests] == [False, True]

    def test_maintenance_is_not_taken_for_a_missing_site(self) -> None:
        client, asked = a_client(page(503, **{"Retry-After": "600"}), rest_root=None)
        with pytest.raises(SiteInMaintenance):
            client.discover()
        assert len(asked.requests) == 1

    @pytest.mark.parametrize(
        ("typed", "target", "root"),
        [
            ("http://blog.test", "https://blog.test/wp-json/", "https://blog.test/wp-json/"),
            (
                "https://blog.test",
                "https://www.blog.test/wp-json/?_fields=name",
                "https://www.blog.test/wp-json/",
            ),
            (
                "https://www.blog.test",
                "https://blog.test/?rest_route=/&_fields=x",
                "https://blog.test/?rest_route=/",
            ),
        ],
    )
    def test_redirect_within_the_site_moves_the_root(self, typed: str, target: str, root: str) -> None:
        moved = httpx2.Response(301, headers={"location": target})
        client, _ = a_client(moved, index(), rest_root=None, base_url=typed)
        assert client.discover().rest_root == root

    @pytest.mark.parametrize("target", ["https://evil.test/wp-json/", "http://blog.test/wp-json/"])
    def test_redirect_to_another_host_or_to_http_never_gets_the_password(self, target: str) -> None:
        moved = httpx2.Response(301, headers={"location": target})
        client, asked = a_client(moved, page(401), index(), rest_root=None)
        with pytest.raises(WordPressMoved):
            client.discover()
        assert all("authorization" not in request.headers for request in asked.requests)


class TestWrites:
    def test_draft_is_sent_once_with_marker_and_terms(self) -> None:
        client, asked = a_client(httpx2.Response(201, json=stored()))
        post = client.create_draft(a_post())
        sent = json.loads(asked.requests[0].content)
        assert sent == {
            "status": "draft",
            "title": "Burr grinders",
            "slug": "burr-grinders",
            "content": f"<p>Conical.</p>\n<!-- igny8:{MARKER} -->",
            "excerpt": "Which to buy.",
            "categories": [3],
            "tags": [5, 6],
        }
        assert (post.id, post.status, post.category_ids, post.tag_ids) == (7, "draft", (3,), (5, 6))
        assert post.has_marker(MARKER)

    def test_update_and_publish_go_by_id(self) -> None:
        client, asked = a_client(*(httpx2.Response(200, json=stored()) for _ in range(2)))
        client.update_post(7, post=a_post())
        client.publish(7)
        assert asked.lines == ["POST /wp-json/wp/v2/posts/7", "POST /wp-json/wp/v2/posts/7"]
        assert "status" not in json.loads(asked.requests[0].content)
        assert json.loads(asked.requests[1].content) == {"status": "publish"}

    @pytest.mark.parametrize(
        ("broken", "expected", "is_unknown"),
        [
            (httpx2.ConnectError("refused"), HostUnreachable, False),
            (httpx2.ConnectTimeout("slow"), HostUnreachable, False),
            (httpx2.ReadTimeout("slow"), ResponseTimeout, True),
            (httpx2.WriteTimeout("slow"), ResponseTimeout, True),
            (httpx2.ReadError("reset"), ConnectionLost, True),
            (httpx2.RemoteProtocolError("closed"), ConnectionLost, True),
        ],
    )
    def test_broken_connection_says_whether_the_outcome_is_known(
        self, broken: Exception, expected: type[HostUnreachable], is_unknown: bool
    ) -> None:
        writer, asked = a_client(broken)
        with pytest.raises(expected) as on_write:
            writer.create_draft(a_post())
        reader, _ = a_client(broken)
        with pytest.raises(expected) as on_read:
            reader.get_post(7)
        assert (on_write.value.outcome_unknown, on_read.value.outcome_unknown) == (is_unknown, False)
        assert on_write.value.is_retryable
        assert len(asked.requests) == 1

    @pytest.mark.parametrize(("status", "is_unknown"), [(301, False), (308, False), (302, True), (303, True)])
    def test_redirected_write_is_refused(self, status: int, is_unknown: bool) -> None:
        client, asked = a_client(
            httpx2.Response(status, headers={"location": "https://www.blog.test/wp-json/"})
        )
        with pytest.raises(RequestRedirected) as refused:
            client.create_draft(a_post())
        assert refused.value.outcome_unknown is is_unknown
        assert len(asked.requests) == 1

    def test_warning_before_the_json_is_read_past(self) -> None:
        noisy = b"<b>Warning</b>: {x} in a.php<br />" + json.dumps(stored()).encode()
        client, _ = a_client(httpx2.Response(201, content=noisy))
        assert client.create_draft(a_post()).id == 7


class TestReads:
    def test_posts_are_asked_for_in_every_status_and_given_oldest_first(self) -> None:
        client, asked = a_client(httpx2.Response(200, json=[stored(9), stored(4)]))
        assert [post.id for post in client.find_posts(slug="burr-grinders")] == [4, 9]
        query = asked.query(0)
        assert (query["status"], query["context"], query["slug"]) == ("any", "edit", "burr-grinders")

    def test_rendered_text_stands_in_where_the_stored_one_is_hidden(self) -> None:
        hidden = stored(content={"rendered": f"<p>x</p><!-- igny8:{MARKER} -->"}, title={"rendered": "T"})
        client, _ = a_client(httpx2.Response(200, json=hidden))
        post = client.get_post(7)
        assert (post.title, post.has_marker(MARKER)) == ("T", True)

    def test_user_has_only_the_capabilities_that_are_granted(self) -> None:
        me = {
            "id": 3,
            "username": "anna",
            "name": "Anna",
            "roles": ["author"],
            "capabilities": {"a": True, "b": False},
        }
        client, asked = a_client(httpx2.Response(200, json=me))
        user = client.me()
        assert (user.username, user.roles, user.capabilities) == ("anna", ("author",), frozenset({"a"}))
        assert asked.query(0) == {"context": "edit"}


class TestTerms:
    def test_existing_term_is_found_by_its_escaped_name(self) -> None:
        terms = [
            {"id": 4, "name": "R&amp;D tools", "parent": 0},
            {"id": 6, "name": "R&amp;D", "parent": 2},
            {"id": 9, "name": "R&amp;D", "parent": 0},
        ]
        client, asked = a_client(httpx2.Response(200, json=terms))
        assert client.ensure_category("r&d ") == 9
        assert asked.query(0)["search"] == "r&amp;d"
        assert asked.lines == ["GET /wp-json/wp/v2/categories"]

    def test_missing_term_is_created(self) -> None:
        client, asked = a_client(httpx2.Response(200, json=[]), httpx2.Response(201, json={"id": 12}))
        assert client.ensure_tag("  new   tag ") == 12
        assert json.loads(asked.requests[1].content) == {"name": "new tag"}

    def test_term_that_another_made_meanwhile_is_used(self) -> None:
        client, _ = a_client(httpx2.Response(200, json=[]), fault(400, "term_exists", term_id=31))
        assert client.ensure_tag("tag") == 31

    def test_term_exists_without_an_id_is_an_error(self) -> None:
        client, _ = a_client(httpx2.Response(200, json=[]), fault(400, "term_exists"))
        with pytest.raises(TermExists):
            client.ensure_tag("tag")

    def test_term_that_the_role_may_not_make_is_refused(self) -> None:
        client, _ = a_client(httpx2.Response(200, json=[]), fault(403, "rest_cannot_create"))
        with pytest.raises(RoleTooLow):
            client.ensure_category("new")

    def test_list_of_something_else_is_garbled(self) -> None:
        client, _ = a_client(httpx2.Response(200, json=[{"name": "no id"}]))
        with pytest.raises(AnswerGarbled):
            client.ensure_tag("tag")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Blog.Test", "https://blog.test"),
        (" https://blog.test/ ", "https://blog.test"),
        ("http://blog.test:8080/sub/", "http://blog.test:8080/sub"),
        ("https://blog.test/sub/wp-admin/profile.php", "https://blog.test/sub"),
        ("https://blog.test/wp-login.php?redirect_to=x", "https://blog.test"),
        ("https://blog.test/wp-json/wp/v2/", "https://blog.test"),
    ],
)
def test_site_address_is_what_people_paste(typed: str, address: str) -> None:
    assert site_address(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "ftp://blog.test", "https://u:p@blog.test", "https://", "https://x:port"]
)
def test_site_address_refuses_what_is_none(typed: str) -> None:
    with pytest.raises(AddressInvalid):
        site_address(typed)


def test_cookies_of_one_call_do_not_reach_the_next() -> None:
    seen: list[str | None] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("cookie"))
        return httpx2.Response(
            200, json=stored(), headers={"set-cookie": "wordpress_logged_in=secret; Path=/"}
        )

    client = client_for(handle)
    client.get_post(7)
    client.get_post(7)
    assert seen == [None, None]
