"""Writes a section paragraph by paragraph and assembles the article; owns the order, never asks a model itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from igny8_core.ai.types import TextRequest, TextResult, Usage
from igny8_core.common.html import escape, sanitize
from igny8_core.common.text import excerpt, sentences, slugify, words
from igny8_core.modules.writer.drafting.brief import (
    ArticleDraft,
    DraftBrief,
    DraftPrompts,
    OutlineSection,
    SectionDraft,
)
from igny8_core.modules.writer.drafting.cleaning import clean, sentence_key, without_repeats
from igny8_core.modules.writer.drafting.prompts import paragraph_request
from igny8_core.modules.writer.drafting.quality import draft_problems, paragraph_problems

Generate = Callable[[TextRequest], TextResult]

EXCERPT_LENGTH = 280
META_LENGTH_MIN = 121
META_LENGTH_MAX = 156
SECTION_LENGTH_SHARE_MIN = 0.6
PARAGRAPH_WORDS_MIN = 40
REWRITE_SEED_STEP = 1000


def section_write(
    brief: DraftBrief,
    *,
    section: OutlineSection,
    written: Sequence[SectionDraft],
    prompts: DraftPrompts,
    generate: Generate,
    seed: int,
) -> SectionDraft:
    """Write one section that repeats nothing in `written`, and rewrite it once when it is short or faulty.

    A rewrite of a sound but short section adds to it; a rewrite of a faulty one replaces it.
    """
    writer = partial(_attempt, brief, section=section, prompts=prompts, generate=generate)
    first = writer(written=written, seed=seed, is_rewrite=False)
    is_sound = not paragraph_problems(first.paragraphs, brief=brief)
    if is_sound and _word_count(first) >= SECTION_LENGTH_SHARE_MIN * section.target_words:
        return first
    known = (*written, first) if is_sound else written
    second = writer(written=known, seed=seed + REWRITE_SEED_STEP, is_rewrite=True)
    return _merged(first, second, keeps_first=is_sound, brief=brief)


def article_assemble(brief: DraftBrief, *, sections: Sequence[SectionDraft]) -> ArticleDraft:
    """The article as it may be stored: sanitised HTML, slug, excerpt, meta description and the problems found."""
    html = sanitize("\n".join(section_html(section) for section in sections))
    plain = " ".join(paragraph for section in sections for paragraph in section.paragraphs)
    return ArticleDraft(
        title=brief.title,
        slug=slugify(brief.title) or slugify(brief.head_keyword),
        excerpt=excerpt(plain, max_length=EXCERPT_LENGTH),
        meta_description=meta_description(plain, head_keyword=brief.head_keyword),
        html=html,
        word_count=len(words(plain)),
        removed_link_count=sum(section.removed_link_count for section in sections),
        removed_sentence_count=sum(section.removed_sentence_count for section in sections),
        rewrite_count=sum(section.rewrite_count for section in sections),
        usage=sum((section.usage for section in sections), Usage()),
        problems=tuple(draft_problems(html, brief=brief)),
    )


def section_html(section: SectionDraft) -> str:
    """One section as HTML; the model's words are escaped, never taken as markup."""
    parts = [f"<h2>{escape(section.heading)}</h2>"]
    parts += [f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in section.paragraphs]
    return "\n".join(parts)


def meta_description(plain: str, *, head_keyword: str) -> str:
    """121 to 156 characters from the text, whole sentences where they fit, the head keyword's first.

    Shorter only when the text itself is shorter.
    """
    parts = sentences(plain)
    start = next((at for at, part in enumerate(parts) if head_keyword.casefold() in part.casefold()), 0)
    ordered = parts[start:] + parts[:start]
    for at in range(len(ordered)):
        for end in range(at + 1, min(at + 4, len(ordered) + 1)):
            candidate = " ".join(ordered[at:end])
            if META_LENGTH_MIN <= len(candidate) <= META_LENGTH_MAX:
                return candidate
    return excerpt(" ".join(ordered), max_length=META_LENGTH_MAX)


def _attempt(
    brief: DraftBrief,
    *,
    section: OutlineSection,
    prompts: DraftPrompts,
    generate: Generate,
    written: Sequence[SectionDraft],
    seed: int,
    is_rewrite: bool,
) -> SectionDraft:
    points = section.points or (section.heading,)
    target_words = max(PARAGRAPH_WORDS_MIN, round(section.target_words / len(points)))
    draft = SectionDraft(heading=section.heading, paragraphs=(), rewrite_count=int(is_rewrite))
    seen = _sentence_keys(written)
    for at, point in enumerate(points):
        answer = generate(
            paragraph_request(
                brief,
                section=section,
                point=point,
                target_words=target_words,
                prompts=prompts,
                seed=seed + at,
                is_rewrite=is_rewrite,
            )
        )
        draft = _extended(draft, answer=answer, seen=seen)
    return draft


def _extended(draft: SectionDraft, *, answer: TextResult, seen: set[str]) -> SectionDraft:
    cleaned = clean(answer.text)
    paragraphs, removed_count = without_repeats(cleaned.paragraphs, seen=seen)
    return replace(
        draft,
        paragraphs=draft.paragraphs + paragraphs,
        removed_link_count=draft.removed_link_count + cleaned.removed_link_count,
        removed_sentence_count=draft.removed_sentence_count + cleaned.removed_sentence_count + removed_count,
        usage=draft.usage + answer.usage,
    )


def _merged(
    first: SectionDraft, second: SectionDraft, *, keeps_first: bool, brief: DraftBrief
) -> SectionDraft:
    # A rewrite that is itself faulty must not spoil what was sound.
    adds_second = not keeps_first or not paragraph_problems(second.paragraphs, brief=brief)
    kept = (first.paragraphs if keeps_first else ()) + (second.paragraphs if adds_second else ())
    return SectionDraft(
        heading=first.heading,
        paragraphs=kept,
        removed_link_count=first.removed_link_count + second.removed_link_count,
        removed_sentence_count=first.removed_sentence_count + second.removed_sentence_count,
        rewrite_count=first.rewrite_count + second.rewrite_count,
        usage=first.usage + second.usage,
    )


def _sentence_keys(written: Sequence[SectionDraft]) -> set[str]:
    paragraphs = (paragraph for section in written for paragraph in section.paragraphs)
    return {sentence_key(sentence) for paragraph in paragraphs for sentence in sentences(paragraph)}


def _word_count(section: SectionDraft) -> int:
    return sum(len(words(paragraph)) for paragraph in section.paragraphs)
