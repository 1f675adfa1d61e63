"""Sites and their sectors: making, changing, deleting and bringing back, within the plan."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from igny8_core.auth.errors import PlanLimitReached, SectorTaken, SiteTaken
from igny8_core.auth.models import ApiKey, Sector, Site
from igny8_core.auth.selectors import plan_allowance
from igny8_core.common.text import digest, slugify
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.softdelete import row_delete, row_restore


def site_create(*, name: str, domain: str, language: str = "en") -> Site:
    """Add a site to the current account. Raises SiteTaken and PlanLimitReached."""
    _room_check()
    site = Site(name=name, domain=domain.strip().lower(), language=language)
    _site_save(site)
    audit_write("site.created", row=site)
    return site


def site_update(site: Site, **fields: Any) -> Site:
    """Change a site's name, domain or language. Raises SiteTaken."""
    if "domain" in fields:
        fields["domain"] = fields["domain"].strip().lower()
    for name, value in fields.items():
        setattr(site, name, value)
    _site_save(site)
    audit_write("site.changed", row=site, detail={"fields": sorted(fields)})
    return site


def site_delete(site: Site) -> None:
    """Delete a site softly with everything on it; keys of this site alone stop at once."""
    with transaction.atomic(using=TENANT_ALIAS):
        row_delete(site)
        ApiKey.objects.filter(site=site).update(context_version=F("context_version") + 1)
        audit_write("site.deleted", row=site)


def site_restore(model: type[Site], site_id: UUID) -> Site:
    """Bring back a deleted site with what went with it.

    Raises NotFound, DeletedRowCollision and PlanLimitReached.
    """
    _room_check()
    row_restore(model, site_id)
    site = Site.objects.get(pk=site_id)
    audit_write("site.restored", row=site)
    return site


def sector_create(*, site: Site, name: str) -> Sector:
    """Add a sector to a site. Raises SectorTaken, and NotFound for a foreign site."""
    # A name without a Latin letter leaves no slug, and two such names are not the same sector.
    slug = slugify(name, max_length=60) or f"sector-{digest(name.casefold())[:12]}"
    sector = Sector(site=site, name=name, slug=slug)
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            sector.save()
    except IntegrityError as error:
        raise SectorTaken from error
    audit_write("sector.created", row=sector)
    return sector


def _site_save(site: Site) -> None:
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            site.save()
    except IntegrityError as error:
        raise SiteTaken from error


def _room_check() -> None:
    room = plan_allowance("max_sites", Site.objects.all())
    if room.used >= room.allowed:
        raise PlanLimitReached(f"The plan allows {room.allowed} sites.")
