"""A sector belongs to its site: whatever takes both refuses the sector of another site, the account's own included."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.auth.models import Sector
from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.planner import services
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import row_of, unchanged

pytestmark = pytest.mark.django_db


def _body(path: str, tenant: Tenant) -> dict[str, Any]:
    if path == "planner/imports/":
        return {"file": SimpleUploadedFile("a.csv", b"Keyword,Volume\nshoes,10\n")}
    if path == "planner/keywords/":
        return {"text": "running shoes"}
    if path == "automation/runs/":
        return {"destination_id": str(row_of(Destination, tenant).pk), "article_count": 1}
    return {}


@pytest.fixture
def other_sector(tenant: Tenant) -> Sector:
    """A sector of another site of the same account."""
    site = site_make(tenant)
    with tenant.work():
        return Sector.objects.create(site=site, name="Elsewhere", slug="elsewhere")


@pytest.mark.parametrize(
    "path", ["planner/keywords/", "planner/imports/", "planner/clusters/run/", "automation/runs/"]
)
def test_sector_of_another_site_is_refused(path: str, tenant: Tenant, other_sector: Sector) -> None:
    client = client_of(tenant.owner)
    suffix = "_id" if path.startswith("automation/") else ""
    options: dict[str, Any] = {"format": "multipart"} if path == "planner/imports/" else {}

    def ask(sector_id: Any) -> Any:
        body = _body(path, tenant)
        body |= {f"site{suffix}": str(tenant.site.pk), f"sector{suffix}": str(sector_id)}
        return client.post(f"/api/v1/{path}", body, **options)

    _body(path, tenant)  # makes what the body names before anything is compared
    with unchanged(tenant):
        answer = ask(other_sector.pk)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert ask(tenant.sector.pk).status_code in (201, 202), "the same body with the site's own sector"


def test_clustering_takes_no_sector_of_another_site(tenant: Tenant, other_sector: Sector) -> None:
    for sector_id in (other_sector.pk, uuid4()):
        with pytest.raises(NotFound), tenant.work():
            services.cluster_run(
                site_id=tenant.site.pk, sector_id=sector_id, progress=lambda *_args, **_counts: None
            )
