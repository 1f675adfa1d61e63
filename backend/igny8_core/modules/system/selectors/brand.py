"""Reads of brand profiles."""

from uuid import UUID

from igny8_core.auth.selectors import site_get
from igny8_core.modules.system.models import BrandProfile
from igny8_core.modules.system.types import BrandProfileView


def brand_profile_get(site_id: UUID) -> BrandProfileView:
    """How a site speaks: an empty profile of version 0 while nobody has set one. Raises NotFound for the site."""
    site_get(site_id)
    row = BrandProfile.objects.filter(site_id=site_id).first()
    return BrandProfileView(site_id=site_id) if row is None else brand_profile_view(row)


def brand_terms_by_site() -> dict[UUID, tuple[str, ...]]:
    """The brand names of each site that has some."""
    rows = BrandProfile.objects.exclude(brand_terms=[]).values_list("site_id", "brand_terms")
    return {site_id: tuple(map(str, terms)) for site_id, terms in rows}


def brand_profile_view(row: BrandProfile) -> BrandProfileView:
    """A row as rooms see it."""
    return BrandProfileView(
        site_id=row.site_id,
        voice=row.voice,
        audience=row.audience,
        banned_phrases=tuple(str(phrase) for phrase in row.banned_phrases),
        brand_terms=tuple(str(term) for term in row.brand_terms),
        call_to_action=row.call_to_action,
        notes=row.notes,
        example_text=row.example_text,
        version=row.version,
    )
