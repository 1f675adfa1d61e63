"""Tells which keywords are branded, by the list that a site keeps; asked anew each time, so a changed list counts."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from igny8_core.modules.system.selectors import brand_terms_by_site
from igny8_core.semantics.intent import brand_keys


def keywords_branded(site_id: UUID | None = None) -> Q:
    """Keywords of the scope, or of one site, that have one of their site's brand names as words of their own."""
    found = Q(pk__in=[])
    for listed_id, terms in brand_terms_by_site().items():
        if site_id in (None, listed_id) and (pattern := brand_pattern(terms)):
            found |= Q(site_id=listed_id, normalized__regex=pattern)
    return found


def is_branded(normalized: str, terms: Iterable[str]) -> bool:
    """Whether an exact key has one of the names."""
    pattern = brand_pattern(terms)
    return bool(pattern) and re.search(pattern, normalized) is not None


def brand_pattern(terms: Iterable[str]) -> str:
    """A pattern of these names for exact keys, in Python and in PostgreSQL; empty without names."""
    names = "|".join(map(re.escape, brand_keys(tuple(terms))))
    return f"(?:^| )(?:{names})(?:'s)?(?: |$)" if names else ""
