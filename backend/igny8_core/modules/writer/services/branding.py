"""Puts a site's brand profile into a brief; pure, it reads no row."""

from dataclasses import replace

from igny8_core.common.text import excerpt
from igny8_core.modules.system.types import BrandProfileView
from igny8_core.modules.writer.drafting import DraftBrief

# A model reads this once for each paragraph; what is longer costs more than it tells.
EXAMPLE_LENGTH = 600


def branded(brief: DraftBrief, profile: BrandProfileView) -> DraftBrief:
    """The brief as the site wants it written; the same brief when nobody has set a profile."""
    if not profile.version:
        return brief
    return replace(
        brief,
        audience=profile.audience or brief.audience,
        brand=_sentences(profile),
        banned_phrases=profile.banned_phrases,
        call_to_action=profile.call_to_action,
    )


def _sentences(profile: BrandProfileView) -> str:
    example = excerpt(profile.example_text, max_length=EXAMPLE_LENGTH) if profile.example_text else ""
    parts = [
        ("Voice", profile.voice),
        ("Never use these phrases", "; ".join(profile.banned_phrases)),
        ("Keep in mind", " ".join(profile.notes.split())),
        ("Write in the manner of this example", example),
    ]
    return "\n".join(f"{label}: {text}" for label, text in parts if text)
