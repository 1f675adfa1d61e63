"""Turns a brief into an article with a model's paragraphs: pure functions, no Django, no network, no stored row."""

from igny8_core.modules.writer.drafting.article import article_assemble, section_write
from igny8_core.modules.writer.drafting.brief import (
    ArticleDraft,
    DraftBrief,
    DraftPrompts,
    OutlineSection,
    Problem,
    SectionDraft,
)
from igny8_core.modules.writer.drafting.quality import draft_problems

__all__ = [
    "ArticleDraft",
    "DraftBrief",
    "DraftPrompts",
    "OutlineSection",
    "Problem",
    "SectionDraft",
    "article_assemble",
    "draft_problems",
    "section_write",
]
