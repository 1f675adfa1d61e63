"""A connection check names the one thing that stands in the way."""

import httpx2
import pytest

from igny8_core.modules.integration.wordpress.check import check_connection
from igny8_core.modules.integration.wordpress.tests.fake import Answer, a_client, fault

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
        ([index(), fault(401, "rest_not_logged_in")], True, "wordpress_credentials_refused"),
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
