"""Writes to stored articles: every change keeps a revision; nothing here asks a model."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from igny8_core.common.errors import NotFound
from igny8_core.common.html import TEXT, sanitize, to_text, walk
from igny8_core.common.text import words
from igny8_core.modules.writer.constants import EDITABLE_FIELDS, RevisionSource
from igny8_core.modules.writer.errors import ArticleChanged, ArticleEmpty, ArticleTextChanged
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask
from igny8_core.modules.writer.types import LinksApplied
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import current_context
from igny8_core.tenancy.softdelete import row_delete, row_restore


def article_edit(article_id: UUID, *, expected_version: int | None = None, **fields: Any) -> Article:
    """Change an article's title, slug, HTML, excerpt or meta description as a person, and keep the new version.

    The HTML is sanitised; an edit that changes nothing makes no version. No machine writes over an edited article.
    Raises NotFound, ArticleEmpty, and ArticleChanged when an `expected_version` is given and the article has another.
    """
    if unknown := sorted(set(fields) - set(EDITABLE_FIELDS)):
        raise TypeError(f"article_edit() cannot change {', '.join(unknown)}.")
    with transaction.atomic():
        article = article_locked(article_id)
        if expected_version not in (None, article.version):
            raise ArticleChanged
        if "html" in fields:
            fields["html"] = sanitize(fields["html"])
        if all(getattr(article, name) == value for name, value in fields.items()):
            return article
        for name, value in fields.items():
            setattr(article, name, value)
        article.word_count = len(words(to_text(article.html)))
        if not article.word_count:
            raise ArticleEmpty
        article.is_human_edited = True
        article.save()
        revision = revision_add(article, source=RevisionSource.HUMAN)
        audit_write("article.edited", row=article, detail={"revision": revision.number})
    return article


def article_revision_restore(article_id: UUID, *, number: int) -> Article:
    """Make an earlier revision the article's text again, as a new revision. Raises NotFound."""
    with transaction.atomic():
        article = article_locked(article_id)
        revision = ArticleRevision.objects.filter(article=article, number=number).first()
        if revision is None:
            raise NotFound
        return article_edit(article_id, **{name: getattr(revision, name) for name in EDITABLE_FIELDS})


def article_links_apply(article_id: UUID, *, expected_version: int, html: str) -> LinksApplied:
    """Store the article's HTML with other links in it, byte for byte, as a revision of source `links`.

    The text must stay as it is, and all markup but the links; an edited article stays a person's. The text from before
    is kept as a revision, too. Raises NotFound, ArticleChanged when the article's version is not `expected_version`,
    and ArticleTextChanged.
    """
    with transaction.atomic():
        article = article_locked(article_id)
        if article.version != expected_version:
            raise ArticleChanged
        if _without_links(html) != _without_links(article.html):
            raise ArticleTextChanged
        last = ArticleRevision.objects.filter(article=article).order_by("-number").first()
        if last is None or last.html != article.html:
            source = RevisionSource.HUMAN if article.is_human_edited else RevisionSource.MACHINE
            last = revision_add(article, source=source)
        article.html = html
        article.save()
        revision = revision_add(article, source=RevisionSource.LINKS)
        audit_write("article.links_changed", row=article, detail={"revision": revision.number})
    return LinksApplied(before=last.number, after=revision.number)


def article_delete(article: Article) -> None:
    """Delete an article softly, together with its task, so that its head keyword may be written for again.

    Restoring the article brings both back.
    """
    with transaction.atomic():
        row_delete(article.task)
        audit_write("article.deleted", row=article)


def article_remove(article_id: UUID) -> None:
    """Delete the article with this id; raises NotFound."""
    with transaction.atomic():
        article_delete(article_locked(article_id))


def article_recover(article_id: UUID) -> Article:
    """Bring back the deleted article with this id; raises as `article_restore` does."""
    with transaction.atomic():
        return article_restore(Article, article_id)


def article_restore(model: type[Article], article_id: UUID) -> Article:
    """Bring back a deleted article with its task and its versions.

    Raises NotFound, DeletedWithParent and DeletedRowCollision (the head keyword was written for again).
    """
    article = model.deleted.filter(pk=article_id).first()
    if article is None:
        raise NotFound
    # Deleting it deleted the task, which owns it: the task is what can be restored.
    row_restore(WritingTask, article.task_id)
    return model.objects.get(pk=article_id)


def revision_add(article: Article, *, source: RevisionSource) -> ArticleRevision:
    """Keep the article as it is now as its next revision; call it in the transaction that locked and changed it."""
    last = ArticleRevision.objects.filter(article=article).aggregate(last=Max("number", default=0))["last"]
    return ArticleRevision.objects.create(
        site_id=article.site_id,
        article=article,
        number=last + 1,
        source=source,
        actor_id=current_context().actor_id,
        **{name: getattr(article, name) for name in EDITABLE_FIELDS},
    )


def _without_links(html: str) -> list[str]:
    """What a reader sees and the elements around it, but for the links."""
    seen: list[str] = []
    for tag, node, is_start in walk(html):
        if tag == TEXT:
            text = node.text_content or ""
            if seen and seen[-1].startswith(TEXT):
                seen[-1] += text
            else:
                seen.append(TEXT + text)
        elif tag != "a":
            seen.append(f"{'<' if is_start else '</'}{tag} {node.attributes}")
    return seen


def article_locked(article_id: UUID) -> Article:
    """The article's row, locked, while keys that point at it pass; raises NotFound."""
    article = Article.objects.select_for_update(no_key=True).filter(pk=article_id).first()
    if article is None:
        raise NotFound
    return article
