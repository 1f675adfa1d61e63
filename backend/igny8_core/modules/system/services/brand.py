"""Writes brand profiles."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from igny8_core.auth.selectors import site_get
from igny8_core.modules.system.constants import (
    AUDIENCE_LENGTH,
    CALL_TO_ACTION_LENGTH,
    EXAMPLE_LENGTH,
    NOTES_LENGTH,
    PHRASE_LENGTH,
    PHRASES_MAX,
    VOICE_LENGTH,
)
from igny8_core.modules.system.errors import BrandProfileInvalid, BrandProfileVersionConflict
from igny8_core.modules.system.models import BrandProfile
from igny8_core.modules.system.selectors.brand import brand_profile_view
from igny8_core.modules.system.types import BrandProfileView
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS

_LENGTHS = {
    "voice": VOICE_LENGTH,
    "audience": AUDIENCE_LENGTH,
    "call_to_action": CALL_TO_ACTION_LENGTH,
    "notes": NOTES_LENGTH,
    "example_text": EXAMPLE_LENGTH,
}


def brand_profile_set(
    site_id: UUID,
    *,
    voice: str = "",
    audience: str = "",
    banned_phrases: Sequence[str] = (),
    brand_terms: Sequence[str] = (),
    call_to_action: str = "",
    notes: str = "",
    example_text: str = "",
    expected_version: int | None = None,
) -> BrandProfileView:
    """Set how a site speaks, as a whole; what is left out becomes empty.

    Phrases and terms are trimmed, and each is kept once whatever its case. `expected_version` is the version that the
    caller read, 0 for none. Raises NotFound for the site, BrandProfileInvalid and BrandProfileVersionConflict.
    """
    site_get(site_id)
    texts = {
        "voice": voice,
        "audience": audience,
        "call_to_action": call_to_action,
        "notes": notes,
        "example_text": example_text,
    }
    fields = {name: text.strip() for name, text in texts.items()}
    lists = {"banned_phrases": _phrases(banned_phrases), "brand_terms": _phrases(brand_terms)}
    _check(fields, lists)
    with transaction.atomic(using=TENANT_ALIAS):
        row = BrandProfile.objects.select_for_update().filter(site_id=site_id).first()
        if expected_version is not None and expected_version != (row.version if row else 0):
            raise BrandProfileVersionConflict
        row, is_new = BrandProfile.objects.update_or_create(site_id=site_id, defaults={**fields, **lists})
        if is_new and expected_version:
            raise BrandProfileVersionConflict  # it was deleted between the look and the write
        audit_write("brand_profile.set", row=row, detail={"site": str(site_id)})
    return brand_profile_view(row)


def _phrases(given: Sequence[str]) -> list[str]:
    kept: dict[str, str] = {}
    for phrase in (" ".join(one.split()) for one in given):
        if phrase:
            kept.setdefault(phrase.casefold(), phrase)
    return list(kept.values())


def _check(fields: dict[str, str], lists: dict[str, list[str]]) -> None:
    complaints = {
        name: [f"At most {limit} characters."]
        for name, limit in _LENGTHS.items()
        if len(fields[name]) > limit
    }
    for name, phrases in lists.items():
        if len(phrases) > PHRASES_MAX:
            complaints[name] = [f"At most {PHRASES_MAX} phrases."]
        elif any(len(phrase) > PHRASE_LENGTH for phrase in phrases):
            complaints[name] = [f"At most {PHRASE_LENGTH} characters each."]
    if complaints:
        raise BrandProfileInvalid(fields=complaints)
