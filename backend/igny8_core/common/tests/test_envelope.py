"""Proves the exact shape of every JSON answer; it never builds a response."""

from igny8_core.common.envelope import failure, success


def test_success_leaves_out_an_absent_message() -> None:
    assert success([1], request_id="r1") == {"success": True, "data": [1], "request_id": "r1"}


def test_success_carries_its_message_before_the_request_id() -> None:
    body = success(None, request_id=None, message="Saved.")
    assert list(body.items()) == [
        ("success", True),
        ("data", None),
        ("message", "Saved."),
        ("request_id", None),
    ]


def test_failure_carries_sentence_and_stable_code() -> None:
    assert failure("Not found.", code="not_found", request_id="r2") == {
        "success": False,
        "error": "Not found.",
        "code": "not_found",
        "request_id": "r2",
    }


def test_failure_copies_field_complaints_into_lists() -> None:
    complaints = ("Too long.", "No.")
    body = failure("Invalid.", code="invalid", request_id="r3", errors={"title": complaints})
    assert body["errors"] == {"title": ["Too long.", "No."]}


def test_failure_leaves_out_empty_errors() -> None:
    assert "errors" not in failure("Invalid.", code="invalid", request_id="r4", errors={})
