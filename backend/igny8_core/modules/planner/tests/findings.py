"""Ideas, pages and rankings that may chase one query, and a look at them."""

from typing import Any
from uuid import uuid4

from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import (
    Cluster,
    ContentIdea,
    Keyword,
    KeywordRanking,
    SitePage,
)
from igny8_core.modules.planner.tests.samples import NO_PROGRESS
from igny8_core.modules.planner.types import FindingsReport
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant


def idea_make(tenant: Tenant, head: str, **fields: Any) -> ContentIdea:
    cluster = Cluster.objects.filter(name=head).first() or Cluster.objects.create(
        site=tenant.site, name=head, head_keyword=head
    )
    values: dict[str, Any] = {
        "title": head.title(),
        "variant_key": variant_key(head, "en"),
        "score": 50.0,
        **fields,
    }
    return ContentIdea.objects.create(site=tenant.site, cluster=cluster, head_keyword=head, **values)


def page_make(tenant: Tenant, query: str, path: str = "") -> SitePage:
    return services.page_record(
        site_id=tenant.site.pk,
        url=f"https://{tenant.site.domain}/{path or query.replace(' ', '-')}",
        head_query=query,
        source="published",
        content_id=uuid4(),
    )


def looked(tenant: Tenant) -> FindingsReport:
    with tenant_scope(tenant.context):
        return services.findings_run(site_id=tenant.site.pk, progress=NO_PROGRESS)


def ranking_make(
    tenant: Tenant, text: str, path: str, impressions: int, position: float, before: float
) -> None:
    keyword, _ = Keyword.objects.get_or_create(site=tenant.site, text=text, normalized=text)
    KeywordRanking.objects.create(
        site=tenant.site,
        keyword=keyword,
        url=f"https://{tenant.site.domain}/{path}",
        url_key=uuid4(),
        impressions=impressions,
        position=position,
        previous_position=before,
        source_tool="search",
    )
