"""What people say of an article before it is published: asked for, approved, rejected; never a change of its text."""

from typing import Any
from uuid import UUID

from django.db import transaction

from igny8_core.auth.models import Role
from igny8_core.auth.selectors import user_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind
from igny8_core.modules.writer.constants import MAX_REVIEW_TEXT, ReviewState
from igny8_core.modules.writer.errors import ArticleVersionStale, ReviewCommentRequired, ReviewStateConflict
from igny8_core.modules.writer.models import Article
from igny8_core.modules.writer.services.articles import article_locked
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import current_context


def review_transition(article: Article, state: ReviewState) -> None:
    """Move an article's review in memory; the caller saves. Raises ReviewStateConflict.

    Nothing becomes `none` again, and a decision on the text as it is now is not taken back by asking for one.
    """
    is_decided = article.reviewed_version == article.version
    if state == ReviewState.NONE or (state == ReviewState.PENDING and is_decided):
        raise ReviewStateConflict(f"A review that is {article.review_state} cannot become {state}.")
    article.review_state = state
    article.review_count += 1


def article_review_request(article_id: UUID, *, reason: str) -> Article:
    """Ask people to review an article, and tell its site's editors why.

    A text that is approved or rejected as it is now stays so. Raises NotFound.
    """
    with transaction.atomic():
        article = article_locked(article_id)
        is_asked = article.review_state == ReviewState.PENDING and article.review_reason == _cut(reason)
        if is_asked or article.reviewed_version == article.version:
            return article
        review_transition(article, ReviewState.PENDING)
        _keep(
            article,
            review_reason=_cut(reason),
            review_comment="",
            reviewed_version=None,
            reviewed_at=None,
            reviewed_by_id=None,
        )
        event = audit_write("article.review_requested", row=article, reason=reason)
        notify(
            NotificationKind.ARTICLE_HELD,
            f"“{article.title}” waits for a review: {article.review_reason}",
            dedupe_key=f"review:{event.pk}",
            site_id=article.site_id,
            lowest_role=Role.EDITOR,
            target_kind="article",
            target_id=article.pk,
        )
    return article


def article_approve(article_id: UUID, *, version: int, comment: str = "") -> Article:
    """Approve one version of an article; once it is edited, the approval speaks of an older text and opens nothing.

    Raises NotFound, and ArticleVersionStale when the article is at another version than the one that was read.
    """
    with transaction.atomic():
        article = article_locked(article_id)
        if article.version != version:
            raise ArticleVersionStale
        return _decide(article, ReviewState.APPROVED, comment=comment)


def article_reject(article_id: UUID, *, comment: str) -> Article:
    """Reject the article as it is now; until it is edited or approved it is published nowhere.

    Raises NotFound and ReviewCommentRequired.
    """
    if not comment.strip():
        raise ReviewCommentRequired
    with transaction.atomic():
        return _decide(article_locked(article_id), ReviewState.REJECTED, comment=comment)


def _decide(article: Article, state: ReviewState, *, comment: str) -> Article:
    comment = _cut(comment)
    before = (article.review_state, article.reviewed_version, article.review_comment)
    if before == (state, article.version, comment):
        return article
    review_transition(article, state)
    _keep(
        article,
        review_comment=comment,
        reviewed_version=article.version,
        reviewed_at=utc_now(),
        reviewed_by_id=_reviewer_id(),
    )
    audit_write(f"article.{state}", row=article, reason=comment, detail={"version": article.reviewed_version})
    return article


def _keep(article: Article, **fields: Any) -> None:
    # An update: a save would count a new version, and the decision would speak of the one before.
    fields |= {"review_state": article.review_state, "review_count": article.review_count}
    Article.objects.filter(pk=article.pk).update(**fields)
    for name, value in fields.items():
        setattr(article, name, value)


def _reviewer_id() -> UUID | None:
    """The member who decides; staff who entered the account are none of its people, the audit trail names them."""
    actor_id = current_context().actor_id
    if actor_id is None:
        return None
    try:
        reviewer_id: UUID = user_get(actor_id).pk
    except NotFound:
        return None
    return reviewer_id


def _cut(text: str) -> str:
    return text.strip()[:MAX_REVIEW_TEXT]
