"""The {placeholders} of prompt texts, by pure functions; a text is never evaluated beyond replacing them."""

import re
from collections.abc import Mapping

from igny8_core.modules.system.constants import PROMPT_MAX_LENGTH, SAMPLE_VALUES
from igny8_core.modules.system.types import PromptFile

# Not `str.format`: an account may write the text, and a format string can reach into objects.
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# Also what was meant as one: {Title}, { point }. Braces around anything else, JSON say, are text.
_MEANT = re.compile(r"\{([^\S\n]*[A-Za-z_][A-Za-z0-9_]*[^\S\n]*)\}")


def placeholders_required(shipped: PromptFile) -> tuple[str, ...]:
    """What the shipped text fills in, in the order of their first use."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(shipped.text)))


def placeholder_samples(shipped: PromptFile) -> Mapping[str, str]:
    """Every placeholder that the prompt's room can fill, with a sample value."""
    samples = SAMPLE_VALUES.get(shipped.key.partition("_")[0], {})
    return {**{name: f"[{name}]" for name in placeholders_required(shipped)}, **samples}


def text_problems(text: str, *, shipped: PromptFile) -> tuple[str, ...]:
    """What keeps a text from standing in the place of the shipped one, as sentences; empty when nothing does."""
    problems = []
    if not text.strip():
        problems.append("The text is empty.")
    if len(text) > PROMPT_MAX_LENGTH:
        problems.append(f"The text is longer than {PROMPT_MAX_LENGTH} characters.")
    used, known = dict.fromkeys(_MEANT.findall(text)), placeholder_samples(shipped)
    problems += [f"{{{name}}} is missing." for name in placeholders_required(shipped) if name not in used]
    problems += [f"{{{name}}} is not known." for name in used if name not in known]
    return tuple(problems)


def text_render(text: str, *, values: Mapping[str, str]) -> str:
    """The text with each placeholder that `values` knows replaced once."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
