"""Adds the catalogue's keywords for a sector; it invents no figure."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from igny8_core.auth.selectors import sector_list, site_get
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import SEED_LANGUAGE, SEED_SOURCE, LabelSource
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.services.limits import keyword_limit_check
from igny8_core.modules.planner.services.variants import keywords_key_start
from igny8_core.modules.planner.types import SeedReport
from igny8_core.modules.system.selectors import sector_seed_get
from igny8_core.semantics.intent import intent_guess
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.tenancy.bulk import bulk_upsert
from igny8_core.tenancy.context import tenant_transaction

_IDENTITY = ("site_id", "country", "normalized")
_COLUMNS = (
    *_IDENTITY,
    "sector_id",
    "text",
    "language",
    "language_source",
    "source_tool",
    "intents",
    "intent",
    "intent_source",
)


def keywords_seed(
    *, site_id: UUID, industry: str, sector_slug: str, sector_id: UUID | None = None
) -> SeedReport:
    """Add a catalogue sector's seed keywords to a site, in English and without figures.

    A keyword that the site has already stays as it is, so that doing it again adds nothing. Raises NotFound for a site
    or sector out of reach and for what the catalogue does not have, and PlanLimitReached.
    """
    seed = sector_seed_get(industry, sector_slug)
    site_get(site_id)
    if sector_id is not None and sector_id not in [sector.pk for sector in sector_list(site_id)]:
        raise NotFound
    with tenant_transaction():
        result = bulk_upsert(
            Keyword,
            _rows(seed.keywords, site_id=site_id, sector_id=sector_id),
            columns=_COLUMNS,
            conflict_columns=_IDENTITY,
            update_columns=(),
            before_write=keyword_limit_check,
        )
        if result.inserted:
            keywords_key_start(site_id=site_id)
    return SeedReport(added=result.inserted, existing=len(seed.keywords) - result.inserted)


def _rows(texts: tuple[str, ...], *, site_id: UUID, sector_id: UUID | None) -> Iterator[tuple[Any, ...]]:
    for text in texts:
        guess = intent_guess(text)
        intents = [found.value for found in guess.intents]
        yield (
            *(site_id, "", keyword_normalise(text), sector_id, text),
            *(
                SEED_LANGUAGE,
                LabelSource.TOOL.value,
                SEED_SOURCE,
                intents,
                guess.primary.value,
                LabelSource.RULES.value,
            ),
        )
