"""Reads what a provider's vectors would cost; counted by the database, no text is loaded."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from igny8_core.ai.config import embedding_config_default
from igny8_core.auth.selectors import sector_list, site_get
from igny8_core.common.errors import NotFound
from igny8_core.modules.billing.services import operation_price
from igny8_core.modules.planner.constants import VECTOR_BATCH, VECTOR_OPERATION, KeywordStatus, Placement
from igny8_core.modules.planner.models import Keyword, KeywordVector
from igny8_core.modules.planner.types import VectorEstimate


def cluster_estimate(*, site_id: UUID, sector_id: UUID | None = None) -> VectorEstimate:
    """What clustering with the provider's vectors would cost now; with those that ship it is free.

    Raises NotFound for a foreign site and for a sector of another one, and ModelNotConfigured.
    """
    place_require(site_id, sector_id)
    model = embedding_config_default().model
    texts = keywords_open(site_id, sector_id).exclude(normalized="").values("normalized").distinct()
    bought = KeywordVector.objects.filter(model=model, normalized=OuterRef("normalized"))
    missing = texts.filter(~Exists(bought)).count()
    return VectorEstimate(texts=texts.count(), missing=missing, credits=_price(missing))


def _price(texts: int) -> int:
    """The credits for texts that are asked for in batches, each of which is paid for itself."""
    whole, rest = divmod(texts, VECTOR_BATCH)
    credits = whole * operation_price(VECTOR_OPERATION, units=VECTOR_BATCH)
    return credits + (operation_price(VECTOR_OPERATION, units=rest) if rest else 0)


def place_require(site_id: UUID, sector_id: UUID | None) -> None:
    """Raise NotFound for a foreign site, and for a sector of another one."""
    site_get(site_id)
    if sector_id is not None and sector_id not in [sector.pk for sector in sector_list(site_id)]:
        raise NotFound


def keywords_open(site_id: UUID, sector_id: UUID | None) -> Any:
    """The keywords that clustering looks at: neither archived nor set aside by a person."""
    is_set_aside = Q(cluster=None, cluster_source=Placement.HUMAN)
    rows = Keyword.objects.filter(~is_set_aside, site_id=site_id).exclude(status=KeywordStatus.ARCHIVED)
    return rows if sector_id is None else rows.filter(sector_id=sector_id)
