"""Records the pages that a site has and the query each is meant to answer; it must never fetch one."""

from uuid import UUID

from django.db import transaction

from igny8_core.modules.planner.constants import PageSource
from igny8_core.modules.planner.models import SitePage
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.tenancy.context import TENANT_ALIAS


def page_record(
    *, site_id: UUID, url: str, head_query: str, source: str, content_id: UUID | None
) -> SitePage:
    """Note a page of the site; an address that is known gets the new facts. Raises TenantMismatch for a foreign site.

    `source` is `published` or `imported`; a page that we published is not turned into an imported one.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = SitePage.objects.select_for_update(of=("self",)).filter(site_id=site_id, url=url).first()
        row = row or SitePage(site_id=site_id, url=url, source=PageSource(source))
        if row.source != PageSource.PUBLISHED or source == PageSource.PUBLISHED:
            row.source, row.content_id = PageSource(source), content_id or row.content_id
            row.head_query = keyword_normalise(head_query)[:200] or row.head_query
        row.save()
    return row
