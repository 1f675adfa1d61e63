"""The catalogue of industries and sectors that ships with the product; it knows no account."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from igny8_core.common.errors import NotFound
from igny8_core.modules.system.errors import CatalogueFileInvalid
from igny8_core.modules.system.types import Industry, SectorSeed

FILE = Path(__file__).parents[1] / "industries.toml"


def industry_list() -> tuple[Industry, ...]:
    """Every industry of the catalogue by name, each with its sectors."""
    return catalogue_read(FILE)


def industry_get(slug: str) -> Industry:
    """One industry; raises NotFound."""
    found = next((industry for industry in industry_list() if industry.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def sector_seed_get(industry_slug: str, sector_slug: str) -> SectorSeed:
    """A sector of the catalogue with its seed keywords; raises NotFound."""
    sectors = industry_get(industry_slug).sectors
    found = next((sector for sector in sectors if sector.slug == sector_slug), None)
    if found is None:
        raise NotFound
    return found


@cache
def catalogue_read(file: Path) -> tuple[Industry, ...]:
    """The catalogue of a file, read once per process; raises CatalogueFileInvalid."""
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        found = [_industry(slug, fields) for slug, fields in content.items()]
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as error:
        raise CatalogueFileInvalid(f"{file.name}: {error}") from error
    return tuple(sorted(found, key=lambda industry: industry.name))


def _industry(slug: str, fields: dict[str, Any]) -> Industry:
    sectors = [
        SectorSeed(key, name=part["name"], keywords=tuple(part["keywords"]))
        for key, part in fields["sectors"].items()
    ]
    return Industry(slug, name=fields["name"], sectors=tuple(sorted(sectors, key=lambda sector: sector.name)))
