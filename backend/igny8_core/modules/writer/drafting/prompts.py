"""Fills a brief into the prompt texts; never evaluates a template beyond replacing {names}."""

import re

from igny8_core.ai.types import TextRequest
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.writer.drafting.brief import DraftBrief, DraftPrompts, OutlineSection

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = frozenset(
    "title head_keyword secondary_keywords search_intent audience language heading point target_words brand".split()
)
LANGUAGE_NAMES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
}
# A small model wanders when it is warm and loops when it is cold; the rewrite looks somewhere else.
TEMPERATURE = 0.5
REWRITE_TEMPERATURE = 0.8
TOP_P = 0.9
TOKENS_PER_WORD = 1.6
TOKENS_MIN = 96


class PromptPlaceholderUnknown(DomainError):
    """A prompt text names a value that the writer does not have."""

    kind = ErrorKind.UNPROCESSABLE
    code = "prompt_placeholder_unknown"


def render(template: str, *, values: dict[str, str]) -> str:
    """The template with each {name} replaced once; raises PromptPlaceholderUnknown.

    Not `str.format`: an account may override the text, and a format string can reach into objects.
    """
    if unknown := sorted(set(PLACEHOLDER.findall(template)) - values.keys()):
        raise PromptPlaceholderUnknown(f"The prompt names the unknown value {{{unknown[0]}}}.")
    return PLACEHOLDER.sub(lambda match: values[match[1]], template).strip()


def paragraph_request(
    brief: DraftBrief,
    *,
    section: OutlineSection,
    point: str,
    target_words: int,
    prompts: DraftPrompts,
    seed: int,
    is_rewrite: bool = False,
) -> TextRequest:
    """The request for one paragraph that answers `point`; a cut-off answer is accepted, its last sentence is not."""
    values = _values(brief, section=section, point=point, target_words=target_words)
    prompt = render(prompts.rewrite if is_rewrite else prompts.paragraph, values=values)
    is_end = section == brief.sections[-1] and point == (section.points or (section.heading,))[-1]
    if is_end and brief.call_to_action:
        prompt = f"{prompt} End by leading the reader to this: {brief.call_to_action}"
    return TextRequest(
        system=_system(prompts.system, values=values),
        prompt=prompt,
        max_output_tokens=max(TOKENS_MIN, round(target_words * TOKENS_PER_WORD)),
        temperature=REWRITE_TEMPERATURE if is_rewrite else TEMPERATURE,
        top_p=TOP_P,
        seed=seed,
        accepts_truncated=True,
    )


def _system(template: str, *, values: dict[str, str]) -> str:
    """The system prompt; how the site speaks follows it, unless the template says where that belongs."""
    text = render(template, values=values)
    return f"{text}\n{values['brand']}" if values["brand"] and "{brand}" not in template else text


def _values(brief: DraftBrief, *, section: OutlineSection, point: str, target_words: int) -> dict[str, str]:
    return {
        "title": brief.title,
        "head_keyword": brief.head_keyword,
        "secondary_keywords": ", ".join(brief.secondary_keywords),
        "search_intent": brief.search_intent,
        "audience": brief.audience,
        "language": LANGUAGE_NAMES.get(brief.language, brief.language),
        "heading": section.heading,
        "point": point,
        "target_words": str(target_words),
        "brand": brief.brand,
    }
