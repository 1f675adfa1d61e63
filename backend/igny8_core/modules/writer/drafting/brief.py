"""What goes into a draft and what comes out of it, as frozen dataclasses; holds no behaviour."""

from dataclasses import dataclass, field

from igny8_core.ai.types import Usage


@dataclass(frozen=True, kw_only=True)
class OutlineSection:
    """One section: a heading and the points or questions that its paragraphs answer, in order."""

    heading: str
    points: tuple[str, ...] = ()
    target_words: int = 100


@dataclass(frozen=True, kw_only=True)
class DraftBrief:
    """What an article has to be; `language` is an ISO 639-1 code.

    `brand` are sentences about how the site speaks; no text may hold one of `banned_phrases`; `call_to_action` ends it.
    """

    title: str
    head_keyword: str
    sections: tuple[OutlineSection, ...]
    target_word_count: int
    secondary_keywords: tuple[str, ...] = ()
    search_intent: str = "informational"
    audience: str = "general readers"
    language: str = "en"
    brand: str = ""
    banned_phrases: tuple[str, ...] = ()
    call_to_action: str = ""


@dataclass(frozen=True, kw_only=True)
class DraftPrompts:
    """The prompt texts of the writer, without front matter, as the system room resolved them."""

    system: str
    paragraph: str
    rewrite: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a draft must not be kept as it is: a stable code and a sentence for the editor."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class SectionDraft:
    """A section's clean paragraphs and what its making cost."""

    heading: str
    paragraphs: tuple[str, ...]
    removed_link_count: int = 0
    removed_sentence_count: int = 0
    rewrite_count: int = 0
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, kw_only=True)
class ArticleDraft:
    """A whole article, its HTML sanitised; `problems` is empty when it may be reviewed."""

    title: str
    slug: str
    excerpt: str
    meta_description: str
    html: str
    word_count: int
    removed_link_count: int
    removed_sentence_count: int
    rewrite_count: int
    usage: Usage
    problems: tuple[Problem, ...]
