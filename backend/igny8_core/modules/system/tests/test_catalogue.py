"""The catalogue of industries ships whole and sound, and is the same for everybody."""

from pathlib import Path

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.system.errors import CatalogueFileInvalid
from igny8_core.modules.system.selectors import industry_get, industry_list, sector_seed_get
from igny8_core.modules.system.selectors.catalogue import catalogue_read
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

INDUSTRIES = "/api/v1/system/industries/"


def test_catalogue_is_of_the_size_that_it_promises() -> None:
    industries = industry_list()
    assert len(industries) == 21
    assert {4 <= len(industry.sectors) <= 8 for industry in industries} == {True}
    assert len({industry.slug for industry in industries}) == 21
    for industry in industries:
        for sector in industry.sectors:
            assert 8 <= len(sector.keywords) <= 15, sector.slug


def test_no_sector_names_a_keyword_twice() -> None:
    for industry in industry_list():
        for sector in industry.sectors:
            normalized = {keyword_normalise(keyword) for keyword in sector.keywords}
            assert len(normalized) == len(sector.keywords), sector.slug
            assert "" not in normalized


def test_names_are_found_or_not() -> None:
    assert industry_get("food-and-drink").name == "Food and drink"
    assert sector_seed_get("food-and-drink", "coffee").name == "Coffee"
    for industry, sector in (("none", "coffee"), ("food-and-drink", "none"), ("pets", "coffee")):
        with pytest.raises(NotFound):
            sector_seed_get(industry, sector)


@pytest.mark.parametrize(
    "content",
    ["[a", "a = 1", '[a]\nname = "A"', '[a]\nname = "A"\n[a.sectors.b]\nname = "B"'],
)
def test_damaged_catalogue_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "industries.toml"
    file.write_text(content)
    with pytest.raises(CatalogueFileInvalid):
        catalogue_read(file)


@pytest.mark.django_db
def test_catalogue_over_the_api(tenant: Tenant) -> None:
    client = client_of(tenant.viewer)
    shown = client.get(INDUSTRIES).json()["data"]
    assert [one["slug"] for one in shown] == [one.slug for one in industry_list()]
    assert shown[0]["sectors"][0] == {"slug": "crops", "name": "Crops"}
    seed = client.get(f"{INDUSTRIES}food-and-drink/sectors/coffee/").json()["data"]
    assert seed["keywords"] == list(sector_seed_get("food-and-drink", "coffee").keywords)
    assert client.get(f"{INDUSTRIES}food-and-drink/sectors/none/").status_code == 404
    assert client_of(None).get(INDUSTRIES).status_code == 401
