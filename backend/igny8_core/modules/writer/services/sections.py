"""A draft's sections as rows: credits set aside before a section is written, its text kept, the credits given back."""

from collections.abc import Sequence
from uuid import UUID

from igny8_core.ai import Usage
from igny8_core.modules.billing import services as billing
from igny8_core.modules.writer.constants import SECTION_OPERATION
from igny8_core.modules.writer.drafting import OutlineSection, SectionDraft
from igny8_core.modules.writer.models import ArticleSection, WritingTask


def sections_written(
    task: WritingTask, *, draft_number: int, outline: Sequence[OutlineSection]
) -> list[ArticleSection]:
    """The first sections of a draft that are written already, in order; what an older outline left does not count."""
    rows = {row.position: row for row in ArticleSection.objects.filter(task=task, draft_number=draft_number)}
    found: list[ArticleSection] = []
    for position, section in enumerate(outline):
        row = rows.get(position)
        if row is None or not row.is_written or row.heading != section.heading:
            break
        found.append(row)
    return found


def section_reserve(
    task: WritingTask, *, draft_number: int, position: int, section: OutlineSection, job_id: UUID | None
) -> ArticleSection:
    """Set aside what a section costs and return its row; an open hold of it is taken up again.

    Call it with the task locked. Raises InsufficientCredits.
    """
    place = {"task": task, "draft_number": draft_number, "position": position}
    row = ArticleSection.objects.filter(**place).first() or ArticleSection(site_id=task.site_id, **place)
    price = billing.operation_price(SECTION_OPERATION, units=section.target_words)
    if row.hold_id is not None and row.credits != price:
        billing.credits_release(row.hold_id, reason="the price changed")
    hold = billing.credits_hold(
        price,
        operation=SECTION_OPERATION,
        idempotency_key=f"{task.pk}:{draft_number}:{position}",
        job_id=job_id,
        site_id=task.site_id,
    )
    row.is_written = row.is_written and row.heading == section.heading
    row.heading, row.credits, row.hold_id = section.heading, price, hold.pk
    row.save()
    return row


def section_store(row: ArticleSection, draft: SectionDraft) -> None:
    """Keep a section's text; call it with the task locked."""
    row.paragraphs = list(draft.paragraphs)
    row.removed_link_count = draft.removed_link_count
    row.rewrite_count = draft.rewrite_count
    row.prompt_tokens = draft.usage.prompt_tokens
    row.completion_tokens = draft.usage.completion_tokens
    row.is_written = True
    row.save()


def section_draft(row: ArticleSection) -> SectionDraft:
    """A stored section as the drafting functions know it."""
    return SectionDraft(
        heading=row.heading,
        paragraphs=tuple(row.paragraphs),
        removed_link_count=row.removed_link_count,
        rewrite_count=row.rewrite_count,
        usage=Usage(prompt_tokens=row.prompt_tokens, completion_tokens=row.completion_tokens),
    )


def holds_release(task: WritingTask, *, reason: str, kept: Sequence[ArticleSection] = ()) -> None:
    """Give back everything that is set aside for a task but for the sections in `kept`; with the task locked."""
    rows = ArticleSection.objects.filter(task=task, hold_id__isnull=False).exclude(
        pk__in=[row.pk for row in kept]
    )
    for row in rows.order_by("draft_number", "position"):
        assert row.hold_id is not None  # noqa: S101 - the filter says so
        billing.credits_release(row.hold_id, reason=reason)
    rows.update(hold_id=None)
