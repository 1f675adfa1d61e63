"""A connection check names the one thing that stands in the way."""

import httpx2
import pytest

from igny8_core.modules.integration.outbound_errors import RemoteError
from igny8_core.modules.integration.wordpress.check import check_connection
from igny8_core.modules.integration.wordpress.hints import DEFAULT_HINT, hint_for
from igny8_core.modules.integration.wordpress.tests.fake import PASSWORD, Answer, a_client, fault

# What only a post or term can meet: no check does.
ABOUT_POSTS = {
    "wordpress_post_missing",
    "wordpress_post_changed",
    "wordpress_post_foreign",
    "wordpress_post_trashed",
    "wordpress_term_exists",
}
ALL = ["edit_posts", "publish_posts", "edit_published_posts", "manage_categories", "upload_files"]


def index(**changes: object) -> httpx2.Response:
    body = {
        "name": "Blog",
        "namespaces": ["wp/v2"],
        "authentication": {"application-passwords": {}},
        **changes,
    }
    return httpx2.Response(200, json=body)


def me(*capabilities: str) -> httpx2.Response:
    granted = dict.fromkeys(capabilities, True)
    return httpx2.Response(
        200, json={"id": 1, "username": "anna", "roles": ["author"], "capabilities": granted}
    )


def page(status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, html="<p>Hello</p>")


def blog() -> httpx2.Response:
    return httpx2.Response(200, html='<link href="/wp-content/themes/x/style.css">')


def rpc_fault(code: int) -> httpx2.Response:
    fields = f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
    body = f"<methodResponse>\n  <fault>\n    <value><struct>{fields}</struct></value>\n  </fault></methodResponse>"
    return httpx2.Response(200, text=body)


RPC_BLOGS = httpx2.Response(
    200, text='<?xml version="1.0"?>\n<methodResponse>\n  <params><param/></params>\n</methodResponse>'
)


def test_full_rights_make_a_usable_connection_without_problems() -> None:
    client, _ = a_client(index(), me(*ALL), rest_root=None)
    report = check_connection(client)
    assert (report.is_usable, report.is_reachable, report.problems) == (True, True, ())
    assert (report.can_create_posts, report.can_publish, report.can_upload) == (True, True, True)
    assert (report.can_create_categories, report.can_create_tags) == (True, True)


@pytest.mark.parametrize(
    ("answers", "is_reachable", "code"),
    [
        ([httpx2.ConnectError("refused")], False, "outbound_host_unreachable"),
        ([httpx2.ReadTimeout("slow")], False, "outbound_timeout"),
        ([page(), page(), page()], True, "wordpress_not_found"),
        ([page(404), page(404), page()], True, "wordpress_not_found"),
        ([page(502)], True, "wordpress_server_error"),
        ([page(404), page(404), blog()], True, "wordpress_rest_disabled"),
        ([fault(403, "blocked"), fault(403, "blocked")] * 2 + [blog()], True, "wordpress_access_blocked"),
        ([httpx2.Response(429)], True, "wordpress_rate_limited"),
        ([fault(503, "wp_die")], True, "wordpress_maintenance"),
        ([index(), fault(401, "rest_not_logged_in"), rpc_fault(403)], True, "wordpress_credentials_refused"),
        ([index(), fault(401, "rest_not_logged_in"), rpc_fault(405)], True, "wordpress_credentials_refused"),
        ([index(), fault(401, "rest_not_logged_in"), page(404)], True, "wordpress_credentials_refused"),
        (
            [index(), fault(401, "rest_not_logged_in"), httpx2.ConnectError("refused")],
            True,
            "wordpress_credentials_refused",
        ),
        ([index(), fault(401, "rest_not_logged_in"), RPC_BLOGS], True, "wordpress_authorization_stripped"),
        ([index(), fault(401, "incorrect_password")], True, "wordpress_password_refused"),
        ([index(), fault(401, "invalid_username")], True, "wordpress_username_unknown"),
        (
            [index(authentication=[]), fault(401, "rest_not_logged_in")],
            True,
            "wordpress_application_passwords_unavailable",
        ),
        ([index(), fault(404, "rest_no_route")], True, "wordpress_route_missing"),
        ([index(), page()], True, "wordpress_answer_garbled"),
        ([index(), me("read")], True, "wordpress_cannot_create"),
        ([index(), me("edit_posts")], True, "wordpress_cannot_publish"),
    ],
)
def test_cause_is_named(answers: list[Answer], is_reachable: bool, code: str) -> None:
    client, _ = a_client(*answers, rest_root=None)
    report = check_connection(client)
    assert (report.is_usable, report.is_reachable) == (False, is_reachable)
    assert [problem.code for problem in report.problems if problem.is_blocking][0] == code  # noqa: RUF015  # order


def test_plain_http_is_warned_of_but_usable() -> None:
    client, _ = a_client(index(), me(*ALL), rest_root=None, base_url="http://blog.test")
    report = check_connection(client)
    assert report.is_usable
    assert [problem.code for problem in report.problems] == ["wordpress_not_https"]


def test_stripped_header_is_looked_for_with_the_login_in_the_body_alone() -> None:
    client, asked = a_client(index(), fault(401, "rest_not_logged_in"), RPC_BLOGS, rest_root=None)
    check_connection(client)
    last = asked.requests[-1]
    assert (last.method, str(last.url)) == ("POST", "https://blog.test/xmlrpc.php")
    assert "authorization" not in last.headers
    assert last.content.decode() == (
        "<methodCall><methodName>wp.getUsersBlogs</methodName><params>"
        "<param><value><string>anna</string></value></param>"
        f"<param><value><string>{PASSWORD}</string></value></param></params></methodCall>"
    )


def test_site_that_names_the_cause_is_asked_no_further() -> None:
    client, asked = a_client(index(), fault(401, "incorrect_password"), rest_root=None)
    check_connection(client)
    assert asked.lines == ["GET /wp-json/", "GET /wp-json/wp/v2/users/me"]


def test_plain_permalinks_and_printed_warnings_are_remarked_and_usable() -> None:
    noisy = httpx2.Response(200, content=b"<b>Warning</b>: x in y\n" + index().content)
    client, _ = a_client(page(404), noisy, me(*ALL), rest_root=None)
    report = check_connection(client)
    assert report.is_usable
    assert [(problem.code, problem.is_blocking) for problem in report.problems] == [
        ("wordpress_plain_permalinks", False),
        ("wordpress_answer_noisy", False),
    ]


def test_every_cause_has_a_hint_of_its_own_room() -> None:
    classes = [RemoteError]
    for one in classes:
        classes += one.__subclasses__()
    of_a_check = {one.code for one in classes} - ABOUT_POSTS
    assert {code for code in of_a_check if hint_for(code) == DEFAULT_HINT} == {
        "remote_error",
        "wordpress_error",
    }
