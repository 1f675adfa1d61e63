"""The catalogue's keywords become a site's, once and without figures."""

import pytest

from igny8_core.auth.errors import PlanLimitReached
from igny8_core.auth.models import Plan
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.services import keyword_create, keywords_seed
from igny8_core.modules.system.selectors import sector_seed_get
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db

PATH = "/api/v1/planner/keywords/seed/"
COFFEE = sector_seed_get("food-and-drink", "coffee").keywords


def body(tenant: Tenant, **changes: object) -> dict[str, object]:
    named = {"site": str(tenant.site.pk), "industry": "food-and-drink", "sector_slug": "coffee"}
    return {**named, **changes}


def test_seeds_are_added_once_without_figures(tenant: Tenant) -> None:
    client = client_of(tenant.member)
    first = client.post(PATH, body(tenant, sector=str(tenant.sector.pk)))
    assert (first.status_code, first.json()["data"]) == (200, {"added": len(COFFEE), "existing": 0})
    again = client.post(PATH, body(tenant))
    assert again.json()["data"] == {"added": 0, "existing": len(COFFEE)}
    with tenant.work():
        rows = list(Keyword.objects.order_by("id"))
        assert [row.text for row in rows] == list(COFFEE)
        assert {
            (
                row.source_tool,
                row.language,
                row.country,
                row.volume,
                row.difficulty,
                row.sector_id,
                row.version,
            )
            for row in rows
        } == {("seed", "en", "", None, None, tenant.sector.pk, 1)}
        assert {row.intent for row in rows} == {"informational", "commercial"}


def test_keyword_that_is_there_keeps_what_is_known_of_it(tenant: Tenant) -> None:
    with tenant.work():
        own = keyword_create(site=tenant.site, text=COFFEE[0].upper(), volume=900)
        report = keywords_seed(site_id=tenant.site.pk, industry="food-and-drink", sector_slug="coffee")
        assert (report.added, report.existing) == (len(COFFEE) - 1, 1)
        kept = Keyword.objects.get(pk=own.pk)
        assert (kept.text, kept.volume, kept.source_tool, kept.version) == (
            COFFEE[0].upper(),
            900,
            "manual",
            1,
        )


def test_plan_limit_lets_in_none(tenant: Tenant) -> None:
    Plan.objects.filter(pk=tenant.account.plan_id).update(max_keywords=len(COFFEE) - 1)
    with tenant.work(), pytest.raises(PlanLimitReached):
        keywords_seed(site_id=tenant.site.pk, industry="food-and-drink", sector_slug="coffee")
    with tenant.work():
        assert Keyword.objects.count() == 0


@pytest.mark.parametrize("changes", [{"industry": "none"}, {"sector_slug": "none"}])
def test_what_the_catalogue_does_not_have_is_not_found(tenant: Tenant, changes: dict[str, str]) -> None:
    answer = client_of(tenant.member).post(PATH, body(tenant, **changes))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_viewer_stranger_and_another_sites_sector_are_refused(tenant: Tenant, stranger: Tenant) -> None:
    assert client_of(tenant.viewer).post(PATH, body(tenant)).status_code == 403
    assert client_of(stranger.owner).post(PATH, body(tenant)).status_code == 400
    other = site_make(tenant)
    with tenant.work(), pytest.raises(NotFound):
        keywords_seed(
            site_id=other.pk, industry="food-and-drink", sector_slug="coffee", sector_id=tenant.sector.pk
        )
    with tenant.work():
        assert Keyword.objects.count() == 0
