"""Reviews: asked for, approved, rejected by people; they hold for one version of the text and never change it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.system.models import Notification
from igny8_core.modules.writer.constants import ReviewState
from igny8_core.modules.writer.errors import ArticleVersionStale, ReviewCommentRequired, ReviewStateConflict
from igny8_core.modules.writer.models import Article, ArticleRevision
from igny8_core.modules.writer.selectors import article_review_get
from igny8_core.modules.writer.services import (
    article_approve,
    article_edit,
    article_reject,
    article_review_request,
)
from igny8_core.modules.writer.services.reviews import review_transition
from igny8_core.modules.writer.tests.samples import article_make
from igny8_core.modules.writer.types import ArticleReview
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant, context_of
from igny8_core.testing.isolation import key_client

pytestmark = pytest.mark.django_db

ARTICLES = "/api/v1/writer/articles/"
WHY = "The article scores 54 of 100 and “Blog” asks for 70: it waits for review."


def asked(tenant: Tenant) -> Article:
    article = article_make(tenant)
    with tenant.work():
        return article_review_request(article.pk, reason=WHY)


def review_of(tenant: Tenant, article: Article) -> ArticleReview:
    with tenant.work():
        return article_review_get(article.pk)


def actions(tenant: Tenant) -> list[str]:
    with tenant.work():
        events = AuditEvent.objects.filter(object_type="writer.Article").order_by("id")
        return list(events.values_list("action", flat=True))


@pytest.mark.parametrize("before", ReviewState)
@pytest.mark.parametrize("after", ReviewState)
@pytest.mark.parametrize("is_decided", [True, False])
def test_review_moves_along_its_states_only(
    before: ReviewState, after: ReviewState, is_decided: bool
) -> None:
    article = Article(review_state=before, version=3, reviewed_version=3 if is_decided else 2)
    if after == ReviewState.NONE or (after == ReviewState.PENDING and is_decided):
        with pytest.raises(ReviewStateConflict):
            review_transition(article, after)
        assert (article.review_state, article.review_count) == (before, 0)
        return
    review_transition(article, after)
    assert (article.review_state, article.review_count) == (after, 1)


def test_request_is_kept_once_and_changes_no_text(tenant: Tenant) -> None:
    article = asked(tenant)
    with tenant.work():
        again = article_review_request(article.pk, reason=WHY)
    assert (again.review_state, again.review_reason, again.review_count) == ("pending", WHY, 1)
    assert (again.version, again.updated_at) == (article.version, article.updated_at)
    assert review_of(tenant, article) == ArticleReview(
        article_id=article.pk,
        version=1,
        state="pending",
        reason=WHY,
        comment="",
        reviewed_version=None,
        reviewed_at=None,
        reviewed_by_id=None,
    )
    assert actions(tenant) == ["article.review_requested"]
    with tenant.work():
        assert ArticleRevision.objects.count() == 1
        (told,) = Notification.objects.all()
    assert (told.kind, told.text) == ("article_held", f"“{article.title}” waits for a review: {WHY}")
    assert (told.site_id, told.lowest_role, told.target_id) == (article.site_id, "editor", str(article.pk))


def test_request_with_another_reason_says_the_newer_one(tenant: Tenant) -> None:
    article = asked(tenant)
    with tenant.work():
        article_review_request(article.pk, reason="Another destination asks for 90.")
    assert review_of(tenant, article).reason == "Another destination asks for 90."


def test_approval_names_its_person_and_its_version(tenant: Tenant) -> None:
    article = asked(tenant)
    with tenant_transaction(context_of(tenant.member)):
        approved = article_approve(article.pk, version=1, comment=" Fine. ")
        article_approve(article.pk, version=1, comment="Fine.")
    assert approved.version == 1
    found = review_of(tenant, article)
    assert (found.state, found.comment, found.reason) == ("approved", "Fine.", WHY)
    assert (found.reviewed_version, found.reviewed_by_id) == (1, tenant.member.pk)
    assert found.reviewed_at is not None
    assert (found.is_decided, found.is_approved, found.is_rejected) == (True, True, False)
    assert actions(tenant) == ["article.review_requested", "article.approved"]


def test_approval_holds_for_the_version_that_was_read(tenant: Tenant) -> None:
    article = asked(tenant)
    with tenant.work():
        article_edit(article.pk, title="Changed meanwhile")
        with pytest.raises(ArticleVersionStale):
            article_approve(article.pk, version=1)
        assert article_review_get(article.pk).state == "pending"
        article_approve(article.pk, version=2)
        article_edit(article.pk, title="Changed afterwards")
        found = article_review_get(article.pk)
        assert (found.state, found.reviewed_version, found.version) == ("approved", 2, 3)
        assert (found.is_decided, found.is_approved) == (False, False)


@pytest.mark.parametrize(
    "decide",
    [
        lambda article: article_approve(article.pk, version=1),
        lambda article: article_reject(article.pk, comment="Too thin."),
    ],
)
def test_decision_stands_until_the_text_changes(tenant: Tenant, decide: Callable[[Article], Article]) -> None:
    article = article_make(tenant)
    with tenant.work():
        decided = decide(article)
        same = article_review_request(article.pk, reason=WHY)
        assert (same.review_state, same.review_count) == (decided.review_state, 1)
        article_edit(article.pk, title="Changed")
        changed = article_review_request(article.pk, reason=WHY)
        assert (changed.review_state, changed.review_comment) == ("pending", "")
        assert (changed.reviewed_version, changed.reviewed_at, changed.reviewed_by_id) == (None, None, None)


def test_rejection_needs_a_comment(tenant: Tenant) -> None:
    article = asked(tenant)
    with tenant.work():
        for comment in ("", "  "):
            with pytest.raises(ReviewCommentRequired):
                article_reject(article.pk, comment=comment)
        assert article_review_get(article.pk).state == "pending"
        article_reject(article.pk, comment="The second section repeats the first.")
        found = article_review_get(article.pk)
    assert (found.state, found.is_rejected, found.is_approved) == ("rejected", True, False)
    assert found.comment == "The second section repeats the first."


def test_staff_decide_without_becoming_the_accounts_people(tenant: Tenant, stranger: Tenant) -> None:
    article = asked(tenant)
    context = context_of(tenant.owner)
    as_staff = type(context)(context.account_id, context.site_ids, stranger.owner.pk, context.request_id)
    with tenant_transaction(as_staff):
        article_approve(article.pk, version=1)
    assert review_of(tenant, article).reviewed_by_id is None
    with tenant.work():
        assert AuditEvent.objects.get(action="article.approved").actor_id == stranger.owner.pk


def test_foreign_and_missing_articles_are_not_found(tenant: Tenant, stranger: Tenant) -> None:
    theirs = article_make(stranger)
    with tenant.work():
        for article_id in (theirs.pk, uuid4()):
            for work in (
                lambda found: article_approve(found, version=1),
                lambda found: article_reject(found, comment="No."),
                lambda found: article_review_request(found, reason=WHY),
                article_review_get,
            ):
                with pytest.raises(NotFound):
                    work(article_id)
    assert review_of(stranger, theirs).state == "none"


def test_api_asks_approves_and_rejects(tenant: Tenant) -> None:
    article, client = article_make(tenant), client_of(tenant.member)
    path = f"{ARTICLES}{article.pk}/"
    response = client.post(f"{path}request-review/", {"reason": WHY})
    assert (response.status_code, response["ETag"]) == (200, '"1.1"')
    assert response.json()["data"]["review_state"] == "pending"
    assert [row["id"] for row in client.get(f"{ARTICLES}?review_state=pending").json()["results"]] == [
        str(article.pk)
    ]
    approved = client.post(f"{path}approve/", {"version": 1, "comment": "Good."}).json()["data"]
    assert (approved["review_state"], approved["reviewed_version"]) == ("approved", 1)
    assert (approved["reviewed_by"], approved["version"]) == (str(tenant.member.pk), 1)
    rejected = client.post(f"{path}reject/", {"comment": "No."}).json()["data"]
    assert (rejected["review_state"], rejected["review_comment"]) == ("rejected", "No.")
    assert client.get(f"{ARTICLES}?review_state=pending").json()["results"] == []
    assert client.get(f"{ARTICLES}?review_state=maybe").status_code == 400


def test_api_shows_a_review_to_who_has_the_text(tenant: Tenant) -> None:
    article, client = article_make(tenant), client_of(tenant.member)
    path = f"{ARTICLES}{article.pk}/"
    client.post(f"{path}approve/", {"version": 1})
    assert client.get(path, HTTP_IF_NONE_MATCH='"1"').json()["data"]["review_state"] == "approved"
    assert client.get(path, HTTP_IF_NONE_MATCH='"1.1"').status_code == 304
    stale = client.patch(path, {"title": "Mine"}, HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")


@pytest.mark.parametrize(
    ("action", "body", "status", "code"),
    [
        ("approve", {}, 400, "validation_error"),
        ("approve", {"version": 0}, 400, "validation_error"),
        ("approve", {"version": 2}, 412, "article_version_stale"),
        ("reject", {}, 400, "validation_error"),
        ("reject", {"comment": " "}, 400, "validation_error"),
        ("request-review", {}, 400, "validation_error"),
        ("request-review", {"reason": WHY, "state": "approved"}, 400, "validation_error"),
    ],
)
def test_api_refuses_a_bad_decision(
    tenant: Tenant, action: str, body: dict[str, Any], status: int, code: str
) -> None:
    article = article_make(tenant)
    response = client_of(tenant.owner).post(f"{ARTICLES}{article.pk}/{action}/", body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert review_of(tenant, article).state == "none"


def test_api_denies_without_effect(tenant: Tenant, stranger: Tenant) -> None:
    article = article_make(tenant)
    bodies: dict[str, dict[str, Any]] = {
        "approve": {"version": 1},
        "reject": {"comment": "No."},
        "request-review": {"reason": WHY},
    }
    for action, body in bodies.items():
        path = f"{ARTICLES}{article.pk}/{action}/"
        assert client_of(tenant.viewer).post(path, body).status_code == 403
        assert client_of(None).post(path, body).status_code == 401
        foreign = client_of(stranger.owner).post(path, body)
        missing = client_of(stranger.owner).post(f"{ARTICLES}{uuid4()}/{action}/", body)
        assert foreign.status_code == 404
        assert without_request_id(foreign) == without_request_id(missing)
    assert review_of(tenant, article).state == "none"
    assert actions(tenant) == []


def test_key_asks_for_a_review_and_decides_none(tenant: Tenant) -> None:
    article, client = article_make(tenant), key_client(tenant.owner)
    path = f"{ARTICLES}{article.pk}/"
    for action, body in (("approve", {"version": 1}), ("reject", {"comment": "No."})):
        response = client.post(f"{path}{action}/", body)
        assert (response.status_code, response.json()["code"]) == (403, "people_only")
    assert review_of(tenant, article).state == "none"
    assert client.post(f"{path}request-review/", {"reason": WHY}).status_code == 200
