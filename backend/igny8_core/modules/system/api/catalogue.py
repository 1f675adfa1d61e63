"""The catalogue of industries and sectors, over HTTP; the same for every account."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import ViewFrame
from igny8_core.modules.system import selectors


class SectorNameSerializer(serializers.Serializer[Any]):
    """A sector without its keywords."""

    slug = serializers.CharField()
    name = serializers.CharField()


class IndustrySerializer(serializers.Serializer[Any]):
    """An industry with its sectors."""

    slug = serializers.CharField()
    name = serializers.CharField()
    sectors = SectorNameSerializer(many=True)


class SectorSeedSerializer(SectorNameSerializer):
    """A sector with the keywords to begin with."""

    keywords = serializers.ListField(child=serializers.CharField())


def _slug(name: str) -> OpenApiParameter:
    schema = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description="As the catalogue has it.")


class IndustriesView(ViewFrame):
    """Every industry of the catalogue."""

    room, throttle_scope = "system", "system"
    operations: ClassVar[Mapping[str, str]] = {"GET": "industries"}

    @extend_schema(
        summary="Show the catalogue of industries",
        description="Every industry with its sectors, by name; it ships with the product.",
        responses={200: IndustrySerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """All of it, in one answer."""
        return Response(IndustrySerializer(selectors.industry_list(), many=True).data)


class SectorSeedView(ViewFrame):
    """One sector of the catalogue."""

    room, throttle_scope = "system", "system"
    operations: ClassVar[Mapping[str, str]] = {"GET": "sector_seed"}

    @extend_schema(
        summary="Show a sector's seed keywords",
        description="Keywords to begin with, without figures: nobody has measured them.",
        parameters=[_slug("industry"), _slug("sector")],
        responses={200: SectorSeedSerializer},
    )
    def get(self, request: Request, industry: str, sector: str) -> Response:
        """The sector; 404 when the catalogue has none of these names."""
        return Response(SectorSeedSerializer(selectors.sector_seed_get(industry, sector)).data)
