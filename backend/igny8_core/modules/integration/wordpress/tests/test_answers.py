"""Every observed answer of a WordPress site becomes its own error."""

from datetime import UTC, datetime

import httpx2
import pytest

from igny8_core.modules.integration.wordpress import errors
from igny8_core.modules.integration.wordpress.answers import find_json, retry_after
from igny8_core.modules.integration.wordpress.tests.fake import PASSWORD, Answer, a_client, a_post, fault

HTML = "<html><body><h1>Something</h1></body></html>"


def html(status: int, **headers: str) -> Answer:
    return httpx2.Response(
        status, html=HTML, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


# answer of the site, error of a read, is it retryable, may a write have been carried out
TABLE = [
    (fault(401, "rest_not_logged_in"), errors.CredentialsRefused, False, False),
    (fault(401, "rest_cannot_create"), errors.CredentialsRefused, False, False),
    (fault(401, "incorrect_password"), errors.PasswordRefused, False, False),
    (fault(401, "invalid_username"), errors.UsernameUnknown, False, False),
    (html(401, www_authenticate="Basic"), errors.CredentialsRefused, False, False),
    (fault(403, "rest_cannot_create"), errors.RoleTooLow, False, False),
    (fault(403, "rest_cannot_publish"), errors.RoleTooLow, False, False),
    (fault(403, "rest_forbidden_context"), errors.RoleTooLow, False, False),
    (fault(403, "incorrect_password"), errors.PasswordRefused, False, False),
    (fault(403, "itsec_rest_api_access_restricted"), errors.AccessBlocked, False, False),
    (html(403), errors.AccessBlocked, False, False),
    (fault(400, "rest_invalid_param"), errors.RequestRejected, False, False),
    (fault(400, "rest_invalid_json"), errors.RequestRejected, False, False),
    (fault(400, "empty_content"), errors.RequestRejected, False, False),
    (fault(400, "rest_upload_no_content_disposition"), errors.RequestRejected, False, False),
    (fault(400, "term_exists", term_id=9), errors.TermExists, False, False),
    (fault(404, "rest_no_route"), errors.RouteMissing, False, False),
    (fault(404, "rest_post_invalid_id"), errors.PostMissing, False, False),
    (fault(404, "rest_term_invalid"), errors.RequestRejected, False, False),
    (html(404), errors.WordPressNotFound, False, False),
    (fault(410, "rest_already_trashed"), errors.PostMissing, False, False),
    (html(413), errors.RequestTooLarge, False, False),
    (html(429, retry_after="7"), errors.RateLimited, True, False),
    (fault(501, "rest_trash_not_supported"), errors.RequestRejected, False, False),
    (fault(500, "rest_upload_sideload_error"), errors.RequestRejected, False, False),
    (fault(500, "rest_upload_unknown_error"), errors.RequestRejected, False, False),
    (fault(500, "internal_server_error"), errors.ServerFailed, True, True),
    (html(500), errors.ServerFailed, True, True),
    (html(502), errors.ServerFailed, True, True),
    (html(503), errors.ServerFailed, True, True),
    (html(503, retry_after="600"), errors.SiteInMaintenance, True, False),
    (fault(503, "wp_die"), errors.SiteInMaintenance, True, False),
    (html(504), errors.ServerFailed, True, True),
    (html(200), errors.AnswerGarbled, False, True),
    (httpx2.Response(200, content=b""), errors.AnswerGarbled, False, True),
    (httpx2.Response(200, content=b'{"id": 7, "sta'), errors.AnswerGarbled, False, True),
    (httpx2.Response(200, json={"status": "draft"}), errors.AnswerGarbled, False, True),
    (httpx2.Response(200, content=b'{"id": 1e999, "status": "draft"}'), errors.AnswerGarbled, False, True),
    (httpx2.Response(200, content=b"[" * 100_000), errors.AnswerGarbled, False, True),
    (httpx2.Response(200, content=b"\xff\xfe{}"), errors.AnswerGarbled, False, True),
]


def copied(answer: Answer) -> Answer:
    assert isinstance(answer, httpx2.Response)
    return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.mark.parametrize(("answer", "expected", "is_retryable", "is_unknown"), TABLE)
def test_answer_becomes_its_error(
    answer: Answer, expected: type[errors.WordPressError], is_retryable: bool, is_unknown: bool
) -> None:
    reader, _ = a_client(copied(answer))
    with pytest.raises(errors.WordPressError) as on_read:
        reader.get_post(7)
    writer, asked = a_client(copied(answer))
    with pytest.raises(errors.WordPressError) as on_write:
        writer.create_draft(a_post())
    assert (type(on_read.value), type(on_write.value)) == (expected, expected)
    assert (on_read.value.is_retryable, on_write.value.is_retryable) == (is_retryable, is_retryable)
    assert (on_read.value.outcome_unknown, on_write.value.outcome_unknown) == (False, is_unknown)
    assert asked.lines == ["POST /wp-json/wp/v2/posts"]  # a write is never repeated


def test_every_error_has_its_own_code() -> None:
    named = [found for found in vars(errors).values() if isinstance(found, type)]
    classes = [found for found in named if issubclass(found, errors.WordPressError)]
    assert len(classes) == 23
    assert len({found.code for found in classes}) == len(classes)


def test_message_keeps_what_wordpress_says_without_markup() -> None:
    client, _ = a_client(
        fault(
            401, "incorrect_password", "<strong>Error:</strong> wrong for <b>anna</b>. <a href='#'>Lost?</a>"
        )
    )
    with pytest.raises(errors.PasswordRefused) as refused:
        client.me()
    assert refused.value.remote_code == "incorrect_password"
    assert refused.value.remote_message == "Error: wrong for anna. Lost?"
    assert refused.value.message == (
        "WordPress knows the user but refuses the application password. "
        "WordPress says: Error: wrong for anna. Lost? (incorrect_password)"
    )


@pytest.mark.parametrize("echo", [PASSWORD, PASSWORD.replace(" ", ""), "YW5uYTphYmNkIEVGR0ggaWprbCBNTk9Q"])
def test_message_never_holds_the_password(echo: str) -> None:
    client, _ = a_client(fault(400, "odd", f"you sent {echo}", params={"x": f"not {echo}"}))
    with pytest.raises(errors.RequestRejected) as refused:
        client.me()
    assert refused.value.remote_message == "you sent [hidden]"
    assert refused.value.fields == {"x": ["not [hidden]"]}
    assert PASSWORD not in repr(client)


def test_bad_parameters_become_fields() -> None:
    answer = fault(400, "rest_invalid_param", params={"status": "status is not one of <b>publish</b>."})
    client, _ = a_client(answer, fault(400, "rest_missing_callback_param", params=["name"]))
    with pytest.raises(errors.RequestRejected) as invalid:
        client.me()
    with pytest.raises(errors.RequestRejected) as missing:
        client.me()
    assert invalid.value.fields == {"status": ["status is not one of publish."]}
    assert missing.value.fields == {"name": ["Missing."]}


def test_role_is_recognised_inside_a_bad_parameter() -> None:
    details = {"status": {"code": "rest_forbidden_status", "message": "Status is forbidden."}}
    client, _ = a_client(
        fault(400, "rest_invalid_param", params={"status": "Status is forbidden."}, details=details)
    )
    with pytest.raises(errors.RoleTooLow):
        client.find_posts(slug="x")


@pytest.mark.parametrize(
    ("body", "expected", "found"),
    [
        (b'{"id": 1}', dict, {"id": 1}),
        (b'\xef\xbb\xbf{"id": 1}', dict, {"id": 1}),
        (b'<b>Warning</b>: Undefined {key} in x.php on line 3<br />\n{"id": 1}', dict, {"id": 1}),
        (b'<b>Warning</b>: {} [] {"a": 1}<br />\n{"id": 1, "slug": "x"}', dict, {"id": 1, "slug": "x"}),
        (b'Notice: Array [0] => [] \n<br />[{"id": 1}]', list, [{"id": 1}]),
        (b'{"id": 1}\n<br /><b>Deprecated</b>: late', dict, {"id": 1}),
        (b"<b>Warning</b><br />[]", list, []),
        (b'[{"id": 1}]', dict, None),
        (b'{"posts": [{"id": 1}]}', list, None),
        (b"[1, 2]", list, None),
        (b'<p>Warning</p>{"id": 1', dict, None),
        (b"null", dict, None),
    ],
)
def test_json_is_found_among_php_warnings(body: bytes, expected: type, found: object) -> None:
    assert find_json(body, expected=expected) == found


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7),
        (" 600 ", 600),
        ("999999999999", 86400),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_as_number_or_date(header: str | None, seconds: int | None) -> None:
    assert retry_after(header, now=datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) == seconds
