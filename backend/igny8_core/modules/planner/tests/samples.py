"""What the room's tests share: a small keyword export of three topics, and rows made through the services."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

HEADER = "Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),Competitive Density,SERP Features"
ROWS = (
    "moka pot,Commercial,74000,,40,1.20,0.90,",
    "electric moka pot,Commercial,2900,,25,1.10,0.90,",
    "moka pot instructions,Informational,1600,,20,0.50,0.20,",
    "moka pot not building pressure,Informational,590,,12,0.10,0.10,",
    "moka pot sputtering,Informational,390,,11,0.10,0.10,",
    "is moka pot coffee real espresso,Informational,1000,,15,0.10,0.10,",
    "can a moka pot explode,Informational,320,,10,0.10,0.10,",
    "aluminum moka pot safe,Informational,1600,,16,0.10,0.10,",
    "dog training collar,Transactional,60000,,55,2.20,1.00,",
    "best dog training collar,Commercial,9900,,45,2.50,1.00,",
    "dog training treats,Commercial,8100,,30,0.90,1.00,",
    "how to train a puppy not to bite,Informational,14800,,22,0.60,0.10,",
    "puppy training schedule,Informational,5400,,21,0.60,0.10,",
    "crate training a puppy at night,Informational,4400,,19,0.60,0.10,",
    "mortgage refinance calculator,Transactional,90500,,70,8.20,0.90,",
    "mortgage refinance rates today,Transactional,74000,,75,9.20,0.90,",
    "when to refinance a mortgage,Informational,3600,,48,7.20,0.50,",
    "how does refinancing a mortgage work,Informational,2900,,47,7.10,0.50,",
)
SEMRUSH = "\n".join((HEADER, *ROWS)) + "\n"
NO_PROGRESS = lambda done, total, message: None  # noqa: E731  # a callback that does nothing needs no name


def upload(
    tenant: Tenant, text: str | bytes = SEMRUSH, filename: str = "moka_broad-match_us_2026-01-31.csv"
) -> KeywordImport:
    """Store an export as an upload of the tenant's first sector."""
    content = text if isinstance(text, bytes) else text.encode()
    with tenant.work():
        return services.keyword_import_create(
            site_id=tenant.site.pk,
            sector_id=tenant.sector.pk,
            filename=filename,
            content=io.BytesIO(content),
        )


def import_run(tenant: Tenant, import_id: UUID) -> Any:
    """Run an import as its job does: inside the scope, outside any transaction."""
    with tenant_scope(tenant.context):
        return services.keyword_import_run(import_id, progress=NO_PROGRESS)


def imported(tenant: Tenant, text: str = SEMRUSH) -> Any:
    """Upload and run at once."""
    return import_run(tenant, upload(tenant, text).pk)


def clustered(tenant: Tenant, **options: Any) -> Any:
    """Run clustering as its job does."""
    with tenant_scope(tenant.context):
        return services.cluster_run(site_id=tenant.site.pk, progress=NO_PROGRESS, **options)


def ideas_made(tenant: Tenant) -> Any:
    """Generate ideas as their job does."""
    with tenant_scope(tenant.context):
        return services.ideas_generate(site_id=tenant.site.pk, progress=NO_PROGRESS)


def keyword(tenant: Tenant, text: str) -> Keyword:
    """The tenant's keyword."""
    with tenant.work():
        return Keyword.objects.get(text=text)


def stored_files(media_root: Any) -> list[Path]:
    """What lies in the upload folder."""
    return [path for path in Path(media_root).rglob("*") if path.is_file()]
