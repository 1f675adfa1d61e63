"""Reads of tasks and articles for other rooms, as frozen dataclasses; it must never write."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.billing.selectors import estimate_get
from igny8_core.modules.billing.types import Estimate
from igny8_core.modules.planner.selectors import idea_brief_get, idea_briefs
from igny8_core.modules.writer.constants import OPEN_STATES, SECTION_OPERATION, ReviewState, TaskState
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask
from igny8_core.modules.writer.types import (
    ArticleDocument,
    ArticleReview,
    RevisionRow,
    RevisionText,
    TaskQuery,
    TaskRow,
    WriterCounts,
)
from igny8_core.tenancy.pages import page_read


def article_document_get(article_id: UUID) -> ArticleDocument:
    """An article as it is scored and published; raises NotFound."""
    article = Article.objects.filter(pk=article_id).first()
    if article is None:
        raise NotFound
    return _document(article)


def article_documents(article_ids: Collection[UUID]) -> list[ArticleDocument]:
    """Those of the articles that the caller has, by id."""
    return [_document(row) for row in Article.objects.filter(pk__in=article_ids).order_by("pk")]


def article_revision_html(article_id: UUID, number: int) -> str | None:
    """The HTML of one version of an article, if there is such a version."""
    rows = ArticleRevision.objects.filter(article_id=article_id, number=number)
    return rows.values_list("html", flat=True).first()


def _document(article: Article) -> ArticleDocument:
    return ArticleDocument(
        article_id=article.pk,
        site_id=article.site_id,
        idea_id=article.idea_id,
        title=article.title,
        slug=article.slug,
        html=article.html,
        excerpt=article.excerpt,
        meta_description=article.meta_description,
        head_keyword=article.head_keyword,
        secondary_keywords=tuple(article.secondary_keywords),
        category=article.category,
        tags=tuple(article.tags),
        language=article.language,
        word_count=article.word_count,
        author_name="",
        version=article.version,
        created_at=article.created_at,
        updated_at=article.updated_at,
    )


def writer_counts(site_id: UUID) -> WriterCounts:
    """How many tasks and articles a site has; a failed task whose idea got another one counts no more."""
    tasks = _tasks(site_id).aggregate(
        open=Count("id", filter=Q(state__in=OPEN_STATES)),
        failed=Count("id", filter=Q(state=TaskState.FAILED, is_replaced=False)),
    )
    articles = Article.objects.filter(site_id=site_id).aggregate(
        all=Count("id"), in_review=Count("id", filter=Q(review_state=ReviewState.PENDING))
    )
    return WriterCounts(
        tasks_open=tasks["open"],
        tasks_failed=tasks["failed"],
        articles=articles["all"],
        in_review=articles["in_review"],
    )


def article_review_get(article_id: UUID) -> ArticleReview:
    """What was said of an article; raises NotFound."""
    article = Article.objects.filter(pk=article_id).first()
    if article is None:
        raise NotFound
    return ArticleReview(
        article_id=article.pk,
        version=article.version,
        state=article.review_state,
        reason=article.review_reason,
        comment=article.review_comment,
        reviewed_version=article.reviewed_version,
        reviewed_at=article.reviewed_at,
        reviewed_by_id=article.reviewed_by_id,
    )


def article_versions(site_id: UUID) -> list[tuple[UUID, int]]:
    """A site's articles with their versions, oldest first."""
    return list(Article.objects.filter(site_id=site_id).order_by("id").values_list("pk", "version"))


def head_keyword_uses(site_id: UUID, head_keyword: str, *, article_id: UUID | None = None) -> int:
    """How many articles of a site but `article_id` are meant to be found for a keyword, whatever its case."""
    wanted = " ".join(head_keyword.split())
    if not wanted:
        return 0
    rows = Article.objects.filter(site_id=site_id, head_keyword__iexact=wanted)
    return (rows if article_id is None else rows.exclude(pk=article_id)).count()


def article_estimate(idea_id: UUID) -> Estimate:
    """What writing an idea would cost, section by section as it is charged, beside what is free; raises NotFound."""
    outline = idea_brief_get(idea_id).outline
    return estimate_get((SECTION_OPERATION, section.target_words) for section in outline)


def task_list(query: TaskQuery, *, number: int = 1) -> Page[TaskRow]:
    """A page of a site's tasks, newest first, each with its article; three queries however many there are."""
    rows = _tasks(query.site_id)
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.search:
        rows = rows.filter(Q(title__icontains=query.search) | Q(head_keyword__icontains=query.search))
    if query.review_state is not None:
        reviewed = Article.objects.filter(site_id=query.site_id, review_state=query.review_state)
        rows = rows.filter(pk__in=reviewed.values("task_id"))
    page = page_read(rows.order_by("-id"), _same, number=number)
    written = Article.objects.filter(task_id__in=[row.pk for row in page.rows]).defer("html")
    articles = {article.task_id: article for article in written}
    shown = tuple(_task_row(row, articles.get(row.pk)) for row in page.rows)
    return Page(shown, total=page.total, number=page.number, size=page.size)


def tasks_estimate(task_ids: Collection[UUID]) -> Estimate:
    """What writing some tasks would cost together, beside what is free; raises NotFound."""
    ideas = list(WritingTask.objects.filter(pk__in=task_ids).values_list("idea_id", flat=True))
    if len(ideas) < len(set(task_ids)):
        raise NotFound
    sections = (section for brief in idea_briefs(ideas) for section in brief.outline)
    return estimate_get((SECTION_OPERATION, section.target_words) for section in sections)


def revision_list(article_id: UUID, *, number: int = 1) -> Page[RevisionRow]:
    """A page of an article's versions, newest first, without their texts."""
    rows = ArticleRevision.objects.filter(article_id=article_id).order_by("-number")
    columns = ("number", "source", "actor_id", "title", "created_at")
    return page_read(rows.values_list(*columns), lambda values: RevisionRow(*values), number=number)


def revision_texts(article_id: UUID, numbers: Collection[int]) -> dict[int, RevisionText]:
    """What versions of an article say, by their numbers; what is missing is left out."""
    rows = ArticleRevision.objects.filter(article_id=article_id, number__in=numbers)
    columns = ("number", "title", "slug", "html", "excerpt", "meta_description")
    return {values[0]: RevisionText(*values) for values in rows.values_list(*columns)}


def _tasks(site_id: UUID) -> QuerySet[WritingTask]:
    """A site's tasks; one that failed is replaced by another task of its idea that did not."""
    others = WritingTask.objects.filter(site_id=site_id, idea_id=OuterRef("idea_id"))
    return WritingTask.objects.filter(site_id=site_id).annotate(
        is_replaced=Exists(others.exclude(state=TaskState.FAILED))
    )


def _same(task: WritingTask) -> WritingTask:
    return task


def _task_row(task: WritingTask, article: Article | None) -> TaskRow:
    is_replaced: bool = task.is_replaced  # type: ignore[attr-defined]  # annotated by _tasks
    return TaskRow(
        id=task.pk,
        title=article.title if article else task.title,
        head_keyword=task.head_keyword,
        state=task.state,
        error_message=task.error_message,
        is_replaced=is_replaced and task.state == TaskState.FAILED,
        article_id=article.pk if article else None,
        word_count=article.word_count if article else None,
        credits=article.credits if article else None,
        review_state=article.review_state if article else ReviewState.NONE,
        is_review_current=article is not None and article.reviewed_version == article.version,
        updated_at=max(task.updated_at, article.updated_at) if article else task.updated_at,
    )
