"""Writes an article section by section; credits are charged only in the transaction that stores the whole article."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from igny8_core.ai import ModelConfig, TextRequest, TextResult, generate_text
from igny8_core.ai.config import model_config_default
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.billing import services as billing
from igny8_core.modules.planner.selectors import idea_brief_get
from igny8_core.modules.planner.types import IdeaBrief
from igny8_core.modules.system.selectors import brand_profile_get, prompt_get
from igny8_core.modules.writer.constants import MAX_DRAFTS, MAX_TAGS, RevisionSource, TaskState
from igny8_core.modules.writer.drafting import (
    ArticleDraft,
    DraftBrief,
    DraftPrompts,
    OutlineSection,
    SectionDraft,
    article_assemble,
    section_write,
)
from igny8_core.modules.writer.errors import ArticleUnfit
from igny8_core.modules.writer.models import Article, ArticleSection, WritingTask
from igny8_core.modules.writer.services.articles import revision_add
from igny8_core.modules.writer.services.branding import branded
from igny8_core.modules.writer.services.sections import (
    holds_release,
    section_draft,
    section_reserve,
    section_store,
    sections_written,
)
from igny8_core.modules.writer.services.tasks import (
    claim_clear,
    claim_renew,
    task_claim,
    task_claimed,
    task_leave,
    task_transition,
)
from igny8_core.modules.writer.types import Checkpoint, Progress
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.queue import job_charge

# Far enough apart that no two requests of an article share a seed.
DRAFT_SEED_STEP = 1_000_000
SECTION_SEED_STEP = 10_000
PROMPT_ROLES = ("system", "paragraph", "rewrite")
REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Work:
    """What one call of `article_write` works with; `task` carries the claim that every write must still find."""

    task: WritingTask
    idea: IdeaBrief
    brief: DraftBrief
    prompts: DraftPrompts
    prompt_versions: dict[str, str]
    config: ModelConfig
    job_id: UUID | None
    progress: Progress
    checkpoint: Checkpoint
    draft_number: int

    def generate(self, request: TextRequest) -> TextResult:
        """Ask the model, unless the job must stop or another writer has the task by now."""
        self.checkpoint()
        with tenant_transaction():
            claim_renew(self.task)
        return generate_text(request, model_config=self.config)


def article_write(
    task_id: UUID, *, job_id: UUID | None, progress: Progress, checkpoint: Checkpoint
) -> Article:
    """Write a task's article, or give the one it became; call it with no transaction open.

    Written sections are kept, so that a call after a crash or an error buys nothing twice. Credits are set aside before
    each section's model calls and captured only in the transaction that stores the article; whatever goes wrong gives
    them back. A final error fails the task (ArticleUnfit, PromptPlaceholderUnknown, a ModelError that is not
    retryable, NotFound for a deleted idea); after a retryable ModelError, InsufficientCredits and whatever
    `checkpoint` raises the task is queued again. Also raises NotFound, TaskBusy, and TaskStateConflict for a failed
    task.
    """
    with tenant_transaction():
        task = task_claim(task_id, job_id=job_id)
        if task.state == TaskState.DONE:
            return _article_of(task)
    failure: DomainError | None = None
    try:
        return _written(_work(task, job_id=job_id, progress=progress, checkpoint=checkpoint))
    except DomainError as error:
        failure = error
        raise
    finally:
        with tenant_transaction():
            task_leave(task, failure)


def _article_of(task: WritingTask) -> Article:
    article = Article.objects.filter(task=task).first()
    if article is None:
        raise NotFound
    return article


def _work(task: WritingTask, *, job_id: UUID | None, progress: Progress, checkpoint: Checkpoint) -> _Work:
    with tenant_transaction():
        idea = idea_brief_get(task.idea_id)
        prompts = {role: prompt_get(f"writer_{role}", site_id=task.site_id) for role in PROMPT_ROLES}
        profile = brand_profile_get(task.site_id)
    versions = {prompt.key: prompt.version for prompt in prompts.values()}
    if profile.version:
        versions["brand_profile"] = str(profile.version)
    return _Work(
        task=task,
        idea=idea,
        brief=branded(_draft_brief(idea), profile),
        prompts=DraftPrompts(**{role: prompt.text for role, prompt in prompts.items()}),
        prompt_versions=versions,
        config=model_config_default(),
        job_id=job_id,
        progress=progress,
        checkpoint=checkpoint,
        draft_number=task.draft_number,
    )


def _draft_brief(idea: IdeaBrief) -> DraftBrief:
    return DraftBrief(
        title=idea.title,
        head_keyword=idea.head_keyword,
        sections=tuple(
            OutlineSection(heading=part.heading, points=part.points, target_words=part.target_words)
            for part in idea.outline
        ),
        target_word_count=idea.target_word_count,
        secondary_keywords=idea.secondary_keywords,
        search_intent=idea.search_intent,
        audience=idea.audience,
        language=idea.language,
    )


def _written(work: _Work) -> Article:
    """The stored article, from the first draft or, when that is unfit, from the last; raises ArticleUnfit."""
    while True:
        draft = _draft(work)
        if not draft.problems:
            return _keep(work, draft)
        if work.draft_number >= MAX_DRAFTS:
            raise ArticleUnfit(" ".join(problem.sentence for problem in draft.problems[:REASONS_SHOWN]))
        work = _next_draft(work)


def _draft(work: _Work) -> ArticleDraft:
    outline = work.brief.sections
    sections = _taken_up(work)
    for position in range(len(sections), len(outline)):
        work.progress(position, len(outline), f"Writing: {outline[position].heading}")
        sections.append(_section(work, position=position, written=sections))
    work.progress(len(outline), len(outline), "Checking the article")
    return article_assemble(work.brief, sections=sections)


def _taken_up(work: _Work) -> list[SectionDraft]:
    """The sections that an earlier call has written; they must be affordable before more is asked of the model."""
    with tenant_transaction():
        task = task_claimed(work.task)
        rows = sections_written(task, draft_number=work.draft_number, outline=work.brief.sections)
        for row in rows:
            _reserve(work, task, position=row.position)
    return [section_draft(row) for row in rows]


def _reserve(work: _Work, task: WritingTask, *, position: int) -> ArticleSection:
    return section_reserve(
        task,
        draft_number=work.draft_number,
        position=position,
        section=work.brief.sections[position],
        job_id=work.job_id,
    )


def _section(work: _Work, *, position: int, written: Sequence[SectionDraft]) -> SectionDraft:
    with tenant_transaction():
        row = _reserve(work, task_claimed(work.task), position=position)
    draft = section_write(
        work.brief,
        section=work.brief.sections[position],
        written=written,
        prompts=work.prompts,
        generate=work.generate,
        seed=work.draft_number * DRAFT_SEED_STEP + position * SECTION_SEED_STEP,
    )
    with tenant_transaction():
        task_claimed(work.task)
        section_store(row, draft)
    return draft


def _next_draft(work: _Work) -> _Work:
    """An unfit draft costs nothing; the next one starts from the first section."""
    with tenant_transaction():
        task = task_claimed(work.task)
        task.draft_number = work.draft_number + 1
        task.save()
        holds_release(task, reason="the draft was unfit")
    return replace(work, draft_number=task.draft_number)


def _keep(work: _Work, draft: ArticleDraft) -> Article:
    """Store the article, end the task and charge the sections: all of it or nothing."""
    with tenant_transaction():
        task = task_claimed(work.task)
        rows = sections_written(task, draft_number=work.draft_number, outline=work.brief.sections)
        article = Article(**_article_fields(work, draft), credits=sum(row.credits for row in rows))
        article.slug = draft.slug or f"article-{article.pk.hex[-12:]}"
        article.save()
        revision_add(article, source=RevisionSource.MACHINE)
        task_transition(task, TaskState.DONE)
        claim_clear(task)
        task.save()
        _charge(work, task, rows)
    return article


def _article_fields(work: _Work, draft: ArticleDraft) -> dict[str, object]:
    return {
        "site_id": work.task.site_id,
        "sector_id": work.task.sector_id,
        "task": work.task,
        "idea_id": work.task.idea_id,
        "title": draft.title,
        "html": draft.html,
        "excerpt": draft.excerpt,
        "meta_description": draft.meta_description,
        "head_keyword": work.brief.head_keyword,
        "secondary_keywords": list(work.brief.secondary_keywords),
        "category": work.idea.cluster_name,
        "tags": list(work.brief.secondary_keywords[:MAX_TAGS]),
        "language": work.brief.language,
        "word_count": draft.word_count,
        "model": work.config.model,
        "prompt_versions": work.prompt_versions,
    }


def _charge(work: _Work, task: WritingTask, rows: Sequence[ArticleSection]) -> None:
    for row in rows:
        hold_id = _reserve(work, task, position=row.position).hold_id  # a hold that ran out is made anew
        assert hold_id is not None  # noqa: S101 - reserving sets it
        billing.credits_capture(hold_id, amount=row.credits)
    holds_release(task, reason="the outline changed", kept=rows)
    if work.job_id is not None:
        charged = sum(row.credits for row in rows)
        job_charge(work.job_id, held=charged, charged=charged)
